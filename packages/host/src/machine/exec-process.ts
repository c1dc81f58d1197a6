/**
 * The host command line that runs one program inside a machine, with the confinement of its first process.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecOptions, MachineId } from "@casemate/cloud";
import { type MachinePaths, type MachineState, writeDurably } from "./machine-directory.ts";
import { type OciConfig, guestCapabilities } from "./oci-config.ts";
import type { SandboxRuntime } from "./probe-sandbox.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { sessionEnvironment } from "./session-environment.ts";

/** The guest's capabilities as setpriv writes them. */
const boundingSet = [
  "-all",
  ...guestCapabilities.map((name) => `+${name.slice("CAP_".length).toLowerCase()}`),
].join(",");

export interface ExecRequest {
  readonly paths: MachinePaths;
  readonly state: MachineState;
  readonly init: ProcessIdentity;
  readonly runtime: SandboxRuntime;
  readonly request: {
    readonly id: MachineId;
    readonly argv: readonly string[];
    readonly execOptions: ExecOptions | undefined;
  };
}

export interface ExecEntry {
  readonly command: readonly string[];
  /** Read by the command and removed by the caller. */
  readonly file: string;
  /** Holds the host's id of the program once it runs; removed by the caller. */
  readonly pidFile: string;
}

export async function execProcess(exec: ExecRequest): Promise<ExecEntry> {
  const { paths, state, init, runtime, request } = exec;
  const user = request.execOptions?.user;
  if (request.argv.length === 0) throw new TypeError("a program is needed");
  if (user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new TypeError("not the name of a user");
  // The guest itself looks the user up: its file of users is its own.
  const args = user === undefined ? request.argv : ["chroot", `--userspec=${user}:`, "/", ...request.argv];
  const config = JSON.parse(await readFile(join(paths.directory, "config.json"), "utf8")) as OciConfig;
  const environment = Object.entries(sessionEnvironment(state.spec)).map(
    ([name, value]) => `${name}=${value}`,
  );
  const file = join(paths.directory, `exec-${randomBytes(8).toString("hex")}`);
  const pidFile = `${file}.pid`;
  await writeDurably(file, JSON.stringify({ ...config.process, args, env: environment }));
  if (state.runtime === "unshare") {
    const enter = [
      "--target",
      String(init.pid),
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--cgroup",
      "--user",
    ];
    const confine = ["setpriv", "--no-new-privs", "--inh-caps=-all", `--bounding-set=${boundingSet}`];
    const words = ["nsenter", ...enter, "--setuid", "0", "--setgid", "0", ...confine];
    return { command: [...words, "env", "-i", ...environment, ...args], file, pidFile };
  }
  const command = [runtime.path, "--root", join(paths.directory, "crun"), "--cgroup-manager=disabled"];
  return { command: [...command, "exec", "--pid-file", pidFile, "--process", file, paths.id], file, pidFile };
}
