// Finds what a daemon's instances and networks have left on this machine, by the names and paths that are
// documented as its own, and clears it away after a test. It looks at nothing that belongs to another daemon.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, readlinkSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

/** What stands on the machine for one daemon, its own process apart. */
export interface HostTraces {
  namespaces: string[];
  processes: number[];
  mounts: string[];
  cgroups: string[];
  /** The folders of machines. */
  folders: string[];
}

/** The name of the namespace that is the internet to this daemon's instances. */
export function internetNamespace(dataDir: string): string {
  return `${namespacePrefix(dataDir)}inet`;
}

/** The names of the namespaces in which this daemon's instances are. */
export function guestNamespaces(dataDir: string): string[] {
  return hostTraces(dataDir).namespaces.filter((name) => name.startsWith(`${namespacePrefix(dataDir)}e-`));
}

/** Looks at the machine as it is now. */
export function hostTraces(dataDir: string): HostTraces {
  const prefix = namespacePrefix(dataDir);
  const processes = processIds().filter((pid) => belongs(pid, dataDir));
  return {
    namespaces: list("/run/netns").filter((name) => name.startsWith(prefix)),
    processes,
    mounts: mountsOf(dataDir, prefix),
    cgroups: cgroupsOf(dataDir),
    folders: list(join(dataDir, "machines/machines")),
  };
}

/** The processes of one instance, each with its start time: a recycled process id is another process. */
export function instanceProcesses(dataDir: string, instanceId: string): string[] {
  const group = `/${cgroupName(dataDir)}/${instanceId}`;
  return processIds()
    .filter((pid) => readQuietly(`/proc/${pid}/cgroup`).includes(group))
    .map(
      (pid) =>
        `${pid} since ${
          readQuietly(`/proc/${pid}/stat`)
            .replace(/^.*\) /, "")
            .split(" ")[19]
        }`,
    );
}

/** Ends the processes and removes the namespaces and control groups of a daemon that has ended. */
export async function clearTraces(dataDir: string): Promise<void> {
  if (process.platform !== "linux") return;
  await until("the machines have ended", () => {
    const { processes } = hostTraces(dataDir);
    for (const pid of processes) killQuietly(pid);
    return processes.length === 0 ? true : undefined;
  });
  const { namespaces } = hostTraces(dataDir);
  for (const name of namespaces) spawnSync("ip", ["netns", "delete", name]);
  for (const path of cgroupsOf(dataDir).toReversed()) removeQuietly(path);
}

function namespacePrefix(dataDir: string): string {
  return `cm-${digest(join(dataDir, "network"))}-`;
}

function cgroupName(dataDir: string): string {
  return `casemate-${digest(join(dataDir, "machines"))}`;
}

function digest(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 8);
}

/** Guests are known by their control group, and what runs them by the folder of its machine. */
function belongs(pid: number, dataDir: string): boolean {
  if (readQuietly(`/proc/${pid}/cgroup`).includes(`/${cgroupName(dataDir)}/`)) return true;
  return readQuietly(`/proc/${pid}/cmdline`).includes(join(dataDir, "machines"));
}

/** Mounts in every mount namespace of the machine that show something of the daemon. */
function mountsOf(dataDir: string, prefix: string): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const pid of processIds()) {
    const space = linkQuietly(`/proc/${pid}/ns/mnt`);
    if (space === undefined || seen.has(space)) continue;
    seen.add(space);
    const lines = readQuietly(`/proc/${pid}/mountinfo`).split("\n");
    // A name under /run/netns is seen from everywhere and counted as a namespace.
    found.push(...lines.filter((line) => line.includes(dataDir) && !line.includes(`/run/netns/${prefix}`)));
  }
  return found;
}

function cgroupsOf(dataDir: string): string[] {
  const root = "/sys/fs/cgroup";
  const name = cgroupName(dataDir);
  return ["", ...list(root)]
    .map((hierarchy) => join(root, hierarchy, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => [path, ...list(path).map((entry) => join(path, entry))])
    .filter((path) => existsSync(join(path, "cgroup.procs")));
}

function processIds(): number[] {
  return list("/proc").map(Number).filter(Number.isInteger);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended in the meantime.
    return "";
  }
}

function linkQuietly(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}

function removeQuietly(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not empty or gone: the caller's count shows it.
  }
}
