/**
 * What this host runs instances with: the real network and sandbox where both can be had, else records that
 * pretend nothing.
 */
import { mkdtempSync, realpathSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MachineDriver, NetworkDriver as NetworkPort } from "@casemate/cloud";
import {
  createNetworkDriver,
  createRecordedDriver,
  createSandboxDriver,
  guestDirectory,
  removeTree,
  type NetworkDriver,
  type RouterServices,
} from "@casemate/host";
import type { StateDirectory } from "./state-directory.ts";

/** The drivers that were chosen, and why not the better ones. */
export interface Machinery {
  readonly machines: MachineDriver;
  readonly network: NetworkPort;
  /** The driver of the kernel's network, where it is in use. */
  readonly kernel: NetworkDriver | undefined;
  /** Why instances are only recorded, one sentence each; empty when they really run. */
  readonly reasons: readonly string[];
  /** Lets go of what was only for this process. */
  close(): Promise<void>;
}

/** What is asked for. */
export interface MachineryOptions {
  readonly kind: "auto" | "sandbox" | "recorded";
  readonly directory: StateDirectory | undefined;
  readonly routers: RouterServices;
}

/** Chooses by trying. @throws when `sandbox` is asked for and cannot be had */
export async function openMachinery(options: MachineryOptions): Promise<Machinery> {
  const { directory, kind, routers } = options;
  if (kind === "recorded") return recorded(directory, ["recorded machines were asked for"]);
  if (directory === undefined)
    return recorded(directory, ["a cloud without a data directory keeps no machines"]);
  const kernel = createNetworkDriver({ stateDirectory: directory.network, routers });
  const sandbox = createSandboxDriver({
    directory: directory.machines,
    guestDirectory: fileURLToPath(guestDirectory),
    privatePaths: [directory.path],
  });
  const [network, machines] = await Promise.all([kernel.probe(), sandbox.probe()]);
  const reasons = [...network.reasons];
  if (!machines.machines.available) reasons.push(machines.machines.reason ?? "no sandbox can run here");
  if (reasons.length === 0) {
    return { machines: sandbox, network: kernel, kernel, reasons, close: () => Promise.resolve() };
  }
  if (kind === "sandbox") throw new Error(`Instances cannot run on this host: ${reasons.join("; ")}.`);
  return recorded(directory, reasons);
}

function recorded(directory: StateDirectory | undefined, reasons: readonly string[]): Machinery {
  // Nothing is removed through a link, and temporary folders often lie behind one.
  const temporary =
    directory === undefined ? mkdtempSync(join(realpathSync(tmpdir()), "casemate-machines-")) : undefined;
  const kept = directory?.machines ?? join(temporary ?? "", "machines");
  return {
    machines: createRecordedDriver({ directory: kept, reason: reasons.join("; ") }),
    network: {
      mode: "recorded",
      apply: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      standing: () => Promise.resolve([]),
      netnsOf: (number) => `recorded-${number}`,
    },
    kernel: undefined,
    reasons,
    close: async () => {
      if (temporary === undefined) return;
      await removeTree(kept, temporary);
      rmdirSync(temporary);
    },
  };
}
