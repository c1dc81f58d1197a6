/**
 * What the tests of the sandbox driver stand on: a network namespace with a metadata service, and a driver.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, realpath, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { MachineDriver, MachineId, MachineSpec } from "@casemate/cloud";
import { removeTree } from "../remove-tree.ts";
import { createSandboxDriver } from "../sandbox-driver.ts";
import { waitFor } from "../wait-for.ts";

/** Stands for a daemon's directory that lies where guests may look. */
export const privateBelowUsr = "/usr/share/man";

export const guestDirectory = fileURLToPath(new URL("../../../guest", import.meta.url));

/** A new directory of the test's own, and how to remove it. */
export async function makeDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const outer = await realpath(await mkdtemp(join(tmpdir(), "casemate-")));
  const path = join(outer, "state");
  await mkdir(path);
  const remove = async (): Promise<void> => {
    await removeTree(path, outer);
    await rmdir(outer);
  };
  return { path, remove };
}

/** Why these tests cannot run here; undefined when they can. */
export async function skipReason(): Promise<string | undefined> {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  const directory = await makeDirectory();
  const { machines } = await createSandboxDriver({ directory: directory.path, guestDirectory }).probe();
  await directory.remove();
  if (machines.available) return undefined;
  return `needs a host for sandbox machines: ${(machines.reason ?? "").replace(/[()]/g, "")}`;
}

export interface SandboxWorld {
  readonly directory: string;
  readonly netns: string;
  readonly driver: MachineDriver;
  /** Requests that the metadata service has had. */
  readonly requests: string[];
  /** A second driver over the same directory, as another process would have it. */
  another(): MachineDriver;
  spec(id: MachineId, change?: Partial<MachineSpec>): MachineSpec;
  /** Runs a shell line in the machine and returns what it printed; throws where it fails. */
  run(id: MachineId, line: string): Promise<string>;
  consoleText(id: MachineId): Promise<string>;
  /** Resolves when the console holds the text. */
  printed(id: MachineId, text: string): Promise<void>;
  setUp(id: MachineId): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly instanceId: MachineId;
  readonly userData?: string | Buffer;
  readonly publicKey?: string;
  readonly runtime?: "unshare";
}

/** Makes a world for one instance; every address of it lies in the namespace's own loopback device. */
export async function createWorld(options: WorldOptions): Promise<SandboxWorld> {
  const { path: directory, remove } = await makeDirectory();
  const netns = `cmt-${process.pid}-${randomBytes(3).toString("hex")}`;
  execFileSync("ip", ["netns", "add", netns]);
  const lines = ["link set lo up", "addr add 169.254.169.254/32 dev lo", "addr add 10.0.0.5/32 dev lo"];
  execFileSync("ip", ["-n", netns, "-batch", "-"], { input: lines.join("\n") });
  const metadata = await serveMetadata(netns, options);
  const create = (): MachineDriver =>
    createSandboxDriver({
      directory,
      guestDirectory,
      privatePaths: ["/work", privateBelowUsr],
      runtime: options.runtime,
    });
  const driver = create();
  const consoleText = async (id: MachineId): Promise<string> =>
    Buffer.from(await driver.console(id)).toString();
  const printed = async (id: MachineId, text: string): Promise<void> => {
    const found = await waitFor(async () => (await consoleText(id)).includes(text), 30_000);
    if (!found) throw new Error(`${JSON.stringify(text)} is not on the console:\n${await consoleText(id)}`);
  };
  return {
    directory,
    netns,
    driver,
    requests: metadata.requests,
    another: create,
    consoleText,
    printed,
    setUp: (id) => printed(id, "set-up finished"),
    spec: (instanceId, change) => ({
      instanceId,
      imageId: "ami-0123456789abcdef0",
      image: { kind: "host" },
      vcpus: 1,
      memoryMib: 512,
      enis: [{ eniId: "eni-1", netns, mac: "02:00:00:00:00:05", ipv4: "10.0.0.5" }],
      tenancy: "default",
      userDataPresent: options.userData !== undefined,
      hostname: "ip-10-0-0-5",
      trustAnchorsPem: "",
      ...change,
    }),
    run: async (id, line) => {
      const result = await driver.exec(id, ["sh", "-c", line]);
      const said = Buffer.from(result.stdout).toString();
      if (result.exitCode === 0) return said;
      throw new Error(`${line}: ${result.exitCode}: ${said}${Buffer.from(result.stderr).toString()}`);
    },
    close: async () => {
      for (const { instanceId } of await driver.observe()) await driver.terminate(instanceId);
      metadata.child.kill("SIGKILL");
      execFileSync("ip", ["netns", "delete", netns]);
      await remove();
    },
  };
}

async function serveMetadata(
  netns: string,
  options: WorldOptions,
): Promise<{ child: ChildProcess; requests: string[] }> {
  const program = fileURLToPath(new URL("fake-metadata.mjs", import.meta.url));
  const child = spawn("nsenter", [`--net=/run/netns/${netns}`, process.execPath, program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const requests: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the metadata service ended")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line === "ready") resolve();
      else requests.push(line);
    });
  });
  const answers: Record<string, string | Buffer | undefined> = {
    "meta-data/instance-id": options.instanceId,
    "meta-data/local-hostname": "ip-10-0-0-5.eu-west-1.compute.internal",
    "meta-data/public-keys/": options.publicKey === undefined ? undefined : "0=test",
    "meta-data/public-keys/0/openssh-key": options.publicKey,
    "user-data": options.userData,
  };
  const present = Object.entries(answers).flatMap(([path, answer]) =>
    answer === undefined ? [] : [[path, Buffer.from(answer).toString("base64")]],
  );
  child.stdin.end(JSON.stringify(Object.fromEntries(present)));
  await ready;
  return { child, requests };
}

/** The host's processes that belong to a machine: its guest's and those that run it. */
export async function processesOf(id: MachineId, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const group = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
    if (line.includes(`${directory}/machines/${id}`) || group.includes(id))
      found.push(`process ${pid} ${line}`);
  }
  return found;
}

/** What the host still holds of a machine: processes, mounts, control groups and files that name it. */
export async function traces(id: MachineId, directory: string): Promise<string[]> {
  const found = await processesOf(id, directory);
  for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
    for (const mount of mounts.split("\n")) if (mount.includes(id)) found.push(`mount of ${pid}: ${mount}`);
  }
  found.push(...(await readdir("/sys/fs/cgroup", { recursive: true })).filter((path) => path.includes(id)));
  const files = await readdir(join(directory, "machines")).catch(() => []);
  return [...found, ...files.filter((name) => name.includes(id))];
}
