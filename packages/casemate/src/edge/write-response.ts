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
  const written: string[] = [];
  for (const [name, value] of reply.headers) {
    const key = name.toLowerCase();
    if (!framing.has(key) && !isWritten(written, key)) written.push(key, value);
  }
  if (reply.status !== 204 && reply.status !== 304) written.push("content-length", String(length));
  response.writeHead(reply.status, written);
  return { body, encoding: length === body.length ? "latin1" : "utf8" };
}

/**
 * Writes the whole response. Node ends a message with an empty write, which makes two buffers of what can be
 * one: where the connection takes it at once, the text is written first and the message ended after it.
 * @throws as writeHead
 */
export function writeWhole(response: ServerResponse, reply: RawHttpResponse): void {
  const { body, encoding } = writeHead(response, reply);
  const { socket } = response;
  if (socket === null) {
    response.end(body, encoding);
    return;
  }
  socket.cork();
  response.write(body, encoding);
  socket.uncork();
  response.end();
}

/** Names stand at the even places. A reply has a handful of headers, so that a scan is cheapest. */
function isWritten(written: readonly string[], name: string): boolean {
  for (let index = 0; index < written.length; index += 2) if (written[index] === name) return true;
  return false;
}
