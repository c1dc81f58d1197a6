/**
 * The metadata service of one instance on a loopback port, for a program of the host: every request goes
 * through the operator's channel to the daemon. Whoever uses it acts as the instance's role, so where the
 * kernel tells who connects (Linux), only the user who opened it and root are answered.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { OperatorClient } from "../operator/operator-client.ts";

/** Bytes of a request's head. */
const headBytesMax = 8192;

/** The open service. */
export interface LoopbackMetadata {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Opens it on a free port of 127.0.0.1. */
export async function openLoopbackMetadata(
  operator: OperatorClient,
  instanceId: string,
): Promise<LoopbackMetadata> {
  const server = createServer({ maxHeaderSize: headBytesMax }, (request, response) => {
    answer({ request, response }, operator, instanceId).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  // A server that listens on an address has one.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  operator: OperatorClient,
  instanceId: string,
): Promise<void> {
  response.sendDate = false;
  if (!isOwnConnection(request)) {
    response.writeHead(403, { connection: "close" }).end();
    return;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const { method = "", url = "" } = request;
  const reply = await operator.call("instance-metadata", { instanceId, method, target: url, headers });
  const body = Buffer.from(reply.body, "base64");
  const framing: [string, string][] = [
    ["Content-Length", String(body.length)],
    ["Connection", "close"],
  ];
  response.writeHead(reply.status, reply.reason, [...reply.headers, ...framing].flat());
  response.end(body);
}

/**
 * Whether the other end of the connection belongs to this user or to root; true where the kernel does not
 * tell.
 */
function isOwnConnection({ socket }: IncomingMessage): boolean {
  const owner = process.getuid?.();
  if (process.platform !== "linux" || owner === undefined) return true;
  const uid = ownerOfConnection(readFileSync("/proc/net/tcp", "utf8"), {
    from: socket.remotePort ?? 0,
    to: socket.localPort ?? 0,
  });
  return uid === owner || uid === 0;
}

/** The user of the connection from one loopback port to another, read from the text of /proc/net/tcp. */
export function ownerOfConnection(
  table: string,
  ports: { readonly from: number; readonly to: number },
): number | undefined {
  const [from, to] = [loopbackEnd(ports.from), loopbackEnd(ports.to)];
  for (const line of table.split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (fields[1] === from && fields[2] === to && fields[7] !== undefined) return Number(fields[7]);
  }
  return undefined;
}

function loopbackEnd(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}
