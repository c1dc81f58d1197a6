/**
 * A node:http server without a listener of its own: connections are handed to it, and header size, header
 * count, waiting times and half-read requests are bounded for each. It does not route and reads no body.
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** The bounds of every HTTP connection. */
export interface HttpBounds {
  readonly headerBytesMax: number;
  readonly headersMax: number;
  /** From the first byte of a request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
}

/** What the server calls. */
export interface HttpCallbacks {
  /** Must not throw; owns the response. `expectsContinue`: the client waits for leave to send its body. */
  request(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void;
  /** The raw bytes that answer a request which is not HTTP, too slow (408) or has too large a head (431). */
  malformed(status: 400 | 408 | 431): string;
}

/** The server; connections come in through `accept`. */
export interface BoundedHttp {
  accept(connection: Duplex): void;
  /** Closes connections that are idle now, and every other one after its next response. */
  drain(): void;
  /** Stops the checks of waiting times. The caller destroys what is still open. */
  close(): void;
}

/** A server with these bounds. */
export function createBoundedHttp(bounds: HttpBounds, callbacks: HttpCallbacks): BoundedHttp {
  let draining = false;
  const open = new Set<ServerResponse>();
  const server = createServer({
    maxHeaderSize: bounds.headerBytesMax,
    headersTimeout: bounds.headersTimeoutMs,
    requestTimeout: bounds.requestTimeoutMs,
    keepAliveTimeout: bounds.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, bounds.headersTimeoutMs / 2)),
    insecureHTTPParser: false,
    // The request path refuses a missing Host in the service's own words.
    requireHostHeader: false,
    joinDuplicateHeaders: true,
  });
  const serve = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (draining) response.shouldKeepAlive = false;
    open.add(response);
    response.on("close", () => open.delete(response));
    callbacks.request(request, response, expectsContinue);
  };
  server.on("request", (request, response) => serve(request, response, false));
  server.on("checkContinue", (request, response) => serve(request, response, true));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    answerMalformed({ error, socket, callbacks });
  });
  startTimeoutChecks(server);

  return {
    accept(connection) {
      server.emit("connection", connection);
    },
    drain() {
      draining = true;
      for (const response of open) response.shouldKeepAlive = false;
      server.closeIdleConnections();
    },
    close() {
      server.close(() => undefined);
    },
  };
}

/**
 * Node starts the checks behind headersTimeout and requestTimeout when a server begins to listen; this one
 * never does, so the event is raised by hand. A test holds that slow connections are cut.
 */
function startTimeoutChecks(server: Server): void {
  server.emit("listening");
}

interface Malformed {
  readonly error: NodeJS.ErrnoException;
  readonly socket: Duplex;
  readonly callbacks: HttpCallbacks;
}

function answerMalformed({ error, socket, callbacks }: Malformed): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  socket.end(callbacks.malformed(status), () => socket.destroy());
}

/** Whether a request carries more headers than allowed; Node itself would drop the last ones silently. */
export function hasTooManyHeaders(request: IncomingMessage, bounds: HttpBounds): boolean {
  return request.rawHeaders.length > bounds.headersMax * 2;
}
