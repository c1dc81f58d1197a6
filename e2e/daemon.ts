// Runs a daemon of its own for a test file: port 0, an own data folder, started as a user would start it. It
// knows Casemate only from outside: what the command prints and what its port answers.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { clearTraces } from "./host-traces.ts";

/** How long a start may take when it has to build first. */
const startLimitMs = 60_000;

/** How long one may take to stop: it lets requests finish. */
const stopLimitMs = 30_000;

/** A daemon, running unless it was killed. */
export interface Daemon {
  endpoint: string;
  dataDir: string;
  /** The process that runs at the moment. */
  process: ChildProcess;
  /** What clients need to reach it as its first administrator. */
  environment: Record<string, string>;
  /** Every error that it has logged, also in earlier lives. */
  complaints: string[];
  /** Kills it without a warning; its instances are left to themselves. */
  kill: () => Promise<void>;
  /** Starts it again and kills it so many milliseconds later, ready or not. */
  stumble: (afterMs: number) => Promise<void>;
  /** Starts it again over the same data at the same address. Resolves with the milliseconds to ready. */
  restart: () => Promise<number>;
  /** Stops it, removes its data and whatever its instances left. Resolves with the exit code. */
  stop: () => Promise<number | null>;
}

/** Where a daemon is to run. */
export interface DaemonPlace {
  /** A program with arguments that runs the command line put after it, such as in another network. */
  within?: readonly string[];
}

/** Starts a daemon and waits until it says that it is ready. */
export async function startDaemon(flags: readonly string[] = [], place: DaemonPlace = {}): Promise<Daemon> {
  const within = place.within ?? [];
  // The network of this machine is not the tests' to change.
  const access = within.length === 0 ? ["--host-access", "off"] : [];
  const dataDir = mkdtempSync(join(tmpdir(), "casemate-e2e-"));
  const complaints: string[] = [];
  const all = ["--data-dir", dataDir, ...access, ...flags];
  const launched = await launch(complaints, ["--port", "0", ...all], within);
  const endpoint = /answers at (\S+)/.exec(launched.said)?.[1];
  if (endpoint === undefined) throw new Error(`the daemon did not say where it answers:\n${launched.said}`);
  const port = new URL(endpoint).port;
  const daemon: Daemon = {
    endpoint,
    dataDir,
    process: launched.child,
    complaints,
    environment: { ...clientEnvironment(launched.said), AWS_ENDPOINT_URL: endpoint },
    async kill() {
      await end(daemon.process, "SIGKILL");
    },
    async stumble(afterMs) {
      const child = spawnDaemon(complaints, ["--port", port, ...all], within);
      await delay(afterMs);
      await end(child, "SIGKILL");
    },
    async restart() {
      const begin = performance.now();
      const again = await launch(complaints, ["--port", port, ...all], within);
      daemon.process = again.child;
      return performance.now() - begin;
    },
    async stop() {
      const code = await end(daemon.process, "SIGTERM");
      await clearTraces(dataDir);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
  return daemon;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill(signal);
  // One that does not end by itself is ended, and the caller sees that it left no exit code.
  const limit = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
  const code = await ended;
  clearTimeout(limit);
  return code;
}

async function launch(
  complaints: string[],
  flags: readonly string[],
  within: readonly string[],
): Promise<{ child: ChildProcess; said: string }> {
  const child = spawnDaemon(complaints, flags, within);
  return { child, said: await saidUntilReady(child) };
}

function spawnDaemon(
  complaints: string[],
  flags: readonly string[],
  within: readonly string[],
): ChildProcess {
  // Settings of the tests are none of the daemon's, which refuses what it does not know.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("CASEMATE_"));
  const [program = process.execPath, ...args] = [...within, process.execPath, "tools/start.mjs", ...flags];
  const child = spawn(program, args, {
    env: Object.fromEntries(own),
    stdio: ["ignore", "pipe", "pipe"],
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith('{"level":"error"')) complaints.push(line);
  });
  return child;
}

function saidUntilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the daemon was not ready after ${startLimitMs} ms:\n${said}`));
    }, startLimitMs);
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (!/^Ready\.$/m.test(said)) return;
      clearTimeout(limit);
      resolve(said);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => {
      clearTimeout(limit);
      reject(new Error(`the daemon ended with code ${code}:\n${said}`));
    });
  });
}

/** An environment in which clients know nothing but this daemon. */
function clientEnvironment(said: string): Record<string, string> {
  const value = (name: string) => new RegExp(`${name}=(\\S+)`).exec(said)?.[1] ?? "";
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: tmpdir(),
    AWS_ACCESS_KEY_ID: value("AWS_ACCESS_KEY_ID"),
    AWS_SECRET_ACCESS_KEY: value("AWS_SECRET_ACCESS_KEY"),
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_PAGER: "",
  };
}
