// Traffic between two namespaces, by network-traffic.py.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { namespacePath } from "@casemate/host";
import { trafficPort } from "./network-models.ts";

/** Two namespaces, and the address by which the first reaches the second. */
export interface TrafficPath {
  readonly client: string;
  readonly server: string;
  readonly address: string;
}

/** What is counted: bytes/s, datagrams/s, microseconds of a round trip, connections/s. */
export type TrafficMode = "tcp" | "udp" | "rr" | "conn";

/**
 * What came through: for a second of time, and for a second of both ends' CPU time, which is that of the way
 * between them too. For round trips: microseconds of the median one, and of CPU time.
 */
export interface Traffic {
  readonly byTime: number;
  readonly byCpu: number;
}

const script = fileURLToPath(new URL("./network-traffic.py", import.meta.url));
const python = "/usr/bin/python3";

/** Starts what answers; it ends when killed. */
export function startServer(path: TrafficPath): Promise<ChildProcess> {
  const child = spawn(
    "nsenter",
    [`--net=${namespacePath(path.server)}`, python, script, "serve", String(trafficPort)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => reject(new Error(`the server ended with ${status}`)));
    child.stdout.once("data", () => resolve(child));
  });
}

/** Sends for so many seconds and says what came through. */
export async function measureTraffic(
  path: TrafficPath,
  mode: TrafficMode,
  seconds: number,
): Promise<Traffic> {
  const args = ["run", mode, path.address, String(trafficPort), String(seconds)];
  const said = await runInside(path.client, [python, script, ...args]);
  const [byTime, byCpu] = said.trim().split(" ").map(Number);
  if (byTime === undefined || byCpu === undefined) throw new Error(`the traffic said ${said}`);
  return { byTime, byCpu };
}

/** Runs a program in a namespace. */
export function runInside(namespace: string, command: readonly string[], input = ""): Promise<string> {
  return runProgram("nsenter", [`--net=${namespacePath(namespace)}`, ...command], input);
}

/** Runs a program; anything but status 0 is an error. */
export function runProgram(program: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0 ? resolve(said) : reject(new Error(`${program} ended with ${status}`)),
    );
    // A program that reads nothing may be gone before its input is.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
