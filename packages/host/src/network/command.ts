// Runs one program of the host and returns its output. It never passes through a shell, never inherits the
// daemon's environment, and bounds both time and output; a failure carries the program's own words.

import { spawn } from "node:child_process";

/** What a finished program said. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string | undefined;
  /** The program is killed after this time; 30 s when absent. */
  readonly timeoutMs?: number | undefined;
}

/** A program that could not be started, ended with another status than 0, or was killed. */
export class CommandFailure extends Error {
  readonly program: string;
  readonly status: number | undefined;
  readonly stderr: string;

  constructor(program: string, status: number | undefined, stderr: string) {
    super(`${program} ended with ${status ?? "no status"}: ${stderr.trim().slice(0, 2000)}`);
    this.name = "CommandFailure";
    this.program = program;
    this.status = status;
    this.stderr = stderr;
  }
}

/** Longest output kept of one program; `nft list` of a large ruleset stays far below. */
export const commandOutputBytesMax = 64 * 1024 * 1024;

const defaultTimeoutMs = 30_000;

// The tools live in sbin on Debian, which a user's PATH does not always hold.
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin", LC_ALL: "C" };

/**
 * Runs `program` with `args` and resolves with its output once it ended with status 0.
 *
 * Safety: arguments go to execve as an array and standard input is data for the program's own parser, so
 * nothing is ever read by a shell.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    let trouble: string | undefined;
    const kill = (reason: string): void => {
      trouble ??= reason;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => kill("it took too long"), options.timeoutMs ?? defaultTimeoutMs);
    const keep = (list: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > commandOutputBytesMax) kill("it printed too much");
      else list.push(chunk);
    };
    child.stdout.on("data", keep(stdout));
    child.stderr.on("data", keep(stderr));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new CommandFailure(program, undefined, error.message));
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      const said = Buffer.concat(stderr).toString("utf8");
      if (status === 0 && trouble === undefined) {
        resolve({ stdout: Buffer.concat(stdout).toString("utf8"), stderr: said });
      } else {
        reject(new CommandFailure(program, status ?? undefined, trouble ?? said));
      }
    });
    // A program that ends before it read everything reports so by its status, not by EPIPE.
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
  });
}
