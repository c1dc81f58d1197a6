/**
 * What the sandbox driver keeps on disk for each machine, and where. The records are read back as facts
 * about the world, so what does not parse is treated as absent.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, open, readFile, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { MachineId, MachineSpec } from "@casemate/cloud";
import { type ProcessIdentity, parseProcessIdentity } from "./process-identity.ts";

/** The paths of one machine. */
export interface MachinePaths {
  readonly id: MachineId;
  readonly directory: string;
  /** The launch as the driver wished it; written before any process exists. */
  readonly state: string;
  /** The name of the launch that is wanted; absent where none is to begin. */
  readonly launch: string;
  /** Held by the machine's supervisor for as long as anything of it lives. */
  readonly lock: string;
  /** The supervisor's identity, written by itself before it makes anything. */
  readonly process: string;
  /** The identity of the guest's first process. */
  readonly init: string;
  /** The exit status of the guest's first process, once it is over. */
  readonly exit: string;
  /** Present while a stop is under way. */
  readonly stopping: string;
  /** Present where the machine was ended without the guest's consent. */
  readonly killed: string;
  /** Tells the supervisor to run the guest again when it ends. */
  readonly restart: string;
  readonly console: string;
  readonly launchLog: string;
  readonly trust: string;
}

export function machinePaths(root: string, id: MachineId): MachinePaths {
  const directory = join(root, assertMachineId(id));
  const at = (name: string): string => join(directory, name);
  return {
    id,
    directory,
    state: at("state.json"),
    launch: at("launch"),
    lock: at("lock"),
    process: at("process"),
    init: at("init"),
    exit: at("exit"),
    stopping: at("stopping"),
    killed: at("killed"),
    restart: at("restart"),
    console: at("console.log"),
    launchLog: at("launch.log"),
    trust: at("trust"),
  };
}

/**
 * Safety: an id becomes a directory's name, a cgroup's and an argument, so only the form of an instance id
 * passes.
 * @throws {TypeError} for anything else.
 */
export function assertMachineId(id: string): MachineId {
  if (!isMachineId(id)) throw new TypeError(`${JSON.stringify(id)} is not an instance id`);
  return id;
}

function isMachineId(text: string): text is MachineId {
  return /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(text);
}

/** The launch record of a machine. */
export interface MachineState {
  readonly version: 1;
  readonly spec: MachineSpec;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The read-only lower directory that the machine's disk stands on. */
  readonly lower: string;
  readonly runtime: "crun" | "unshare";
  readonly cgroups: readonly string[];
}

/** Parses a launch record; undefined for what this version did not write. */
export function parseMachineState(text: string): MachineState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isMachineState(value) ? value : undefined;
}

function isMachineState(value: unknown): value is MachineState {
  if (typeof value !== "object" || value === null) return false;
  const { version, spec, startedAt, lower, runtime, cgroups } = value as Partial<MachineState>;
  const enis: unknown = spec?.enis;
  return (
    version === 1 &&
    typeof startedAt === "number" &&
    typeof lower === "string" &&
    (runtime === "crun" || runtime === "unshare") &&
    Array.isArray(cgroups) &&
    cgroups.every((path) => typeof path === "string") &&
    typeof spec?.instanceId === "string" &&
    isMachineId(spec.instanceId) &&
    Array.isArray(enis) &&
    enis.length > 0
  );
}

/** Every machine that has a directory below `root`. */
export async function listMachines(root: string): Promise<MachineId[]> {
  const names: string[] = await readdir(root).catch(() => []);
  return names.filter((name) => isMachineId(name)).toSorted();
}

export async function findState(paths: MachinePaths): Promise<MachineState | undefined> {
  const text = await findText(paths.state);
  return text === undefined ? undefined : parseMachineState(text);
}

export async function findProcess(path: string): Promise<ProcessIdentity | undefined> {
  const text = await findText(path);
  return text === undefined ? undefined : parseProcessIdentity(text);
}

export async function findText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** A name beside `path` for what is not whole yet, of which no other writer has the same. */
export function pendingName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.new`;
}

/**
 * Writes a file so that a crash leaves the old content or the new one, and the new one survives a power cut.
 */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const pending = pendingName(path);
  const file = await open(pending, "w", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(pending, path);
}
