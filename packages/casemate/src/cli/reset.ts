/**
 * `casemate reset`: takes a cloud away, with its machines, its networks and its state. Only a cloud that
 * does not run can be reset, so that nothing is lost under a caller's hands; the next start makes a new
 * one.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { createNetworkDriver, createSandboxDriver, guestDirectory, removeTree } from "@casemate/host";
import { memoryLog, openStore, sqliteLog, StoreLocked, type Store } from "@casemate/store";
import { openStateDirectory, type StateDirectory } from "../daemon/state-directory.ts";
import { OperatorFault } from "../operator/operator-fault.ts";
import { CliFault } from "./cli-fault.ts";
import { addCommand, type Cli, type Result, type SharedFlags } from "./command.ts";

/** Adds the command. */
export function resetCommand(program: Command, cli: Cli): void {
  addCommand(program, "reset", "take the whole cloud away: machines, networks and state; stop it first")
    .option("--yes", "really")
    .action((flags: SharedFlags & { readonly yes?: true }) =>
      cli.tell(flags, "Removing", () => reset(cli, flags)),
    );
}

async function reset(cli: Cli, flags: SharedFlags & { readonly yes?: true }): Promise<Result> {
  const folder = cli.dataDir(flags);
  if (!existsSync(join(folder, "root.key")) && !existsSync(join(folder, "casemate.sqlite"))) {
    throw new CliFault("failed", "NotFound", `${folder} holds no cloud.`);
  }
  if (flags.yes !== true) {
    const message = `This removes every account, instance and key of the cloud in ${folder}. Say --yes to mean it.`;
    throw new CliFault("usage", "NotConfirmed", message);
  }
  await refuseRunning(cli, flags);
  const directory = openStateDirectory(realpathSync(folder));
  const lock = await lockState(directory);
  try {
    const terminated = await removeMachines(directory);
    await removeState(directory);
    return {
      data: { dataDir: folder, terminated },
      lines: [`The cloud in ${folder} is gone; ${terminated.length} machines were terminated.`],
    };
  } finally {
    await lock.close().catch(() => undefined);
  }
}

async function refuseRunning(cli: Cli, flags: SharedFlags): Promise<void> {
  const running = await cli
    .operator(flags)
    .call("status", {})
    .catch((thrown: unknown) => {
      if (thrown instanceof OperatorFault && thrown.code === "Unreachable") return undefined;
      throw thrown;
    });
  if (running === undefined) return;
  throw new CliFault("refused", "Running", `The cloud runs (process ${running.pid}). Stop it first.`);
}

/** Holds the lock of the store, so that no daemon starts meanwhile. */
async function lockState({ database }: StateDirectory): Promise<Store> {
  try {
    return await openStore({ collections: [], tables: [], log: sqliteLog(database) });
  } catch (thrown) {
    if (thrown instanceof StoreLocked) {
      throw new CliFault("refused", "Running", "Another process holds the state. Stop it first.");
    }
    // A file that cannot be read is a reason to reset, not one to refuse.
    return openStore({ collections: [], tables: [], log: memoryLog() });
  }
}

async function removeMachines({ machines, network, path }: StateDirectory): Promise<readonly string[]> {
  const terminated: string[] = [];
  if (existsSync(machines)) {
    const driver = createSandboxDriver({
      directory: machines,
      guestDirectory: fileURLToPath(guestDirectory),
      privatePaths: [path],
    });
    for (const { instanceId } of await driver.observe()) {
      await driver.terminate(instanceId);
      terminated.push(instanceId);
    }
  }
  if (existsSync(network) && process.platform === "linux" && process.getuid?.() === 0) {
    await createNetworkDriver({ stateDirectory: network }).destroyAll();
  }
  return terminated;
}

/** Removes what a daemon made; whatever else lies in the folder stays. */
async function removeState(directory: StateDirectory): Promise<void> {
  const { path, ...places } = directory;
  const made = new Set<string>(Object.values(places));
  for (const name of readdirSync(path)) {
    const ours = made.has(join(path, name)) || /^(casemate\.sqlite.*|credentials-\d{12}\.json)$/.test(name);
    if (ours) await removeTree(join(path, name), path);
  }
}
