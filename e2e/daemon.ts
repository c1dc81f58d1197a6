// Runs a daemon of its own for a test file: port 0, an own data folder, started as a user would start it. It
// knows Casemate only from outside: what the command prints and what its port answers.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a start may take when it has to build first. */
const startLimitMs = 60_000;

/** A running daemon. */
export interface Daemon {
  endpoint: string;
  dataDir: string;
  process: ChildProcess;
  /** What clients need to reach it as its first administrator. */
  environment: Record<string, string>;
  /** Stops it and removes its data. Resolves with the exit code. */
  stop: () => Promise<number | null>;
}

/** Starts a daemon and waits until it says that it is ready. */
export async function startDaemon(flags: readonly string[] = []): Promise<Daemon> {
  const dataDir = mkdtempSync(join(tmpdir(), "casemate-e2e-"));
  const args = ["tools/start.mjs", "--port", "0", "--data-dir", dataDir, ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = await saidUntilReady(child);
  const endpoint = /answers at (\S+)/.exec(said)?.[1];
  if (endpoint === undefined) throw new Error(`the daemon did not say where it answers:\n${said}`);
  return {
    endpoint,
    dataDir,
    process: child,
    environment: { ...clientEnvironment(said), AWS_ENDPOINT_URL: endpoint },
    stop: async () => {
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      const running = child.exitCode === null && child.signalCode === null;
      if (running) child.kill("SIGTERM");
      const code = running ? await ended : child.exitCode;
      rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
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
