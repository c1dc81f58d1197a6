/**
 * The control groups that hold a machine to its memory, processor time and number of processes, under cgroup
 * v1 or v2, whichever the host has. Where it has neither, the driver says so and the machine runs unlimited.
 */
import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How many processes and threads one machine may have. */
export const machineProcessesMax = 4_096;

const mountPoint = "/sys/fs/cgroup";
const controllersV1 = ["memory", "cpu", "cpuacct", "pids"] as const;
const controllersV2 = ["memory", "cpu", "pids"] as const;

export type CgroupController = "memory" | "cpu" | "cpuacct" | "pids";

/** Which control groups this host offers; `missing` says why each absent one is absent. */
export interface CgroupHierarchy {
  readonly version: 1 | 2 | undefined;
  readonly controllers: ReadonlySet<CgroupController>;
  readonly missing: string | undefined;
}

export interface CgroupLimits {
  readonly memoryMib: number;
  readonly vcpus: number;
}

/** Looks at the host, and under v2 enables the controllers for its children. */
export async function probeCgroups(): Promise<CgroupHierarchy> {
  const unified = await readFile(join(mountPoint, "cgroup.controllers"), "utf8").catch(() => undefined);
  if (unified !== undefined) return probeUnified(unified.trim().split(" "));
  const found: CgroupController[] = [];
  for (const controller of controllersV1) {
    const writable = await readFile(join(mountPoint, controller, "cgroup.procs")).then(
      () => true,
      () => false,
    );
    if (writable) found.push(controller);
  }
  const missing = found.length === 0 ? `no control groups are mounted at ${mountPoint}` : undefined;
  return { version: found.length === 0 ? undefined : 1, controllers: new Set(found), missing };
}

async function probeUnified(offered: readonly string[]): Promise<CgroupHierarchy> {
  const wanted = controllersV2.filter((controller) => offered.includes(controller));
  try {
    await enable(mountPoint, wanted);
    return { version: 2, controllers: new Set(wanted), missing: undefined };
  } catch (error) {
    const missing = `the controllers at ${mountPoint} cannot be enabled: ${String(error)}`;
    return { version: undefined, controllers: new Set(), missing };
  }
}

async function enable(directory: string, controllers: readonly string[]): Promise<void> {
  await writeFile(join(directory, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
}

/** The group directories of one machine, whether they exist or not. */
export function cgroupPaths(hierarchy: CgroupHierarchy, group: string, id: string): string[] {
  if (hierarchy.version === undefined) return [];
  if (hierarchy.version === 2) return [join(mountPoint, group, id)];
  return [...hierarchy.controllers].map((controller) => join(mountPoint, controller, group, id));
}

/** The values to write for a machine: file name to content, for one controller. */
export function cgroupSettings(
  version: 1 | 2,
  controller: CgroupController,
  limits: CgroupLimits,
): readonly (readonly [file: string, value: string])[] {
  const bytes = String(limits.memoryMib * 1024 * 1024);
  const period = 100_000;
  const quota = limits.vcpus * period;
  switch (controller) {
    case "memory":
      // Memory and swap together, so that a machine cannot push its excess to the host's disk.
      return version === 2
        ? [
            ["memory.max", bytes],
            ["memory.swap.max", "0"],
          ]
        : [
            ["memory.limit_in_bytes", bytes],
            ["memory.memsw.limit_in_bytes", bytes],
          ];
    case "cpu":
      return version === 2
        ? [["cpu.max", `${quota} ${period}`]]
        : [
            ["cpu.cfs_period_us", String(period)],
            ["cpu.cfs_quota_us", String(quota)],
          ];
    case "pids":
      return [["pids.max", String(machineProcessesMax)]];
    case "cpuacct":
      return [];
  }
}

/** Files whose absence only means that the kernel was built or the host was set up without swap. */
const optionalFiles = new Set(["memory.memsw.limit_in_bytes", "memory.swap.max"]);

/** Makes the machine's groups with their limits; the paths to put its first process into. */
export async function createCgroups(
  hierarchy: CgroupHierarchy,
  machine: { readonly group: string; readonly id: string; readonly limits: CgroupLimits },
): Promise<string[]> {
  const { version, controllers } = hierarchy;
  if (version === undefined) return [];
  const paths = cgroupPaths(hierarchy, machine.group, machine.id);
  if (version === 2) {
    const parent = join(mountPoint, machine.group);
    await mkdir(parent, { recursive: true });
    await enable(parent, [...controllers]);
  }
  for (const path of paths) await mkdir(path, { recursive: true });
  for (const controller of controllers) {
    const path = version === 2 ? paths[0] : join(mountPoint, controller, machine.group, machine.id);
    for (const [file, value] of cgroupSettings(version, controller, machine.limits)) {
      await writeSetting(join(path ?? "", file), value, optionalFiles.has(file));
    }
  }
  return paths;
}

async function writeSetting(path: string, value: string, optional: boolean): Promise<void> {
  try {
    await writeFile(path, value, { flag: "r+" });
  } catch (error) {
    if (!optional) throw error;
  }
}

/** Removes a machine's groups; their processes must be gone. A missing one is no failure. */
export async function removeCgroups(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    // The kernel empties a group a moment after its last process is reaped.
    for (let attempt = 0; ; attempt++) {
      const trouble = await rmdir(path).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error,
      );
      if (trouble === undefined || trouble.code === "ENOENT") break;
      if (trouble.code !== "EBUSY" || attempt >= 100) throw trouble;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Removes the driver's own groups where no machine is left in them. */
export async function removeCgroupParents(hierarchy: CgroupHierarchy, group: string): Promise<void> {
  for (const path of cgroupPaths(hierarchy, group, "")) {
    const children = await readdir(path, { withFileTypes: true }).catch(() => []);
    if (children.some((child) => child.isDirectory())) continue;
    await rmdir(path).catch(() => undefined);
  }
}

/** What the kernel counted for a machine; undefined where it does not count. */
export interface CgroupCounters {
  readonly cpuNanoseconds?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  readonly processes?: number | undefined;
}

export async function readCgroupCounters(paths: readonly string[]): Promise<CgroupCounters> {
  const first = async (...files: readonly string[]): Promise<number | undefined> => {
    for (const path of paths) {
      for (const file of files) {
        const text = await readFile(join(path, file), "utf8").catch(() => undefined);
        if (text !== undefined && /^[0-9]+\s*$/.test(text)) return Number(text);
      }
    }
    return undefined;
  };
  return {
    cpuNanoseconds: (await first("cpuacct.usage")) ?? (await unifiedCpu(paths)),
    memoryBytes: await first("memory.usage_in_bytes", "memory.current"),
    memoryPeakBytes: await first("memory.max_usage_in_bytes", "memory.peak"),
    processes: await first("pids.current"),
  };
}

async function unifiedCpu(paths: readonly string[]): Promise<number | undefined> {
  const [path] = paths;
  if (path === undefined) return undefined;
  const text = await readFile(join(path, "cpu.stat"), "utf8").catch(() => "");
  const match = /^usage_usec ([0-9]+)$/m.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]) * 1000;
}
