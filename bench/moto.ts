// moto_server as a peer to measure beside, where it is installed. It checks no signature and no policy.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Caller } from "./signed-call.ts";

/** A running moto_server. */
export interface Moto {
  readonly name: "moto_server";
  readonly caller: Caller;
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

const startMs = 20_000;
const clockTicksPerSecond = 100;

/** Starts it on a free port; or says why it cannot be measured. */
export async function startMoto(): Promise<Moto | string> {
  const port = await freePort();
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  let ended: string | undefined;
  child.once("error", () => (ended = "it is not installed"));
  child.once("exit", (code) => (ended ??= `it ended with ${code}`));
  for (const end = performance.now() + startMs; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (ended !== undefined) return ended;
    const answered = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answered === undefined) continue;
    if (!existsSync(`/proc/${child.pid}/stat`)) break;
    return {
      name: "moto_server",
      caller: { port, credentials: { accessKeyId: "testing", secretAccessKey: "testing" } },
      cpuUs: () => Promise.resolve(cpuUsOf(child.pid ?? 0)),
      stop: () => {
        process.off("exit", kill);
        const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
        kill();
        return gone;
      },
    };
  }
  kill();
  return "it did not answer, or this system has no /proc";
}

/** User and system time of a process, from Linux's /proc. */
export function cpuUsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name of the program, in parentheses, may hold spaces; user and system time are fields 14 and 15.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / clockTicksPerSecond;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
