/**
 * Brings machines to the instances: reads what exists on the host, plans one step for each instance, does it,
 * and writes what it saw.
 */
import type { ReadTx, Store, Tx } from "@casemate/store";
import type { CloudEnvironment, NetworkDriver, Reconciler } from "../../../kit/index.ts";
import type { MachineDriver, MachineId, MachineSpec, ObservedMachine } from "../../../kit/machine-driver.ts";
import { findImage } from "../image/images.ts";
import { findInstanceType } from "../instance-type/instance-types.ts";
import type { NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { vpcModel } from "../network/vpc-model.ts";
import { vpcs } from "../vpc/vpc.ts";
import { machineHostname, nameServersOf } from "./instance-names.ts";
import { instanceTopic, instances, type InstanceRow } from "./instance.ts";
import {
  attachedInterfaces,
  machineInterfaces,
  needsPlugging,
  settleAttachments,
} from "./machine-interfaces.ts";
import { metadataSetting } from "./metadata-setting.ts";
import { planInstance, type InstanceStep } from "./plan.ts";
import {
  becameRunning,
  becameStopped,
  becameTerminated,
  failed,
  forgetTerminated,
  shutItselfDown,
} from "./transitions.ts";

/** What the reconciler drives. */
export interface InstanceDrivers {
  readonly machines: MachineDriver;
  readonly network: NetworkDriver;
  /** PEM certificates that guests trust beside their image's own. */
  readonly trustAnchorsPem: () => Promise<string>;
  readonly onFailure: (failure: unknown, instanceId: string) => void;
}

/** How long a guest may take to shut down before it is ended. */
const shutdownGraceMs = 20_000;
/** Steps that run at the same time. */
const stepsAtOnce = 4;
/** Tries to start a machine before its instance fails. */
const startTriesMax = 3;

/** Makes the reconciler. */
export function instanceReconciler(drivers: InstanceDrivers): Reconciler {
  const triesById = new Map<string, number>();
  const work = new Work();
  return {
    name: "ec2/instance",
    topics: [instanceTopic],
    everyMs: 5000,
    async run(store, environment) {
      const observed = new Map<string, ObservedMachine>(
        (await drivers.machines.observe()).map((machine) => [machine.instanceId, machine]),
      );
      const rows = store.read((tx) => [...tx.scan(instances.collection)]);
      work.onEnd = () => {
        if (store.health().state === "open") store.transaction((tx) => tx.wish(instanceTopic));
      };
      const network = networksOf(store, drivers.network);
      const pass: Pass = { store, environment, drivers, triesById, network };
      // A step may take as long as a guest takes to shut down; the others do not wait for it.
      const begin = (id: string, step: () => Promise<void>): void =>
        work.begin(id, () => step().catch((failure: unknown) => drivers.onFailure(failure, id)));
      for (const row of rows) {
        const machine = observed.get(row.id);
        const step = planInstance(row, machine);
        if (step !== "none") begin(row.id, () => doStep(pass, row, step));
        else if (store.read((tx) => awaitsPlugging(tx, row, machine))) begin(row.id, () => plug(pass, row));
      }
      const known = new Set(rows.map(({ id }) => id));
      for (const { instanceId } of observed.values()) {
        if (!known.has(instanceId)) begin(instanceId, () => drivers.machines.terminate(instanceId));
      }
      const { seq } = store.transaction((tx) => forgetTerminated(tx, environment.clock()));
      await store.settled(seq);
    },
    drain: () => work.drain(),
    stop: () => work.stop(),
  };
}

interface Pass {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly drivers: InstanceDrivers;
  readonly triesById: Map<string, number>;
  /** Brings the network of a VPC to its rows, once in a pass however many of its instances start. */
  readonly network: (vpcId: string) => Promise<void>;
}

function networksOf(store: Store, driver: NetworkDriver): Pass["network"] {
  const applied = new Map<string, Promise<void>>();
  const apply = async (vpcId: string): Promise<void> => {
    const model = store.read((tx) => {
      const vpc = tx.get(vpcs.collection, vpcId);
      return vpc && vpcModel(tx, vpc, metadataSetting);
    });
    if (model === undefined) throw new Error(`The VPC ${vpcId} is gone.`);
    await driver.apply(model);
  };
  return (vpcId) => {
    const known = applied.get(vpcId) ?? apply(vpcId);
    applied.set(vpcId, known);
    return known;
  };
}

/** Steps under way: one for each instance, a few at a time. */
class Work {
  readonly #byId = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #stopped = false;
  /** Called after each step: the next pass sees what it left. */
  onEnd: () => void = () => undefined;

  /** Begins a step, unless the instance has one already. */
  begin(id: string, step: () => Promise<void>): void {
    if (this.#byId.has(id)) return;
    const done = this.#turn(step).finally(() => {
      this.#byId.delete(id);
      this.onEnd();
    });
    this.#byId.set(id, done);
  }

  /** Gives up what has not begun, and resolves when what has begun has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.drain();
  }

  /** Resolves when no step is under way. */
  async drain(): Promise<void> {
    while (this.#byId.size > 0) await Promise.allSettled(this.#byId.values());
  }

  async #turn(step: () => Promise<void>): Promise<void> {
    if (this.#running >= stepsAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      if (!this.#stopped) await step();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

/**
 * Whether interfaces of an instance that needs no other step are to be plugged in or to get other
 * addresses.
 */
function awaitsPlugging(tx: ReadTx, row: InstanceRow, machine: ObservedMachine | undefined): boolean {
  if (row.state === "running" && machine?.state === "running") return needsPlugging(tx, row, machine);
  const attaching = ({ attachment }: NetworkInterfaceRow): boolean => attachment?.status === "attaching";
  return row.state === "stopped" && attachedInterfaces(tx, row.id).some(attaching);
}

/** The network first, as ever: an interface is not plugged in before its rules stand. */
async function plug(pass: Pass, row: InstanceRow): Promise<void> {
  const { drivers, store } = pass;
  await networksFirst(pass, row);
  const enis = store.read((tx) => machineInterfaces(tx, row.id, drivers.network));
  if (row.state === "running") await drivers.machines.plugInterfaces?.(machineId(row.id), enis);
  const plugged = enis.map(({ eniId }) => eniId);
  await settle(pass, row, (tx) => settleAttachments(tx, row.id, plugged));
}

/** Brings the networks of all interfaces of an instance to their rows; they may be in several VPCs. */
async function networksFirst(pass: Pass, row: InstanceRow): Promise<void> {
  const vpcIds = pass.store.read((tx) => attachedInterfaces(tx, row.id).map(({ vpcId }) => vpcId));
  for (const vpcId of new Set([row.vpcId, ...vpcIds])) await pass.network(vpcId);
}

async function doStep(pass: Pass, row: InstanceRow, step: InstanceStep): Promise<void> {
  const { machines } = pass.drivers;
  const id = machineId(row.id);
  const now = pass.environment.clock();
  switch (step) {
    case "none":
      return;
    case "start":
      return start(pass, row);
    case "stop":
      await machines.stop(id, { force: row.forced, timeoutMs: shutdownGraceMs });
      return;
    case "reboot":
      await machines.reboot(id);
      return settle(pass, row, (tx, latest) => {
        instances.change(tx, latest, { rebootsDone: row.rebootsAsked });
      });
    case "terminate":
      await machines.terminate(id);
      return;
    case "became-running":
      pass.triesById.delete(row.id);
      return settle(pass, row, becameRunning);
    case "became-stopped":
      return settle(pass, row, becameStopped);
    case "became-terminated":
      return settle(pass, row, (tx, latest) => becameTerminated(tx, latest, now));
    case "shut-itself-down":
      return settle(pass, row, (tx, latest) => shutItselfDown(tx, latest, now));
    case "failed":
      return settle(pass, row, failed);
  }
}

/** Writes an observation, unless the instance has moved on since it was read. */
async function settle(
  { store }: Pass,
  row: InstanceRow,
  write: (tx: Tx, latest: InstanceRow) => void,
): Promise<void> {
  const { seq } = store.transaction((tx) => {
    const latest = tx.get(instances.collection, row.id);
    if (latest?.state === row.state && latest.starts === row.starts) write(tx, latest);
  });
  await store.settled(seq);
}

/** The network first: no packet of a machine passes before the rules of its interfaces stand. */
async function start(pass: Pass, row: InstanceRow): Promise<void> {
  const { drivers, store, triesById } = pass;
  try {
    await networksFirst(pass, row);
    const trustAnchorsPem = await drivers.trustAnchorsPem();
    await drivers.machines.start(store.read((tx) => machineSpec(tx, row, { drivers, trustAnchorsPem })));
  } catch (failure) {
    drivers.onFailure(failure, row.id);
    const tries = (triesById.get(row.id) ?? 0) + 1;
    triesById.set(row.id, tries);
    if (tries < startTriesMax) return;
    triesById.delete(row.id);
    await settle(pass, row, failed);
  }
}

function machineSpec(
  tx: ReadTx,
  row: InstanceRow,
  made: { readonly drivers: InstanceDrivers; readonly trustAnchorsPem: string },
): MachineSpec {
  const image = findImage(row.imageId);
  const type = findInstanceType(row.instanceType);
  if (image === undefined || type === undefined) throw new Error(`${row.id} has an unknown image or type.`);
  const interfaces = machineInterfaces(tx, row.id, made.drivers.network);
  return {
    instanceId: machineId(row.id),
    imageId: row.imageId,
    image: { kind: image.kind },
    vcpus: type.vcpus,
    memoryMib: type.memoryMib,
    enis: interfaces,
    tenancy: row.tenancy,
    userDataPresent: row.sealedUserData !== undefined,
    hostname: machineHostname(tx, row, interfaces[0]?.ipv4 ?? ""),
    nameServers: nameServersOf(tx, row),
    trustAnchorsPem: made.trustAnchorsPem,
  };
}

function machineId(id: string): MachineId {
  // Ids of instances are drawn with this prefix.
  return id as MachineId;
}
