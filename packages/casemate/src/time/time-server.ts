/** Serves the time over a UDP socket that somebody else bound inside a VPC's network. */
import type { Socket } from "node:dgram";
import { formatTimeAnswer, parseTimeRequest } from "./time-message.ts";

/** What a time server serves with. */
export interface TimeServerOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears what befell the socket. */
  readonly failed: (cause: unknown) => void;
}

/** Answers until the socket is closed. */
export function serveTime(socket: Socket, { now, failed }: TimeServerOptions): void {
  socket.on("message", (packet, from) => {
    const receivedMs = now();
    const request = parseTimeRequest(packet);
    // No reply can be sent to port 0, and trying to would throw.
    if (request === undefined || from.port === 0) return;
    const answer = formatTimeAnswer(request, { receivedMs, sentMs: now() });
    // A client that is gone is no fault of the server's.
    socket.send(answer, from.port, from.address, () => undefined);
  });
  socket.on("error", failed);
}
