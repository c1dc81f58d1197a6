// Drives the casemate command against a daemon, as its operator would.
import type { Daemon } from "./daemon.ts";
import { run } from "./programs.ts";
import type { Outcome } from "./programs.ts";

/** Runs one command to its end. */
export function casemate(daemon: Daemon, ...args: readonly string[]): Promise<Outcome> {
  const all = ["tools/casemate.mjs", ...args, "--data-dir", daemon.dataDir];
  return run(process.execPath, all, { PATH: process.env["PATH"] ?? "", HOME: daemon.dataDir });
}

/** What the tests read of a record of the trail. */
export interface TrailRecord {
  requestID: string;
  eventName: string;
  errorCode?: string;
  errorMessage?: string;
  userIdentity: { type: string; arn?: string; invokedBy?: string };
}

/** Records of the trail, the newest first; `flags` narrow them. */
export async function trail(daemon: Daemon, ...flags: readonly string[]): Promise<TrailRecord[]> {
  const outcome = await casemate(daemon, "trail", ...flags, "-o", "json");
  if (outcome.code !== 0) throw new Error(`casemate trail: ${outcome.stderr}`);
  return (JSON.parse(outcome.stdout) as { data: { entries: TrailRecord[] } }).data.entries;
}
