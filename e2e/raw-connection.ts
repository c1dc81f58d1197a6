// Speaks to a port byte by byte, for what no client can be brought to send.
import { connect } from "node:net";
import type { Socket } from "node:net";

/** What came back over a connection until it was closed. */
export interface Conversation {
  answer: string;
  /** The status of the first response; undefined when the connection was closed without one. */
  status: number | undefined;
  /** From the connection to its end. */
  lastedMs: number;
}

/** Sends what `say` sends and reads until the other side closes. */
export function converse(
  endpoint: string,
  say: string | ((socket: Socket) => void),
  limitMs = 30_000,
): Promise<Conversation> {
  const { hostname, port } = new URL(endpoint);
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let answer = "";
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection was still open after ${limitMs} ms; it had said: ${answer}`));
    }, limitMs);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => (answer += chunk));
    // A reset ends a conversation as well as a close does.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
      resolve({
        answer,
        status: status === undefined ? undefined : Number(status),
        lastedMs: performance.now() - begin,
      });
    });
    socket.on("connect", () => {
      if (typeof say === "string") socket.write(say, "latin1");
      else say(socket);
    });
  });
}
