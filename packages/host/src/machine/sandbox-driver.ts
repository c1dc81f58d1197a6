/**
 * Runs instances as Linux sandboxes: namespaces, an overlay root, control groups, and crun where it is
 * installed. It decides nothing and remembers nothing: what it reports is read from the host each time, and
 * machines live on when the process that started them dies.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { ExecOptions, ExecResult, MachineCapabilities, MachineDriver, MachineId } from "@casemate/cloud";
import type { MachineInterface, MachineMetrics, MachineSpec, ObservedMachine } from "@casemate/cloud";
import type { StopOptions } from "@casemate/cloud";
import { type CgroupHierarchy, probeCgroups, readCgroupCounters, removeCgroupParents } from "./cgroups.ts";
import { removeCgroups } from "./cgroups.ts";
import { runCommand } from "../network/command.ts";
import { readConsole } from "./console-file.ts";
import { execInMachine } from "./exec-in-machine.ts";
import { execProcess } from "./exec-process.ts";
import { type HostImage, prepareGuestPrograms, prepareHostImage } from "./host-image.ts";
import { readInterfaceCounters } from "./interface-counters.ts";
import { type MachinePaths, exists, findProcess, findState, listMachines } from "./machine-directory.ts";
import { machinePaths, writeDurably } from "./machine-directory.ts";
import { assertMachineInterfaces, assertMachineSpec } from "./machine-spec.ts";
import { observeMachine } from "./observe-machine.ts";
import { plugInterfaces } from "./plug-interfaces.ts";
import { prepareMachine } from "./prepare-machine.ts";
import { findRuntime, machineObstacles, sandboxCapabilities, type SandboxRuntime } from "./probe-sandbox.ts";
import { fetchBootId, isAlive, signalGroup, signalProcess } from "./process-identity.ts";
import { removeFile, removeTree } from "./remove-tree.ts";
import { launchFailure, spawnSupervisor } from "./supervisor.ts";
import { waitFor } from "./wait-for.ts";

/** How long a launch may take; it takes well under a second unless the host is choked. */
export const launchTimeoutMs = 20_000;
/** How long a guest may take to go down for a reboot before it is ended. */
export const rebootTimeoutMs = 30_000;
/** How long the kernel may take to clear away killed processes. */
const killTimeoutMs = 15_000;

export interface SandboxDriverOptions {
  /** Where machines and images are kept: absolute, on a file system that an overlay can stand on. */
  readonly directory: string;
  /** The directory `guest` of this package, wherever the installation has put it. */
  readonly guestDirectory: string;
  /** Paths of the host that no guest may see even where they lie below /usr: the daemon's own directories. */
  readonly privatePaths?: readonly string[] | undefined;
  /** "unshare" leaves an installed crun alone; the choice without it is crun where there is one. */
  readonly runtime?: "unshare" | undefined;
}

interface Sandbox {
  readonly root: string;
  readonly images: string;
  readonly options: SandboxDriverOptions;
  readonly runtime: SandboxRuntime;
  readonly cgroups: CgroupHierarchy;
  readonly cgroupName: string;
  readonly capabilities: MachineCapabilities;
  readonly bootId: string;
  hostImage(): Promise<HostImage>;
  guestPrograms(): Promise<string>;
}

/**
 * The driver over one directory. Any number of processes may hold one over the same directory; each machine
 * has one supervisor, which holds the machine's lock.
 */
export function createSandboxDriver(options: SandboxDriverOptions): MachineDriver {
  let opened: Promise<Sandbox> | undefined;
  const sandbox = (): Promise<Sandbox> => (opened ??= openSandbox(options));
  const queues = new Map<MachineId, Promise<unknown>>();
  // Steps on one machine follow each other; those on different machines run side by side.
  const queued = <T>(id: MachineId, step: (host: Sandbox) => Promise<T>): Promise<T> => {
    const turn = (queues.get(id) ?? Promise.resolve())
      .catch(() => undefined)
      .then(async () => step(await sandbox()));
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (queues.get(id) === settled) queues.delete(id);
      });
    queues.set(id, settled);
    return turn;
  };
  return {
    kind: "sandbox",
    probe: async () => (await sandbox()).capabilities,
    start: (spec) => queued(spec.instanceId, (host) => start(host, spec)),
    stop: (id, stopOptions) => queued(id, (host) => stop(host, machinePaths(host.root, id), stopOptions)),
    reboot: (id) => queued(id, (host) => reboot(host, machinePaths(host.root, id))),
    terminate: (id) => queued(id, (host) => terminate(host, machinePaths(host.root, id))),
    observe: async () => observeAll(await sandbox()),
    console: async (id) => readConsole(machinePaths((await sandbox()).root, id).console),
    metrics: async (id) => metrics(machinePaths((await sandbox()).root, id)),
    plugInterfaces: (id, enis) => queued(id, async (host) => plug(host, machinePaths(host.root, id), enis)),
    exec: async (id, argv, execOptions) => exec(await sandbox(), { id, argv, execOptions }),
  };
}

async function openSandbox(options: SandboxDriverOptions): Promise<Sandbox> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  // Real paths throughout: mounts are compared with them before anything is removed.
  const directory = await realpath(options.directory);
  const [root, images] = [join(directory, "machines"), join(directory, "images")];
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(images, { recursive: true, mode: 0o700 });
  const obstacles = await machineObstacles(directory);
  const [runtime, cgroups, bootId] = await Promise.all([
    findRuntime(options.runtime),
    probeCgroups(),
    fetchBootId(),
  ]);
  const cgroupName = `casemate-${createHash("sha256").update(directory).digest("hex").slice(0, 8)}`;
  const debianImage = join(images, "debian");
  const capabilities = await sandboxCapabilities({ obstacles, runtime, cgroups, debianImage });
  const hostImage = once(() => prepareHostImage(images));
  const guestPrograms = once(() => prepareGuestPrograms(options.guestDirectory, images));
  const found = { root, images, options, runtime, cgroups, cgroupName, capabilities, bootId };
  return { ...found, hostImage, guestPrograms };
}

/** Keeps what `make` made; a failure is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}

async function start(host: Sandbox, spec: MachineSpec): Promise<void> {
  assertMachineSpec(spec);
  const { machines } = host.capabilities;
  if (!machines.available) throw new Error(`no machine can run here: ${machines.reason}`);
  const paths = machinePaths(host.root, spec.instanceId);
  const present = await observeMachine(paths, host.bootId);
  if (present?.state === "stopping") throw new Error(`${spec.instanceId} is being stopped`);
  const begin = present === undefined || present.state === "exited";
  if (begin && spec.enis.length > 1) await plugInterfaces(spec.enis);
  // Until its supervisor has begun, the records still tell of the machine's last run.
  const launched = begin ? await launch(host, { spec, paths }) : undefined;
  let state: ObservedMachine["state"] | undefined;
  const settled = await waitFor(async () => {
    // A supervisor that finds another launch wanted ends without a word: that other one is waited for then.
    const ended = launched === undefined || (launched.ended() && !(await isSuperseded(paths, launched.id)));
    state = (await observeMachine(paths, host.bootId))?.state;
    return state === "running" || (ended && state === "exited");
  }, launchTimeoutMs);
  // No other supervisor that still waits for its turn may begin once this one has ended.
  if (launched === undefined || !(await isSuperseded(paths, launched.id))) await removeFile(paths.launch);
  if (state === "running") return;
  // A start that failed leaves no process, whatever got stuck.
  await kill(host, paths);
  const trouble = settled ? "did not start" : `did not start within ${launchTimeoutMs} ms`;
  throw new Error(`${spec.instanceId} ${trouble}: ${await launchFailure(paths)}`);
}

/** One try to start a machine. */
interface Launch {
  readonly id: string;
  /** Whether its supervisor has ended. */
  ended(): boolean;
}

/** Whether somebody else has begun a later launch of the machine, which is the one wanted now. */
async function isSuperseded(paths: MachinePaths, id: string): Promise<boolean> {
  const wanted = await readFile(paths.launch, "utf8").catch(() => "");
  return wanted !== "" && wanted.trim() !== id;
}

/** Starts a supervisor. */
async function launch(
  host: Sandbox,
  { spec, paths }: { spec: MachineSpec; paths: MachinePaths },
): Promise<Launch> {
  const prepared = await prepareMachine(host, { spec, paths });
  const { lower, cgroups, programs, stage } = prepared;
  const state = { version: 1, spec, startedAt: Date.now(), lower, runtime: host.runtime.kind, cgroups };
  await writeDurably(paths.state, `${JSON.stringify(state, undefined, 2)}\n`);
  const netns = spec.enis[0]?.netns ?? "";
  const id = randomBytes(12).toString("hex");
  await writeDurably(paths.launch, `${id}\n`);
  const ended = await spawnSupervisor({
    paths,
    programs,
    launch: id,
    stage,
    netns,
    lower,
    runtime: host.runtime.path,
    cgroups,
  });
  return { id, ended };
}

async function isGone(host: Sandbox, paths: MachinePaths): Promise<boolean> {
  const now = await observeMachine(paths, host.bootId);
  return now === undefined || now.state === "exited";
}

async function stop(host: Sandbox, paths: MachinePaths, options: StopOptions): Promise<void> {
  if (!(await exists(paths.directory))) return;
  await removeFile(paths.launch);
  if (!(await isGone(host, paths))) {
    await writeDurably(paths.stopping, "");
    const init = await findProcess(paths.init);
    const asked = !options.force && init !== undefined && signalProcess(init, "SIGTERM", host.bootId);
    const gone = asked && (await waitFor(() => isGone(host, paths), options.timeoutMs));
    if (!gone) await kill(host, paths);
    await removeFile(paths.stopping);
  }
  await settle(paths);
  await removeCgroups((await findState(paths))?.cgroups ?? []);
}

/**
 * Waits until nothing holds the machine's lock: a supervisor that was killed leaves a shell behind, which
 * still writes down how the guest ended.
 */
async function settle(paths: MachinePaths): Promise<void> {
  const wait = ["--wait", String(killTimeoutMs / 1000), paths.lock, "true"];
  await runCommand("flock", wait, { timeoutMs: 2 * killTimeoutMs });
}

/** Ends every process of a machine, whatever state it is in. */
async function kill(host: Sandbox, paths: MachinePaths): Promise<void> {
  if (await isGone(host, paths)) return;
  await writeDurably(paths.killed, "");
  const gone = await waitFor(async () => {
    const init = await findProcess(paths.init);
    // The kernel ends a namespace with its first process, so this leaves nothing of the guest.
    if (init !== undefined) signalProcess(init, "SIGKILL", host.bootId);
    const supervisor = await findProcess(paths.process);
    if (init === undefined && supervisor !== undefined) signalGroup(supervisor, "SIGKILL", host.bootId);
    return isGone(host, paths);
  }, killTimeoutMs);
  if (gone) return;
  const supervisor = await findProcess(paths.process);
  if (supervisor !== undefined) signalGroup(supervisor, "SIGKILL", host.bootId);
  if (!(await waitFor(() => isGone(host, paths), killTimeoutMs)))
    throw new Error(`${paths.id} cannot be ended`);
}

async function reboot(host: Sandbox, paths: MachinePaths): Promise<void> {
  const state = await findState(paths);
  const before = await findProcess(paths.init);
  const supervisor = await findProcess(paths.process);
  if (state === undefined || before === undefined || !isAlive(before, host.bootId)) {
    throw new Error(`${paths.id} is not running`);
  }
  if (supervisor === undefined || !isAlive(supervisor, host.bootId)) {
    // Nobody would run it again: its supervisor was killed.
    await stop(host, paths, { force: false, timeoutMs: rebootTimeoutMs });
    return start(host, state.spec);
  }
  const again = async (): Promise<boolean> => {
    const init = await findProcess(paths.init);
    if (init === undefined || init.pid === before.pid) return false;
    return (await observeMachine(paths, host.bootId))?.state === "running";
  };
  signalProcess(before, "SIGUSR2", host.bootId);
  if (await waitFor(again, rebootTimeoutMs)) return;
  await writeDurably(paths.restart, "");
  signalProcess(before, "SIGKILL", host.bootId);
  if (!(await waitFor(again, launchTimeoutMs)))
    throw new Error(`${paths.id} did not come back: ${await launchFailure(paths)}`);
}

async function terminate(host: Sandbox, paths: MachinePaths): Promise<void> {
  if (!(await exists(paths.directory))) return;
  await removeFile(paths.launch);
  await kill(host, paths);
  await settle(paths);
  await removeCgroups((await findState(paths))?.cgroups ?? []);
  await removeTree(paths.directory, host.root);
  await removeCgroupParents(host.cgroups, host.cgroupName);
}

async function observeAll(host: Sandbox): Promise<readonly ObservedMachine[]> {
  const ids = await listMachines(host.root);
  const found = await Promise.all(ids.map((id) => observeMachine(machinePaths(host.root, id), host.bootId)));
  return found.filter((machine) => machine !== undefined);
}

/** The guest's own namespace is the primary interface's, whatever else is plugged into it. */
async function plug(host: Sandbox, paths: MachinePaths, enis: readonly MachineInterface[]): Promise<void> {
  assertMachineInterfaces(enis);
  const [state, init] = await Promise.all([findState(paths), findProcess(paths.init)]);
  if (state === undefined || init === undefined || !isAlive(init, host.bootId)) {
    throw new Error(`${paths.id} is not running`);
  }
  if (state.spec.enis[0]?.netns !== enis[0]?.netns) {
    throw new Error(`${paths.id} runs on another primary interface`);
  }
  await plugInterfaces(enis);
}

async function metrics(paths: MachinePaths): Promise<MachineMetrics> {
  const [state, init, bootId] = await Promise.all([findState(paths), findProcess(paths.init), fetchBootId()]);
  if (state === undefined || init === undefined || !isAlive(init, bootId))
    throw new Error(`${paths.id} is not running`);
  const counters = await readCgroupCounters(state.cgroups);
  return { ...counters, interfaces: await readInterfaceCounters(init.pid) };
}

async function exec(
  host: Sandbox,
  request: { id: MachineId; argv: readonly string[]; execOptions: ExecOptions | undefined },
): Promise<ExecResult> {
  const paths = machinePaths(host.root, request.id);
  const [state, init] = await Promise.all([findState(paths), findProcess(paths.init)]);
  if (state === undefined || init === undefined || !isAlive(init, host.bootId)) {
    throw new Error(`${request.id} is not running`);
  }
  const entry = await execProcess({ paths, state, init, runtime: host.runtime, request });
  try {
    return await execInMachine(
      entry.command,
      { cgroups: state.cgroups, pidFile: entry.pidFile },
      request.execOptions,
    );
  } finally {
    await removeFile(entry.file);
    await removeFile(entry.pidFile);
  }
}
