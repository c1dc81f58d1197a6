import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { childSource } from "./open-socket.ts";

/** A parent that asks a child for a socket and is busy from then on: it never takes what the child sends. */
const busyParent = `
const { spawn } = require("node:child_process");
const [source, port] = process.argv.slice(1);
const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
child.send({ kind: "tcp", address: "127.0.0.1", port: Number(port) }, () => {
  process.stdout.write("asked", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function becomes(open: boolean, port: number): Promise<boolean> {
  const giveUpAt = performance.now() + 10_000;
  while (performance.now() < giveUpAt) {
    if ((await isOpen(port)) === open) return true;
    await delay(20);
  }
  return false;
}

test("a child whose parent is killed before it has taken the socket lets go of the address", async () => {
  const port = await freePort();
  const parent = spawn(process.execPath, ["-e", busyParent, childSource, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  expect(await becomes(true, port)).toBe(true);
  parent.kill("SIGKILL");
  expect(await becomes(false, port)).toBe(true);
});
