/**
 * The HTTP edge: HTTP and HTTPS on one port, told apart by the first byte, in bounds. It hands whole raw
 * requests to the request path and writes what that answers. It interprets nothing of AWS, and speaks plain
 * HTTP only where both ends of the connection are loopback.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createNetServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import type { ServerContexts } from "../certificates/server-contexts.ts";
import { createBoundedHttp, hasTooManyHeaders } from "./bounded-http.ts";
import type { BoundedHttp } from "./bounded-http.ts";
import { isLoopback } from "./connection-gate.ts";
import { createDoor } from "./door.ts";
import type { Door, ListenerMode } from "./door.ts";
import { edgeBounds, endpointBounds } from "./edge-bounds.ts";
import type { EdgeBounds } from "./edge-bounds.ts";
import { headOf } from "./raw-http.ts";
import type { RawHttpHead, RawHttpRequest, RawHttpResponse } from "./raw-http.ts";
import { announcesTooMuch, createBodyBudget, discardBody, readBody } from "./read-body.ts";
import {
  badRequest,
  bodyTooLarge,
  internalFailure,
  noRoom,
  refusalResponse,
  tooManyHeaders,
} from "./refusal.ts";
import type { EdgeRefusal } from "./refusal.ts";
import { writeHead, writeWhole } from "./write-response.ts";

/** Answers a path of Casemate's own. */
export type LocalHandler = (request: RawHttpRequest) => RawHttpResponse | Promise<RawHttpResponse>;

/** What an edge needs. */
export interface EdgeOptions {
  /** The request path. A rejection is a defect and becomes a 500 that says nothing of its cause. */
  readonly handle: (request: RawHttpRequest) => Promise<RawHttpResponse>;
  /** Exact paths that are answered here instead; everything else below `/_casemate/` is 404. */
  readonly local: Readonly<Record<string, LocalHandler>>;
  /** Certificates, asked for at the first TLS connection. Without it TLS connections are cut. */
  readonly tls?: (() => ServerContexts | Promise<ServerContexts>) | undefined;
  /** Answers, and may record, a request that is refused before `handle` sees it. */
  readonly refuse?:
    | ((
        head: RawHttpHead | undefined,
        refusal: EdgeRefusal,
        requestId: string,
      ) => RawHttpResponse | Promise<RawHttpResponse>)
    | undefined;
  readonly now: () => number;
  readonly newRequestId: () => string;
  /** Hears defects: what became a 500, or kept a TLS connection from being served. */
  readonly failed: (cause: unknown, requestId: string | undefined) => void;
  readonly bounds?: Partial<EdgeBounds> | undefined;
}

/** A running edge. */
export interface Edge {
  /** Listens on an address; several are allowed. */
  listen(at: { readonly host: string; readonly port: number }): Promise<AddressInfo>;
  /** Serves a listening socket that somebody else made; the edge closes it. */
  attach(server: Server, mode: ListenerMode): void;
  /**
   * Serves a listening socket of a VPC endpoint, over TLS alone: the API, and nothing of Casemate's own.
   * Returns what closes it and its connections.
   */
  attachEndpoint(server: Server, endpointId: string): () => Promise<void>;
  /** Connections that are open. */
  readonly connections: number;
  /** Stops listening, lets requests in flight finish for so long, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** An edge that listens nowhere yet. */
export function createEdge(options: EdgeOptions): Edge {
  const bounds = { ...edgeBounds, ...options.bounds };
  const local = new Map(Object.entries(options.local));
  const budget = createBodyBudget(bounds.bodyBytesInFlightMax);
  const endpointOf = new WeakMap<Duplex, string>();
  const exchange: Exchange = { options, bounds, local, budget, endpointOf };
  const inFlight = new Set<Promise<void>>();
  const listeners = new Set<Server>();

  const http = createBoundedHttp(bounds, {
    request(request, response, expectsContinue) {
      const served = serve(exchange, { request, response, expectsContinue }).finally(() =>
        inFlight.delete(served),
      );
      inFlight.add(served);
    },
    malformed: (status) => malformedText(status, options.newRequestId()),
  });
  const door = createDoor({ bounds, http, tls: options.tls, failed: options.failed });

  const endpoints = createEndpointDoors({ options, bounds, http, endpointOf, listeners });

  const attach = (server: Server, mode: ListenerMode): void => {
    listeners.add(server);
    server.on("connection", (socket) => door.enter(socket, mode));
  };

  return {
    async listen(at) {
      if (options.tls === undefined && !isLoopback(at.host))
        throw new RangeError(`Without certificates the edge listens on loopback alone, not on ${at.host}`);
      const server = createNetServer({ noDelay: true });
      attach(server, "either");
      server.listen(at.port, at.host);
      await once(server, "listening");
      // A listening TCP server's address is never a pipe's name.
      return server.address() as AddressInfo;
    },
    attach,
    attachEndpoint: endpoints.attach,
    get connections() {
      return door.open + endpoints.open;
    },
    async close(graceMs) {
      const closed = [...listeners].map((server) => closeServer(server));
      http.drain();
      await withinGrace(Promise.allSettled(inFlight), graceMs);
      http.close();
      door.destroyAll();
      endpoints.destroyAll();
      await Promise.all(closed);
    },
  };
}

interface EndpointDoors {
  readonly attach: Edge["attachEndpoint"];
  readonly open: number;
  destroyAll(): void;
}

/** A door for each endpoint: what comes in by it is marked, and takes no other's places. */
function createEndpointDoors(parts: {
  readonly options: EdgeOptions;
  readonly bounds: EdgeBounds;
  readonly http: BoundedHttp;
  readonly endpointOf: WeakMap<Duplex, string>;
  readonly listeners: Set<Server>;
}): EndpointDoors {
  const { options, bounds, http, endpointOf, listeners } = parts;
  const doors = new Set<Door>();
  return {
    attach(server, endpointId) {
      const accept = (connection: Duplex): void => {
        endpointOf.set(connection, endpointId);
        http.accept(connection);
      };
      const door = createDoor({
        bounds: { ...bounds, ...endpointBounds },
        http: { ...http, accept },
        tls: options.tls,
        failed: options.failed,
      });
      doors.add(door);
      listeners.add(server);
      server.on("connection", (socket) => door.enter(socket, "tls"));
      return async () => {
        listeners.delete(server);
        doors.delete(door);
        const closed = closeServer(server);
        door.destroyAll();
        await closed;
      };
    },
    get open() {
      return [...doors].reduce((sum, door) => sum + door.open, 0);
    },
    destroyAll() {
      for (const door of doors) door.destroyAll();
    },
  };
}

interface Exchange {
  readonly options: EdgeOptions;
  readonly bounds: EdgeBounds;
  readonly local: ReadonlyMap<string, LocalHandler>;
  readonly budget: ReturnType<typeof createBodyBudget>;
  /** The VPC endpoints of connections that came in by one. */
  readonly endpointOf: WeakMap<Duplex, string>;
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectsContinue: boolean;
}

/** One request from its head to its response; never rejects. */
async function serve(exchange: Exchange, incoming: Incoming): Promise<void> {
  const { options, bounds } = exchange;
  const { request, response } = incoming;
  let drawn: string | undefined;
  // Most requests are answered by the request path, under an id of its own.
  const requestId = () => (drawn ??= options.newRequestId());
  try {
    const head = cameBy(exchange.endpointOf.get(request.socket), headOf(request, options.now()));
    const refused = refusalOfHead(request, head, bounds);
    if (refused !== undefined || head === undefined)
      return await refuse(exchange, incoming, {
        head,
        refusal: refused ?? badRequest,
        requestId: requestId(),
      });
    if (incoming.expectsContinue) response.writeContinue();
    const body = await readBody(request, bounds.bodyBytesMax, exchange.budget);
    if (body === "aborted") return;
    if (body === "too-large" || body === "no-room") {
      const refusal = body === "too-large" ? bodyTooLarge : noRoom;
      const sending = { ...incoming, expectsContinue: false };
      return await refuse(exchange, sending, { head, refusal, requestId: requestId() });
    }
    try {
      const reply = await answer(exchange, { ...head, body: body.bytes });
      writeWhole(response, reply);
    } finally {
      exchange.budget.give(body.held);
    }
  } catch (cause) {
    options.failed(cause, requestId());
    fail(response, requestId());
  }
}

function cameBy(vpcEndpointId: string | undefined, head: RawHttpHead | undefined): RawHttpHead | undefined {
  return head === undefined || vpcEndpointId === undefined ? head : { ...head, vpcEndpointId };
}

function refusalOfHead(
  request: IncomingMessage,
  head: RawHttpHead | undefined,
  bounds: EdgeBounds,
): EdgeRefusal | undefined {
  if (head === undefined) return badRequest;
  if (hasTooManyHeaders(request, bounds)) return tooManyHeaders;
  return announcesTooMuch(request, bounds.bodyBytesMax) ? bodyTooLarge : undefined;
}

const unknownLocalPath: RawHttpResponse = {
  status: 404,
  headers: [["content-type", "application/json"]],
  body: '{"message":"Casemate has no such path."}',
};

async function answer({ options, local }: Exchange, request: RawHttpRequest): Promise<RawHttpResponse> {
  // An endpoint leads to a service of the cloud, not to the pages of this one.
  if (request.vpcEndpointId !== undefined) return options.handle(request);
  const own = local.get(request.rawPath);
  if (own !== undefined) return own(request);
  if (request.rawPath.startsWith("/_casemate/")) return unknownLocalPath;
  return options.handle(request);
}

interface Refused {
  readonly head: RawHttpHead | undefined;
  readonly refusal: EdgeRefusal;
  readonly requestId: string;
}

/** Answers, drops what is still to come within bounds so that the client reads the answer, and closes. */
async function refuse({ options }: Exchange, incoming: Incoming, refused: Refused): Promise<void> {
  const { request, response } = incoming;
  const { head, refusal, requestId } = refused;
  const reply = await (options.refuse ?? refusalResponse)(head, refusal, requestId);
  response.shouldKeepAlive = false;
  const { body, encoding } = writeHead(response, reply);
  response.write(body, encoding);
  // A client that still waits for leave sends nothing.
  if (!incoming.expectsContinue) await discardBody(request);
  response.end();
  request.socket.destroySoon();
}

function fail(response: ServerResponse, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.shouldKeepAlive = false;
  const { body, encoding } = writeHead(response, refusalResponse(undefined, internalFailure, requestId));
  response.end(body, encoding);
}

function malformedText(status: 400 | 408 | 431, requestId: string): string {
  const reason = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" };
  const refusal = status === 431 ? tooManyHeaders : badRequest;
  const { headers, body } = refusalResponse(undefined, refusal, requestId);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const framing = `content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  return `HTTP/1.1 ${status} ${reason[status]}\r\n${lines}${framing}${String(body)}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function withinGrace(work: Promise<unknown>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([work, grace]);
  clearTimeout(timer);
}
