/**
 * Lets connections in: counts them, reads the first byte, and hands each on as TLS or as plain HTTP. What
 * may not be plain is refused here, before a request exists.
 */
import { createServer } from "node:tls";
import type { Server as TlsServer } from "node:tls";
import type { Socket } from "node:net";
import type { PemPair } from "../certificates/authority.ts";
import { tlsFloor } from "../certificates/server-contexts.ts";
import type { ServerContexts } from "../certificates/server-contexts.ts";
import type { BoundedHttp } from "./bounded-http.ts";
import { createConnectionGate, isLoopback } from "./connection-gate.ts";
import type { ConnectionBounds } from "./connection-gate.ts";

/** What a listener speaks: TLS alone, or also plain HTTP to loopback. */
export type ListenerMode = "tls" | "either";

/** What a door leads to. */
export interface DoorOptions {
  readonly bounds: ConnectionBounds & { readonly handshakeTimeoutMs: number };
  readonly http: BoundedHttp;
  readonly tls: (() => ServerContexts | Promise<ServerContexts>) | undefined;
  readonly failed: (cause: unknown, requestId: undefined) => void;
}

/** The door. */
export interface Door {
  enter(socket: Socket, mode: ListenerMode): void;
  readonly open: number;
  destroyAll(): void;
}

/** The first byte of a TLS handshake record; no HTTP method begins with it. */
const handshakeRecord = 0x16;

const plainRefused =
  "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 48\r\nconnection: close\r\n\r\n" +
  "Client sent an HTTP request to an HTTPS server.\n";

/** A door that nobody has come through yet. */
export function createDoor(options: DoorOptions): Door {
  const { bounds, http } = options;
  const gate = createConnectionGate(bounds);
  let tlsServer: TlsServer | undefined;
  let leaf: PemPair | undefined;

  async function enterTls(socket: Socket): Promise<void> {
    try {
      const contexts = await options.tls?.();
      if (contexts === undefined || socket.destroyed) {
        socket.destroy();
        return;
      }
      tlsServer ??= createTlsServer(contexts, options);
      // A renewed leaf serves the connections from now on.
      if (leaf !== contexts.leaf) {
        leaf = contexts.leaf;
        tlsServer.setSecureContext({ key: leaf.privateKeyPem, cert: leaf.certificatePem, ...tlsFloor });
      }
      tlsServer.emit("connection", socket);
    } catch (cause) {
      options.failed(cause, undefined);
      socket.destroy();
    }
  }

  return {
    enter(socket, mode) {
      if (!gate.admit(socket)) return;
      const timer = setTimeout(() => socket.destroy(), bounds.handshakeTimeoutMs);
      socket.once("close", () => clearTimeout(timer));
      socket.once("data", (chunk: Buffer) => {
        clearTimeout(timer);
        socket.pause();
        socket.unshift(chunk);
        if (chunk[0] === handshakeRecord) void enterTls(socket);
        else if (mode === "either" && isLoopback(socket.localAddress) && isLoopback(socket.remoteAddress)) {
          http.accept(socket);
          socket.resume();
        } else socket.end(plainRefused, () => socket.destroy());
      });
    },
    get open() {
      return gate.open;
    },
    destroyAll() {
      gate.destroyAll();
    },
  };
}

function createTlsServer(contexts: ServerContexts, { bounds, http }: DoorOptions): TlsServer {
  const server = createServer({
    ...tlsFloor,
    key: contexts.leaf.privateKeyPem,
    cert: contexts.leaf.certificatePem,
    SNICallback: contexts.sniCallback,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: bounds.handshakeTimeoutMs,
  });
  server.on("secureConnection", (socket) => http.accept(socket));
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}
