/**
 * Which process of the host a recorded one is, so that a recycled process id is never taken for it and
 * never signalled. Reads /proc; keeps nothing.
 */
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";

/**
 * A process for as long as the host is up: its start time and the host's boot tell it from its successors.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
}

/** Parses a record `PID START-TIME BOOT-ID`; undefined for anything else. */
export function parseProcessIdentity(text: string): ProcessIdentity | undefined {
  const match = /^([1-9][0-9]{0,9}) ([0-9]{1,20}) ([0-9a-f-]{36})\n?$/.exec(text);
  const [, pid, startTime, bootId] = match ?? [];
  if (pid === undefined || startTime === undefined || bootId === undefined) return undefined;
  return { pid: Number(pid), startTime, bootId };
}

/**
 * The start time in the text of a /proc/PID/stat; undefined where the process is only waiting to be reaped.
 */
export function parseStartTime(stat: string): string | undefined {
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X" || state === undefined) return undefined;
  return fields[19];
}

/** The id of the host's present boot. */
export async function fetchBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity, bootId: string): boolean {
  if (identity.bootId !== bootId) return false;
  try {
    return parseStartTime(readFileSync(`/proc/${identity.pid}/stat`, "utf8")) === identity.startTime;
  } catch {
    return false;
  }
}

/**
 * Sends a signal to exactly this process; false where it is gone.
 *
 * Safety: the identity is compared in the same synchronous step that signals, and a process id is not
 * handed out again before the kernel has gone round all the others.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals, bootId: string): boolean {
  if (!isAlive(identity, bootId)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Signals the process group that this process leads; false where the process is gone. */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals, bootId: string): boolean {
  return isAlive(identity, bootId) && sendToGroup(identity.pid, signal);
}

function sendToGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** What a process does about SIGTERM, in the text of its /proc/PID/status. */
export function parseTermination(status: string): "default" | "caught" | "ignored" {
  const bit = 1n << 14n;
  const has = (field: string): boolean => {
    const mask = new RegExp(`^${field}:\\s*([0-9a-f]{16})$`, "m").exec(status)?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & bit) !== 0n;
  };
  if (has("SigCgt")) return "caught";
  return has("SigIgn") ? "ignored" : "default";
}

/** What this process does about SIGTERM; "default" where it is gone. */
export function terminationOf(identity: ProcessIdentity): "default" | "caught" | "ignored" {
  try {
    return parseTermination(readFileSync(`/proc/${identity.pid}/status`, "utf8"));
  } catch {
    return "default";
  }
}
