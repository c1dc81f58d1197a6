// Drives the unmodified aws command line against a daemon.
import { existsSync } from "node:fs";
import type { Daemon } from "./daemon.ts";
import { run } from "./programs.ts";
import type { Outcome } from "./programs.ts";

/** The system's own command line where there is one: it is the one that instances have, too. */
const program = existsSync("/usr/bin/aws") ? "/usr/bin/aws" : "aws";

/** Runs one command. @throws with what it said when it does not end well */
export type AwsCommand = <Output = unknown>(...args: readonly string[]) => Promise<Output>;

/** Runs commands as the daemon's administrator; answers the parsed output. */
export function awsCommand(daemon: Daemon): AwsCommand {
  return async <Output>(...args: readonly string[]) => {
    const outcome = await tryAws(daemon, args);
    if (outcome.code !== 0) throw new Error(`aws ${args.join(" ")}: ${outcome.stderr.trim()}`);
    return (outcome.stdout.trim() === "" ? undefined : JSON.parse(outcome.stdout)) as Output;
  };
}

/** The same, whatever its end; `environment` is put over the administrator's. */
export function tryAws(
  daemon: Daemon,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  // Said as an argument because command lines before 2.13 do not read it from the environment.
  const all = [...args, "--endpoint-url", daemon.endpoint, "--output", "json"];
  return run(program, all, { ...daemon.environment, ...environment });
}
