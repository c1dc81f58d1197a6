// Runs the `casemate` command of the clone, as a user types it, against one daemon's state.
import { run } from "./programs.ts";
import type { Outcome } from "./programs.ts";
import type { Daemon } from "./daemon.ts";

/** What a command with `-o json` answered. */
export interface Envelope<Data> {
  ok: boolean;
  data: Data;
  error?: { code: string; message: string };
}

/** Runs a command with the environment of somebody who only knows where the state is. */
export function casemate(
  daemon: Pick<Daemon, "dataDir">,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<Outcome> {
  const environment = { PATH: process.env["PATH"] ?? "", HOME: "/tmp", CASEMATE_DATA_DIR: daemon.dataDir };
  return run(process.execPath, ["tools/casemate.mjs", ...args], { ...environment, ...more });
}

/** Runs a command with `-o json`; answers its envelope. */
export async function casemateJson<Data>(
  daemon: Pick<Daemon, "dataDir">,
  args: readonly string[],
): Promise<Envelope<Data> & { code: number | null }> {
  const outcome = await casemate(daemon, [...args, "-o", "json"]);
  return { ...(JSON.parse(outcome.stdout) as Envelope<Data>), code: outcome.code };
}
