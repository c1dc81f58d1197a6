/** Runs a program inside a running machine, confined as everything else there. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { ExecOptions, ExecResult } from "@casemate/cloud";
import { hostEnvironment } from "./supervisor.ts";

/** More output than this ends the program: the caller holds it in memory. */
export const execOutputBytesMax = 16 * 1024 * 1024;

const defaultTimeoutMs = 60_000;

/**
 * Runs a host command line that enters the machine.
 *
 * Safety: `command` is an argument array; the shell that joins the control groups gets the groups and the
 * program as positional parameters and never as text.
 */
export function execInMachine(
  command: readonly string[],
  place: { readonly cgroups: readonly string[]; readonly pidFile: string },
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { cgroups, pidFile } = place;
  const join =
    'count=$1; shift; while [ "$count" -gt 0 ]; do echo 0 >"$1/cgroup.procs" || exit 125; shift; count=$((count - 1)); done; exec "$@"';
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", join, "sh", String(cgroups.length), ...cgroups, ...command], {
      cwd: "/",
      env: hostEnvironment,
      stdio: ["pipe", "pipe", "pipe"],
      // Its own group, so that a time limit ends whatever the command started.
      detached: true,
    });
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    let trouble: string | undefined;
    const end = (reason: string): void => {
      trouble ??= reason;
      // First the program, while the runtime that waits for it keeps its process id from being given away.
      endQuietly(() => process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL"));
      endQuietly(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"));
      // What the program left running may hold the other ends.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const limitMs = options.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => end(`the program took longer than ${limitMs} ms`), limitMs);
    const keep = (list: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > execOutputBytesMax) end(`the program printed more than ${execOutputBytesMax} bytes`);
      else list.push(chunk);
    };
    child.stdout.on("data", keep(chunks.stdout));
    child.stderr.on("data", keep(chunks.stderr));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (status, signal) => {
      clearTimeout(timer);
      if (trouble !== undefined) return reject(new Error(trouble));
      const [stdout, stderr] = [Buffer.concat(chunks.stdout), Buffer.concat(chunks.stderr)];
      resolve({
        exitCode: status ?? 128 + constants.signals[signal ?? "SIGKILL"],
        stdout: new Uint8Array(stdout),
        stderr: new Uint8Array(stderr),
      });
    });
    // A program that does not read its input is no failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

function endQuietly(end: () => unknown): void {
  try {
    end();
  } catch {
    // It has not begun, or has ended by itself.
  }
}
