/** Writes a response: names in lower case, each once, and the framing headers by the edge alone. */
import type { ServerResponse } from "node:http";
import type { RawHttpResponse } from "./raw-http.ts";

/** Headers that frame the message on the connection; a handler's are dropped. */
const framing = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "date",
  "upgrade",
]);

/**
 * Writes the head and returns the body's bytes.
 * @throws when a status or a header cannot be written; nothing was sent then.
 */
export function writeHead(response: ServerResponse, reply: RawHttpResponse): Buffer {
  const body = typeof reply.body === "string" ? Buffer.from(reply.body, "utf8") : Buffer.from(reply.body);
  const headers = new Map<string, string>();
  for (const [name, value] of reply.headers) {
    const key = name.toLowerCase();
    if (!framing.has(key) && !headers.has(key)) headers.set(key, value);
  }
  if (reply.status !== 204 && reply.status !== 304) headers.set("content-length", String(body.length));
  response.writeHead(reply.status, [...headers].flat());
  return body;
}
