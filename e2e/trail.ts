// Reads a daemon's trail as its operator does.
import { casemateJson } from "./casemate-command.ts";
import type { Daemon } from "./daemon.ts";

/** What the tests read of a record. */
export interface TrailRecord {
  requestID: string;
  eventName: string;
  errorCode?: string;
  errorMessage?: string;
  userIdentity: { type: string; arn?: string; invokedBy?: string };
  tlsDetails?: { tlsVersion: string };
}

/** Records, the newest first; `flags` narrow them. */
export async function trail(daemon: Daemon, ...flags: readonly string[]): Promise<TrailRecord[]> {
  const { ok, data, error } = await casemateJson<{ entries: TrailRecord[] }>(daemon, ["trail", ...flags]);
  if (!ok) throw new Error(`casemate trail: ${error?.message}`);
  return data.entries;
}
