/** Starts the process that supervises one machine and outlives its starter. */
import { spawn } from "node:child_process";
import { open, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { MachinePaths } from "./machine-directory.ts";

const closeOnExec = 0o2000000;

/** Host programs get this environment and nothing of the daemon's own. */
export const hostEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

export interface SupervisorLaunch {
  readonly paths: MachinePaths;
  /** The directory of the machine's programs, as prepared for this version. */
  readonly programs: string;
  /** Names this launch; the supervisor begins only while it is the one wanted. */
  readonly launch: string;
  /** The directory to cover with what the guest's root must reach. */
  readonly stage: string;
  readonly netns: string;
  readonly lower: string;
  /** The runtime's path, or "-" for util-linux alone. */
  readonly runtime: string;
  readonly cgroups: readonly string[];
}

/**
 * Starts it; the answer tells whether it has ended.
 *
 * Safety: the supervisor gets its own session, no pipe to the starter and an empty environment, so neither
 * the starter's death nor its secrets reach it; its arguments are an array and never a shell's text.
 */
export async function spawnSupervisor(launch: SupervisorLaunch): Promise<() => boolean> {
  const { paths, programs, stage, netns, lower, runtime, cgroups } = launch;
  const log = await open(paths.launchLog, "w", 0o600);
  const nothing = await open("/dev/null", "r+");
  try {
    const stdio = [nothing.fd, log.fd, log.fd, ...(await inheritedDescriptors()).map(() => nothing.fd)];
    const child = spawn(
      "unshare",
      // Slave: what the host unmounts is not held here; what is mounted here stays here.
      ["--mount", "--propagation", "slave", "sh", join(programs, "supervise")].concat(
        [paths.directory, launch.launch, stage, netns, lower, runtime],
        cgroups,
      ),
      { cwd: "/", detached: true, env: hostEnvironment, stdio },
    );
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return () => child.exitCode !== null || child.signalCode !== null;
  } finally {
    await log.close();
    await nothing.close();
  }
}

/**
 * File descriptors from 3 to the highest that this process was itself started with: a new program would get
 * them too, and through it the guest. Node's own are closed on the way.
 */
async function inheritedDescriptors(): Promise<number[]> {
  let highest = 2;
  for (const name of await readdir("/proc/self/fdinfo")) {
    const text = await readFile(`/proc/self/fdinfo/${name}`, "utf8").catch(() => "");
    const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
    if (flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0)
      highest = Math.max(highest, Number(name));
  }
  return Array.from({ length: highest - 2 }, (_, index) => index + 3);
}

/** What the launch said when it failed, for the operator. */
export async function launchFailure(paths: MachinePaths): Promise<string> {
  const log = await readFile(paths.launchLog, "utf8").catch(() => "");
  return log.trim().slice(-2_000) || "the supervisor ended without a word";
}
