/**
 * Serves a VPC's resolver over sockets that somebody else bound inside that VPC's network: UDP, and TCP for
 * the reply that does not fit. It keeps nothing between two packets.
 */
import type { Socket as UdpSocket } from "node:dgram";
import type { Server, Socket } from "node:net";
import { createConnectionGate } from "../edge/connection-gate.ts";
import { handleDns } from "./handle-dns.ts";
import type { Resolve } from "./handle-dns.ts";

/** What a resolver serves with. */
export interface DnsServerOptions {
  readonly resolve: Resolve;
  /** Hears what a resolver threw, and what befell the socket. */
  readonly failed: (cause: unknown) => void;
}

/** Answers packets of a bound UDP socket until that socket is closed. */
export function serveDns(socket: UdpSocket, options: DnsServerOptions): void {
  socket.on("message", (packet, from) => {
    // No reply can be sent to port 0, and trying to would throw.
    const reply = from.port === 0 ? undefined : handleDns(packet, options);
    // A client that is gone is no fault of the server's.
    if (reply !== undefined) socket.send(reply, from.port, from.address, () => undefined);
  });
  socket.on("error", options.failed);
}

/** The most TCP connections to a VPC's resolver at once. */
export const dnsConnectionsMax = 128;
/** The most TCP connections of one network interface to its resolver at once. */
export const dnsConnectionsPerSourceMax = 8;
/** The largest query over TCP; a larger one ends the connection. */
export const dnsQueryBytesMax = 4096;
const idleMs = 5000;
const replyBytesMax = 65_535;

/** Answers queries on a listening TCP socket; returns what closes it and its connections. */
export function serveDnsOverTcp(server: Server, options: DnsServerOptions): () => Promise<void> {
  const gate = createConnectionGate({
    connectionsMax: dnsConnectionsMax,
    connectionsPerSourceMax: dnsConnectionsPerSourceMax,
  });
  const connected = (socket: Socket): void => {
    if (gate.admit(socket)) converse(socket, options);
  };
  server.on("connection", connected);
  return () =>
    new Promise((resolve) => {
      server.off("connection", connected);
      server.close(() => resolve());
      gate.destroyAll();
    });
}

function converse(socket: Socket, options: DnsServerOptions): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (length > dnsQueryBytesMax) return socket.destroy();
      if (pending.length < 2 + length) return undefined;
      const reply = handleDns(pending.subarray(2, 2 + length), { ...options, replyBytesMax });
      pending = pending.subarray(2 + length);
      if (reply === undefined || !send(socket, reply)) return socket.destroy();
    }
    return undefined;
  });
}

/** Whether the client takes replies as fast as it asks. */
function send(socket: Socket, reply: Uint8Array): boolean {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(reply.length);
  return socket.write(Buffer.concat([size, reply]));
}
