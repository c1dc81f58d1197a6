/**
 * Serves the instance metadata service of one VPC over a listening socket that somebody else created
 * inside that VPC's network. The VPC is the socket's and the caller is the connection's source address.
 *
 * One request per connection, as AWS: the data plane recognises a token reply by its first bytes, so a
 * reply must never share a segment with what was said before it on the same connection.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { MetadataPort } from "@casemate/cloud";
import { createBoundedHttp, hasTooManyHeaders } from "../edge/bounded-http.ts";
import type { HttpBounds } from "../edge/bounded-http.ts";
import { createConnectionGate, plainAddress } from "../edge/connection-gate.ts";
import type { ConnectionBounds } from "../edge/connection-gate.ts";
import { handleMetadata } from "./handle-metadata.ts";
import type { MetadataResponse } from "./handle-metadata.ts";
import type { MetadataTokens } from "./tokens.ts";

/** The largest head of a metadata request; a larger one is answered with 431. */
export const metadataHeaderBytesMax = 8192;
/** The most headers of a metadata request; more are answered with 431. */
export const metadataHeadersMax = 64;
/** The most connections to a VPC's metadata service at once. */
export const metadataConnectionsMax = 2048;
/** The most connections of one network interface to its metadata service at once. */
export const metadataConnectionsPerSourceMax = 128;

/** The bounds of a VPC's metadata service unless told otherwise. */
export const metadataBounds: HttpBounds & ConnectionBounds = {
  headerBytesMax: metadataHeaderBytesMax,
  headersMax: metadataHeadersMax,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 1000,
  connectionsMax: metadataConnectionsMax,
  connectionsPerSourceMax: metadataConnectionsPerSourceMax,
};

/** What a metadata server needs. */
export interface MetadataServerOptions {
  readonly vpcId: string;
  /** A listening server, or one about to listen; the metadata server takes its connections and closes it. */
  readonly server: Server;
  readonly port: MetadataPort;
  readonly tokens: MetadataTokens;
  readonly now: () => number;
  /** Hears why an instance got a 503. */
  readonly failed?: ((cause: unknown) => void) | undefined;
  readonly bounds?: Partial<HttpBounds & ConnectionBounds> | undefined;
}

/** A running metadata server. */
export interface MetadataServer {
  /** Stops listening, cuts what is open and resolves when the socket is closed. */
  close(): Promise<void>;
}

/** Begins to serve; requests are answered until `close`. */
export function serveMetadata(options: MetadataServerOptions): MetadataServer {
  const bounds = { ...metadataBounds, ...options.bounds };
  const gate = createConnectionGate(bounds);
  const http = createBoundedHttp(bounds, {
    request(request, response) {
      if (hasTooManyHeaders(request, bounds)) {
        request.socket.end(malformed(431), () => request.socket.destroy());
        return;
      }
      // Nothing here rejects; a failure while writing means that the caller is gone.
      answer(request, response, options).catch(() => request.socket.destroy());
    },
    malformed,
  });
  const connected = (socket: Socket): void => {
    if (gate.admit(socket)) http.accept(socket);
  };
  options.server.on("connection", connected);

  return {
    async close() {
      options.server.off("connection", connected);
      http.close();
      await new Promise<void>((resolve) => {
        options.server.close(() => resolve());
        gate.destroyAll();
      });
    },
  };
}

function malformed(status: 400 | 408 | 431): string {
  const reason = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" };
  const framing = "Content-Length: 0\r\nServer: EC2ws\r\nConnection: close\r\n\r\n";
  return `HTTP/1.1 ${status} ${reason[status]}\r\n${framing}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: MetadataServerOptions,
): Promise<void> {
  const nowMs = options.now();
  const reply = await handleMetadata(
    {
      vpcId: options.vpcId,
      sourceIp: plainAddress(request.socket.remoteAddress),
      method: request.method ?? "",
      target: request.url ?? "",
      headers: flatHeaders(request),
    },
    { port: options.port, tokens: options.tokens, nowMs, failed: options.failed },
  );
  write(reply, response, nowMs);
}

function flatHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return headers;
}

function write(reply: MetadataResponse, response: ServerResponse, nowMs: number): void {
  response.sendDate = false;
  response.writeHead(
    reply.status,
    reply.reason,
    [
      ...reply.headers,
      ["Content-Length", String(Buffer.byteLength(reply.body))],
      ["Date", new Date(nowMs).toUTCString()],
      ["Server", "EC2ws"],
      ["Connection", "close"],
    ].flat(),
  );
  // Text is written together with the head, in one piece.
  response.end(reply.body);
}
