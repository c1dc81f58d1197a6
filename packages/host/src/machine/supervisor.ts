/** Starts the process that supervises one machine and outlives its starter. */
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MachinePaths } from "./machine-directory.ts";

/** Host programs get this environment and nothing of the daemon's own. */
export const hostEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

export interface SupervisorLaunch {
  readonly paths: MachinePaths;
  /** The directory of the machine's programs, as prepared for this version. */
  readonly programs: string;
  /** The directory to cover with what the guest's root must reach. */
  readonly stage: string;
  readonly netns: string;
  readonly lower: string;
  /** The runtime's path, or "-" for util-linux alone. */
  readonly runtime: string;
  readonly cgroups: readonly string[];
}

/**
 * Safety: the supervisor gets its own session, no pipe to the starter and an empty environment, so neither
 * the starter's death nor its secrets reach it; its arguments are an array and never a shell's text.
 */
export async function spawnSupervisor(launch: SupervisorLaunch): Promise<void> {
  const { paths, programs, stage, netns, lower, runtime, cgroups } = launch;
  const log = await open(paths.launchLog, "w", 0o600);
  try {
    const child = spawn(
      "unshare",
      // Slave: what the host unmounts is not held here; what is mounted here stays here.
      ["--mount", "--propagation", "slave", "sh", join(programs, "supervise")].concat(
        [paths.directory, stage, netns, lower, runtime],
        cgroups,
      ),
      { cwd: "/", detached: true, env: hostEnvironment, stdio: ["ignore", log.fd, log.fd] },
    );
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
  } finally {
    await log.close();
  }
}

/** What the launch said when it failed, for the operator. */
export async function launchFailure(paths: MachinePaths): Promise<string> {
  const log = await readFile(paths.launchLog, "utf8").catch(() => "");
  return log.trim().slice(-2_000) || "the supervisor ended without a word";
}
