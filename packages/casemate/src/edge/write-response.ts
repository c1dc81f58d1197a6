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

/** A body to end a response with. Text stays text: Node then writes head and body as one piece. */
export interface WrittenBody {
  readonly body: string | Uint8Array;
  /** Plain ASCII is the same bytes in both encodings, and far cheaper to write as latin1. */
  readonly encoding: "utf8" | "latin1";
}

/**
 * Writes the head and returns the body to end with.
 * @throws when a status or a header cannot be written; nothing was sent then.
 */
export function writeHead(response: ServerResponse, reply: RawHttpResponse): WrittenBody {
  const { body } = reply;
  const length = Buffer.byteLength(body);
  const headers = new Map<string, string>();
  for (const [name, value] of reply.headers) {
    const key = name.toLowerCase();
    if (!framing.has(key) && !headers.has(key)) headers.set(key, value);
  }
  if (reply.status !== 204 && reply.status !== 304) headers.set("content-length", String(length));
  const written: string[] = [];
  for (const [name, value] of headers) written.push(name, value);
  response.writeHead(reply.status, written);
  return { body, encoding: length === body.length ? "latin1" : "utf8" };
}
