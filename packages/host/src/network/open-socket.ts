// Opens listening sockets inside a network namespace for this process. A short-lived child enters the
// namespace, binds, hands the socket over by file descriptor and ends; no process stays behind, whatever the
// number of networks.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Socket } from "node:dgram";
import { Server } from "node:net";
import { isIP } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

/** Where to listen; port 0 lets the kernel choose. */
export interface SocketPlace {
  readonly address: string;
  readonly port: number;
}

const openTimeoutMs = 10_000;
// The child of a daemon that was killed may hold the address until it notices.
const addressBusyMs = 5000;
const addressRetryMs = 50;

/**
 * What the child runs. It is text given to `node -e`, so that it also works from a daemon bundled to one
 * file. The child must end after the hand-over: it shares the socket and would take packets meant for the
 * parent.
 */
export const childSource = `
process.once("message", ({ kind, address, port }) => {
  const fail = (error) => process.send({ failure: error.code + ": " + error.message }, () => process.exit(1));
  const give = (handle) => process.send({ opened: true }, handle, { keepOpen: true }, (error) => {
    if (error) process.exit(1);
  });
  process.on("message", () => process.exit(0));
  if (kind === "tcp") {
    const server = require("node:net").createServer();
    server.on("error", fail);
    server.listen({ host: address, port, backlog: 511 }, () => give(server));
  } else {
    const socket = require("node:dgram").createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
    socket.on("error", fail);
    socket.bind({ address, port, exclusive: true }, () => give(socket));
  }
});
process.on("disconnect", () => process.exit(1));
// Node holds that event back while a handle is not acknowledged, which a parent that was killed never does.
setInterval(() => {
  if (!process.connected) process.exit(1);
}, 50);
`;

/** Opens a TCP server inside the namespace at `namespacePath`; the caller adds its connection listener. */
export async function openServer(namespacePath: string, place: SocketPlace): Promise<Server> {
  const handle = await receiveHandle(namespacePath, "tcp", place);
  if (!(handle instanceof Server))
    throw new Error("the namespace handed over something other than a TCP server");
  return handle;
}

/** Opens a bound UDP socket inside the namespace at `namespacePath`. */
export async function openDatagramSocket(namespacePath: string, place: SocketPlace): Promise<Socket> {
  const handle = await receiveHandle(namespacePath, "udp", place);
  if (!(handle instanceof Socket))
    throw new Error("the namespace handed over something other than a UDP socket");
  return handle;
}

/**
 * Safety: address and port reach the child as a message after they were parsed; the path is made from
 * numbers.
 */
async function receiveHandle(
  namespacePath: string,
  kind: "tcp" | "udp",
  { address, port }: SocketPlace,
): Promise<unknown> {
  if (isIP(address) === 0) throw new TypeError(`not an IP address: ${JSON.stringify(address)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new TypeError(`not a port: ${port}`);
  const giveUpAt = performance.now() + addressBusyMs;
  for (;;) {
    try {
      return await handOver(spawnInNamespace(namespacePath), { kind, address, port });
    } catch (error) {
      const busy = error instanceof Error && error.message.includes("EADDRINUSE");
      if (!busy || performance.now() > giveUpAt) throw error;
      await delay(addressRetryMs);
    }
  }
}

function spawnInNamespace(namespacePath: string): ChildProcess {
  return spawn("nsenter", [`--net=${namespacePath}`, process.execPath, "-e", childSource], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function handOver(child: ChildProcess, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let received: unknown;
    let failure: string | undefined;
    let said = "";
    const timer = setTimeout(() => {
      failure ??= "the child took too long";
      child.kill("SIGKILL");
    }, openTimeoutMs);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < 4000) said += chunk.toString("utf8");
    });
    child.on("message", (message: { failure?: string }, handle: unknown) => {
      if (typeof message.failure === "string") failure = message.failure;
      else received = handle;
      // Answering lets the child end; only its end proves that the socket is ours alone.
      child.send({ done: true }, () => {});
    });
    child.on("error", (error) => {
      failure ??= error.message;
    });
    child.on("close", () => {
      clearTimeout(timer);
      if (failure === undefined && received !== undefined) resolve(received);
      else
        reject(
          new Error(`cannot listen in the namespace: ${failure ?? (said.trim() || "the child ended early")}`),
        );
    });
    child.send(request, (error) => {
      if (error !== null) failure ??= error.message;
    });
  });
}
