/**
 * Serves the operator's own channel: HTTP and JSON over a Unix socket in the state directory. Who may open
 * the socket is the operator, so nothing is signed; for that reason it never listens on anything but a
 * socket that only its owner can open.
 */
import { chmodSync, unlinkSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { OperatorFault } from "./operator-fault.ts";
import type { OperatorCall, OperatorHandlers } from "./operator-calls.ts";

/** Bytes of a request's body; a larger one is refused. */
export const operatorBodyBytesMax = 256 * 1024;
/** Bytes of a socket's path, as the kernel allows them. */
export const socketPathBytesMax = 103;
/** Connections at once. */
export const operatorConnectionsMax = 64;

/** What the channel is made of. */
export interface OperatorOptions {
  /** Where the socket stands, in a directory that only its owner can enter. */
  readonly path: string;
  readonly handlers: OperatorHandlers;
  /** Told of throws that are no faults. */
  readonly failed: (defect: unknown) => void;
}

/** The running channel. */
export interface OperatorServer {
  /** Cuts what is open and removes the socket. */
  close(): Promise<void>;
}

/**
 * Begins to serve. The caller holds the lock of the state directory, so a socket that stands there already
 * is left over from a daemon that is gone.
 */
export async function serveOperator(options: OperatorOptions): Promise<OperatorServer> {
  const { path } = options;
  if (Buffer.byteLength(path) > socketPathBytesMax) {
    throw new Error(
      `${path} is too long for a socket (${socketPathBytesMax} bytes); use a shorter data folder.`,
    );
  }
  removeSocket(path);
  const open = new Set<Socket>();
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    // Nothing here rejects but a write to a caller that is gone.
    answer(request, response, options).catch(() => request.socket.destroy());
  });
  server.maxConnections = operatorConnectionsMax;
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (failure) {
    if (!(failure instanceof Error && "code" in failure && failure.code === "ENOENT")) throw failure;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: OperatorOptions,
): Promise<void> {
  try {
    const data = await carryOut(request, options.handlers);
    write(response, 200, { ok: true, data });
  } catch (thrown) {
    if (thrown instanceof OperatorFault) {
      write(response, 400, { ok: false, error: { code: thrown.code, message: thrown.message } });
      return;
    }
    options.failed(thrown);
    // The operator owns the cloud: the cause is told.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    write(response, 500, { ok: false, error: { code: "Failed", message } });
  }
}

async function carryOut(request: IncomingMessage, handlers: OperatorHandlers): Promise<unknown> {
  const name = /^\/v1\/([a-z-]+)$/.exec(request.url ?? "")?.[1];
  if (request.method !== "POST" || name === undefined || !Object.hasOwn(handlers, name)) {
    throw new OperatorFault("InvalidInput", `There is no operator's call ${request.method} ${request.url}.`);
  }
  const handler = handlers[name as OperatorCall] as (input: never) => unknown;
  return handler((await readInput(request)) as never);
}

async function readInput(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > operatorBodyBytesMax) throw new OperatorFault("InvalidInput", "The body is too large.");
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Falls through to the refusal.
  }
  throw new OperatorFault("InvalidInput", "The body is not a JSON object.");
}

function write(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}
