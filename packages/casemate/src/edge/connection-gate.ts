/**
 * Counts open connections, in all and by source address, and refuses those past the bounds: one caller
 * cannot take every place. It knows nothing of what is spoken on a connection.
 */
import type { Socket } from "node:net";

/** The bounds of a gate. */
export interface ConnectionBounds {
  readonly connectionsMax: number;
  readonly connectionsPerSourceMax: number;
}

/** An open gate. */
export interface ConnectionGate {
  /** Takes the connection in, or destroys it and returns false. Its errors are swallowed from here on. */
  admit(socket: Socket): boolean;
  readonly open: number;
  /** Destroys every connection that is still open. */
  destroyAll(): void;
}

/** A gate without connections. */
export function createConnectionGate(bounds: ConnectionBounds): ConnectionGate {
  const sockets = new Set<Socket>();
  const bySource = new Map<string, number>();

  return {
    admit(socket) {
      // A socket without a listener for its errors would end the process.
      socket.on("error", () => socket.destroy());
      const source = plainAddress(socket.remoteAddress);
      const held = bySource.get(source) ?? 0;
      if (sockets.size >= bounds.connectionsMax || held >= bounds.connectionsPerSourceMax) {
        socket.destroy();
        return false;
      }
      sockets.add(socket);
      bySource.set(source, held + 1);
      socket.once("close", () => {
        sockets.delete(socket);
        const left = (bySource.get(source) ?? 1) - 1;
        if (left === 0) bySource.delete(source);
        else bySource.set(source, left);
      });
      return true;
    },
    get open() {
      return sockets.size;
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** An address without the IPv4-mapped prefix that dual-stack sockets show, and without a zone. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

/** Whether an address is this host's loopback. */
export function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address);
  return plain === "::1" || /^127\.\d+\.\d+\.\d+$/.test(plain);
}
