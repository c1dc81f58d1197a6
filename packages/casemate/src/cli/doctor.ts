/**
 * `casemate doctor`: what this host can do, by trying, and what to install for the rest. It works without a
 * running cloud.
 */
import { existsSync, mkdtempSync, realpathSync, rmdirSync, statfsSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { MachineCapabilities, MachineCapability } from "@casemate/cloud";
import {
  createNetworkDriver,
  createSandboxDriver,
  guestDirectory,
  probeHostAccess,
  removeTree,
  type HostAccessState,
  type PeeringProbe,
} from "@casemate/host";
import { hostAccessOf, poolOf } from "../config/settings.ts";
import { OperatorFault } from "../operator/operator-fault.ts";
import { addCommand, type Cli, type Colors, type Result, type SharedFlags } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly state: "good" | "lacking" | "bad";
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
}

/** Debian's packages by the program that a reason names. */
const packages: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bip\b/, "iproute2"],
  [/\bnft\b/, "nftables"],
  [/\bconntrack\b/, "conntrack"],
  [/\bcrun\b/, "crun"],
  [/\bsysctl\b/, "procps"],
  [/\b(nsenter|unshare|setpriv)\b/, "util-linux"],
];
/** Free space below which an operator is told. */
const freeBytesWanted = 1024 ** 3;

/** Adds the command. */
export function doctorCommand(program: Command, cli: Cli): void {
  addCommand(program, "doctor", "what this host can do, and what to install for the rest").action(
    (flags: SharedFlags) => cli.tell(flags, "Trying what this host can do", () => examine(cli, flags)),
  );
}

async function examine(cli: Cli, flags: SharedFlags): Promise<Result> {
  const findings = [
    nodeFinding(process.versions.node),
    platformFinding(),
    diskFinding(cli.dataDir(flags)),
    ...(await hostFindings()),
    ...(await hostAccessFindings(cli, flags)),
    await daemonFinding(cli, flags),
  ];
  const bad = findings.some(({ state }) => state === "bad");
  return {
    data: { findings, machines: findings.some(isLackingHost) ? "recorded" : "real" },
    lines: doctorLines(findings, cli.colors),
    exitCode: bad ? exitCodes.failed : exitCodes.done,
  };
}

function isLackingHost({ name, state }: Finding): boolean {
  return state !== "good" && (name === "network" || name === "machines");
}

/** Whether this Node will do. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  const text = `Node ${version}`;
  if (enough) return { name: "node", state: "good", text };
  return { name: "node", state: "bad", text, remedy: "install Node 20.19 or later" };
}

function platformFinding(): Finding {
  const gib = (totalmem() / 1024 ** 3).toFixed(1);
  const who = process.getuid?.() === 0 ? "root" : "not root";
  return {
    name: "host",
    state: "good",
    text: `${process.platform} ${process.arch}, ${gib} GiB memory, ${who}`,
  };
}

function diskFinding(folder: string): Finding {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder}`;
  if (free >= freeBytesWanted) return { name: "disk", state: "good", text };
  return { name: "disk", state: "lacking", text, remedy: "make room, or use another --data-dir" };
}

/** Asks the drivers themselves, in a folder of their own that is gone afterwards. */
async function hostFindings(): Promise<readonly Finding[]> {
  // The real path, because nothing is removed through a link.
  const trial = mkdtempSync(join(realpathSync(tmpdir()), "casemate-doctor-"));
  try {
    const network = await createNetworkDriver({ stateDirectory: join(trial, "network") }).probe();
    const driver = createSandboxDriver({
      directory: join(trial, "machines"),
      guestDirectory: fileURLToPath(guestDirectory),
    });
    const machines = await driver.probe();
    return [networkFinding(network), peeringFinding(network.peering), ...machineFindings(machines)];
  } catch (failure) {
    const text = failure instanceof Error ? failure.message : String(failure);
    return [{ name: "machines", state: "lacking", text, remedy: "instances are recorded only" }];
  } finally {
    for (const name of ["network", "machines"]) await removeTree(join(trial, name), trial);
    rmdirSync(trial);
  }
}

/** What the network driver found. */
export function networkFinding(probe: {
  readonly available: boolean;
  readonly reasons: readonly string[];
}): Finding {
  if (probe.available) {
    return { name: "network", state: "good", text: "namespaces, nftables and routing: packets are filtered" };
  }
  const text = probe.reasons.join("; ");
  return { name: "network", state: "lacking", text, remedy: remedyOf(text) };
}

/** Whether VPCs can be joined; without it each stands by itself. */
export function peeringFinding(peering: PeeringProbe): Finding {
  const name = "peering";
  if (peering.available)
    return { name, state: "good", text: "VPCs can be peered and share endpoint services" };
  const { reason } = peering;
  return {
    name,
    state: "lacking",
    text: `no peering, no endpoint services: ${reason}`,
    remedy: remedyOf(reason),
  };
}

/** Where no packets are filtered, there is nothing to be reached. */
async function hostAccessFindings(cli: Cli, flags: SharedFlags): Promise<readonly Finding[]> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return [];
  const pool = poolOf(cli.environment.publicIpPool);
  const mode = hostAccessOf(cli.environment.hostAccess ?? "auto");
  try {
    const stateDirectory = join(cli.dataDir(flags), "network");
    return [hostAccessFinding(await probeHostAccess(stateDirectory, { pool, mode }), pool)];
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    return [hostAccessFinding({ open: false, reason }, pool)];
  }
}

/** Whether this host can reach public addresses. */
export function hostAccessFinding(state: HostAccessState, pool: string): Finding {
  const name = "host access";
  if (state.open) {
    const seen = `this host reaches it and is seen there as ${state.address}`;
    const text = `no other route leads to ${pool}: ${seen}`;
    return { name, state: "good", text };
  }
  return {
    name,
    state: "lacking",
    text: `this host does not reach ${pool}: ${state.reason}`,
    remedy: "choose another --public-ip-pool, or set --host-access (auto, on or off)",
  };
}

/** What the sandbox driver found. */
export function machineFindings(found: MachineCapabilities): Finding[] {
  const finding = (name: string, capability: MachineCapability, good: string): Finding => {
    if (capability.available) return { name, state: "good", text: good };
    const text = capability.reason ?? "not available";
    return { name, state: "lacking", text, remedy: remedyOf(text) };
  };
  const { machines, isolation, limits } = found;
  return [
    finding("machines", machines, `instances really run, started by ${found.runtime}`),
    finding("user namespace", isolation.userNamespace, "root of an instance is nobody on the host"),
    finding("seccomp", isolation.seccomp, "system calls of instances are filtered"),
    finding("memory limit", limits.memory, "kept"),
    finding("cpu limit", limits.cpu, "kept"),
    finding("process limit", limits.processes, "kept"),
    finding("disk limit", limits.disk, "kept"),
  ];
}

/** What to do about a reason, as far as a package or root is what lacks. */
export function remedyOf(reason: string): string | undefined {
  const missing = packages.filter(([pattern]) => pattern.test(reason)).map(([, name]) => name);
  const steps = [
    ...(/\bbridge module\b/.test(reason) ? ["modprobe bridge, or a kernel with CONFIG_BRIDGE"] : []),
    ...(/\begress hook\b/.test(reason) ? ["a kernel of 5.16 or later with CONFIG_NETFILTER_EGRESS"] : []),
    ...(/\broot\b/.test(reason) ? ["run as root"] : []),
    ...(missing.length > 0 ? [`apt-get install ${missing.join(" ")}`] : []),
  ];
  return steps.length === 0 ? undefined : steps.join(", ");
}

async function daemonFinding(cli: Cli, flags: SharedFlags): Promise<Finding> {
  try {
    const { endpoint, machines, network } = await cli.operator(flags).call("status", {});
    const text = `runs at ${endpoint}: machines ${machines.state}, network ${network.state}`;
    return { name: "cloud", state: "good", text };
  } catch (thrown) {
    if (!(thrown instanceof OperatorFault)) throw thrown;
    return { name: "cloud", state: "good", text: `none runs with its state in ${cli.dataDir(flags)}` };
  }
}

/** What people read. */
export function doctorLines(findings: readonly Finding[], colors: Colors): string[] {
  const signs = { good: colors.green("ok  "), lacking: colors.yellow("lack"), bad: colors.red("bad ") };
  return findings.flatMap(({ name, state, text, remedy }) => [
    `${signs[state]}  ${name}: ${text}`,
    ...(remedy === undefined ? [] : [`        -> ${remedy}`]),
  ]);
}
