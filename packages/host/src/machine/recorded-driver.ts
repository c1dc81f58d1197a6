/**
 * Machines that are only records, for hosts where no sandbox can be made. Nothing runs and nothing is
 * filtered; every answer says so, and what would need a running machine is refused.
 */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { MachineCapabilities, MachineCapability, MachineDriver, MachineId } from "@casemate/cloud";
import type { MachineSpec, ObservedMachine } from "@casemate/cloud";
import { assertMachineId, findText, listMachines, writeDurably } from "./machine-directory.ts";
import { assertMachineSpec } from "./machine-spec.ts";
import { removeTree } from "./remove-tree.ts";

export interface RecordedDriverOptions {
  /** Where the records are kept: absolute. */
  readonly directory: string;
  /** Why no sandbox can run here, as the sandbox driver's probe said. */
  readonly reason: string;
}

type Recorded = Pick<ObservedMachine, "startedAt" | "startIdentity"> & {
  readonly version: 1;
  readonly state: "running" | "exited";
  readonly reason?: "guest-shutdown" | "killed" | undefined;
};

export function createRecordedDriver(options: RecordedDriverOptions): MachineDriver {
  const refused: MachineCapability = { available: false, reason: `machines: recorded (${options.reason})` };
  const root = join(options.directory, "recorded-machines");
  const change = async (
    id: MachineId,
    next: (now: Recorded | undefined) => Recorded | undefined,
  ): Promise<void> => {
    const directory = join(root, assertMachineId(id));
    const wanted = next(await findRecord(directory));
    if (wanted === undefined) return;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeDurably(join(directory, "record.json"), JSON.stringify(wanted));
  };
  return {
    kind: "recorded",
    probe: () => Promise.resolve(recordedCapabilities(refused)),
    start: async (spec: MachineSpec) => {
      assertMachineSpec(spec);
      await change(spec.instanceId, (now) => (now?.state === "running" ? undefined : begun()));
    },
    stop: (id, { force }) =>
      change(id, (now) => {
        if (now?.state !== "running") return undefined;
        return { ...now, state: "exited", reason: force ? "killed" : "guest-shutdown" };
      }),
    reboot: (id) =>
      change(id, (now) => {
        if (now?.state !== "running") throw new Error(`${id} is not running`);
        return undefined;
      }),
    terminate: async (id) => {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const own = await realpath(root);
      await removeTree(join(own, assertMachineId(id)), own);
    },
    observe: async () => {
      const ids = await listMachines(root);
      const found = await Promise.all(ids.map(async (id) => observed(id, await findRecord(join(root, id)))));
      return found.filter((machine) => machine !== undefined);
    },
    console: () => Promise.resolve(new TextEncoder().encode(`${refused.reason}\n`)),
    metrics: () => Promise.resolve({ interfaces: [] }),
    plugInterfaces: () => Promise.resolve(),
    exec: () => Promise.reject(new Error(`no program can run: ${refused.reason}`)),
  };
}

function begun(): Recorded {
  const startedAt = Date.now();
  return { version: 1, state: "running", startedAt, startIdentity: `recorded:${startedAt}:${process.pid}` };
}

async function findRecord(directory: string): Promise<Recorded | undefined> {
  const text = await findText(join(directory, "record.json"));
  return text === undefined ? undefined : parseRecord(text);
}

/** Parses a record; undefined for what this version did not write. */
export function parseRecord(text: string): Recorded | undefined {
  try {
    const value = JSON.parse(text) as Partial<Recorded> | null;
    const known = value?.version === 1 && (value.state === "running" || value.state === "exited");
    if (!known || typeof value.startedAt !== "number" || typeof value.startIdentity !== "string")
      return undefined;
    return value as Recorded;
  } catch {
    return undefined;
  }
}

function observed(instanceId: MachineId, record: Recorded | undefined): ObservedMachine | undefined {
  if (record === undefined) return undefined;
  const { startedAt, startIdentity, state, reason } = record;
  const exit = state === "exited" ? ({ reason: reason ?? "crashed" } as const) : undefined;
  return { instanceId, state, startedAt, startIdentity, exit };
}

function recordedCapabilities(refused: MachineCapability): MachineCapabilities {
  return {
    kind: "recorded",
    machines: refused,
    runtime: "none",
    isolation: { userNamespace: refused, seccomp: refused },
    limits: { memory: refused, cpu: refused, processes: refused, disk: refused },
    // A record starts from any image, because nothing of the image runs.
    images: { host: { available: true }, debian: { available: true } },
    console: refused,
    exec: refused,
    bootVolumes: refused,
    volumeAttachment: refused,
    // Nor does anything of an interface.
    interfaceAttachment: { available: true },
  };
}
