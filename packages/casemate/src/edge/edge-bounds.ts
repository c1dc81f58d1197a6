/** The bounds of the edge: what one connection, one request and all of them together may take. */
import { bodyBytesMax } from "@casemate/wire";
import type { HttpBounds } from "./bounded-http.ts";
import type { ConnectionBounds } from "./connection-gate.ts";

/** The bounds of an edge. */
export interface EdgeBounds extends HttpBounds, ConnectionBounds {
  readonly bodyBytesMax: number;
  /** What all bodies in flight may hold together. */
  readonly bodyBytesInFlightMax: number;
  /** From the connection to its first byte, and for a TLS handshake. */
  readonly handshakeTimeoutMs: number;
}

/** The largest head of a request; a larger one is answered with 431. */
export const headerBytesMax = 32 * 1024;
/** The most headers of a request; more are answered with 431. */
export const headersMax = 128;
/** The most connections that are open at once; one more is closed at once. */
export const connectionsMax = 4096;
/** What the bodies of all requests in flight may hold in memory; past it a request is answered with 503. */
export const bodyBytesInFlightMax = 256 * 1024 * 1024;

/** The most connections of one VPC endpoint, and of one address that reaches it. */
export const endpointBounds: ConnectionBounds = { connectionsMax: 1024, connectionsPerSourceMax: 128 };

/** The bounds unless told otherwise. On loopback every client is one source, so one source may have all. */
export const edgeBounds: EdgeBounds = {
  headerBytesMax,
  headersMax,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  connectionsMax,
  connectionsPerSourceMax: connectionsMax,
  bodyBytesMax,
  bodyBytesInFlightMax,
  handshakeTimeoutMs: 10_000,
};
