/**
 * Serves leases over a UDP socket that somebody else bound inside a VPC's network. The packet filter gives a
 * request the address of the interface that it came from, also where its guest has none yet.
 */
import type { Socket } from "node:dgram";
import { answerLease, type Lease } from "./answer-lease.ts";
import { formatLeaseAnswer, parseLeaseRequest } from "./lease-message.ts";

/** What a lease server serves with. */
export interface LeaseServerOptions {
  /** The lease of the interface that has the private address. */
  readonly leaseOf: (address: string) => Lease | undefined;
  /** Hears what finding a lease threw, and what befell the socket. */
  readonly failed: (cause: unknown) => void;
}

const clientPort = 68;

/** Answers until the socket is closed. */
export function serveLeases(socket: Socket, { leaseOf, failed }: LeaseServerOptions): void {
  socket.on("message", (packet, from) => {
    try {
      const request = parseLeaseRequest(packet);
      const lease = request && leaseOf(from.address);
      const answer = lease && answerLease(request, lease);
      if (request === undefined || lease === undefined || answer === undefined) return;
      // To the interface's own address, whose neighbour the router knows: a guest without one hears it.
      const reply = formatLeaseAnswer(request, answer, lease.gateway);
      socket.send(reply, clientPort, lease.address, () => undefined);
    } catch (cause) {
      failed(cause);
    }
  });
  socket.on("error", failed);
}
