/**
 * Finds out what machines can be on this host and says what is missing, by trying where trying is cheap. It
 * leaves nothing behind.
 */
import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { MachineCapabilities, MachineCapability } from "@casemate/cloud";
import { CommandFailure, runCommand } from "../network/command.ts";
import { type CgroupHierarchy, type CgroupController } from "./cgroups.ts";
import { exists } from "./machine-directory.ts";
import { removeTree } from "./remove-tree.ts";
import { seccompProfile } from "./seccomp-profile.ts";

/** What starts a guest: an OCI runtime, or util-linux alone. */
export interface SandboxRuntime {
  readonly kind: "crun" | "unshare";
  /** The runtime's path; "-" for util-linux. */
  readonly path: string;
  readonly version: string;
}

const runtimePaths = ["/usr/bin/crun", "/usr/local/bin/crun", "/usr/sbin/crun"];

const programs = [
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
  ["flock", "util-linux"],
  ["setpriv", "util-linux"],
  ["setsid", "util-linux"],
  ["pivot_root", "util-linux"],
  ["mount", "mount"],
  ["dd", "coreutils"],
  ["stat", "coreutils"],
] as const;

const programDirectories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export async function findRuntime(wished?: "unshare"): Promise<SandboxRuntime> {
  for (const path of wished === undefined ? runtimePaths : []) {
    const said = await runCommand(path, ["--version"], { timeoutMs: 5_000 }).catch(() => undefined);
    if (said?.stdout.includes("+SECCOMP") !== true) continue;
    return { kind: "crun", path, version: said.stdout.split("\n")[0] ?? "crun" };
  }
  return { kind: "unshare", path: "-", version: "util-linux unshare" };
}

/** Reasons why no machine can run here; none when they can. */
export async function machineObstacles(directory: string): Promise<string[]> {
  if (process.platform !== "linux") return ["sandbox machines need Linux"];
  const reasons: string[] = [];
  if (process.getuid?.() !== 0) reasons.push("sandbox machines need root");
  for (const [program, debianPackage] of programs) {
    if (!(await findProgram(program))) {
      reasons.push(`the program ${program} is missing (Debian package ${debianPackage})`);
    }
  }
  if (/[,:\\\s]/.test(directory))
    reasons.push(`the path ${directory} cannot be mounted: it holds , : \\ or a space`);
  if (reasons.length > 0) return reasons;
  return (await Promise.all([tryUserNamespace(), tryOverlay(directory)])).filter(
    (reason) => reason !== undefined,
  );
}

async function findProgram(name: string): Promise<boolean> {
  for (const directory of programDirectories) {
    const found = await access(join(directory, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

async function tryUserNamespace(): Promise<string | undefined> {
  const flags = ["--user", "--pid", "--uts", "--ipc", "--cgroup", "--net", "--fork", "--kill-child", "true"];
  return attempt("namespaces cannot be made", runCommand("unshare", flags, { timeoutMs: 5_000 }));
}

async function tryOverlay(directory: string): Promise<string | undefined> {
  const trial = join(directory, `probe-${process.pid}-${Date.now()}`);
  for (const name of ["lower", "upper", "work", "merged"]) {
    await mkdir(join(trial, name), { recursive: true, mode: 0o700 });
  }
  const mount = 'cd "$1" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged';
  const flags = ["--mount", "--propagation", "slave", "sh", "-c", mount, "sh", trial];
  const reason = await attempt(
    "an overlay cannot be mounted",
    runCommand("unshare", flags, { timeoutMs: 5_000 }),
  );
  await removeTree(trial, directory);
  return reason;
}

async function attempt(what: string, step: Promise<unknown>): Promise<string | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    const detail = error instanceof CommandFailure ? error.stderr.trim().split("\n")[0] : String(error);
    return `${what}: ${detail}`;
  }
}

export interface SandboxFindings {
  readonly obstacles: readonly string[];
  readonly runtime: SandboxRuntime;
  readonly cgroups: CgroupHierarchy;
  readonly debianImage: string;
}

const available: MachineCapability = { available: true };

function unavailable(reason: string): MachineCapability {
  return { available: false, reason };
}

/** The findings as the driver reports them. */
export async function sandboxCapabilities(findings: SandboxFindings): Promise<MachineCapabilities> {
  const { obstacles, runtime, cgroups, debianImage } = findings;
  const limit = (controller: CgroupController): MachineCapability => {
    if (cgroups.controllers.has(controller)) return available;
    return unavailable(cgroups.missing ?? `the host has no ${controller} control group`);
  };
  const debian = await exists(debianImage);
  return {
    kind: "sandbox",
    machines: obstacles.length === 0 ? available : unavailable(obstacles.join("; ")),
    runtime: runtime.version,
    isolation: {
      userNamespace: available,
      seccomp: seccompCapability(runtime),
    },
    limits: {
      memory: limit("memory"),
      cpu: limit("cpu"),
      processes: limit("pids"),
      disk: unavailable("a sandbox's disk is a directory of the host's file system"),
    },
    images: {
      host: available,
      debian: debian ? available : unavailable(`no image at ${debianImage}`),
    },
    console: available,
    exec: available,
    bootVolumes: unavailable("a sandbox keeps its disk itself"),
    volumeAttachment: unavailable("a sandbox takes no block devices"),
    interfaceAttachment: available,
  };
}

function seccompCapability(runtime: SandboxRuntime): MachineCapability {
  if (runtime.kind !== "crun") return unavailable("crun is not in use (Debian package crun)");
  try {
    seccompProfile(process.arch);
    return available;
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : String(error));
  }
}
