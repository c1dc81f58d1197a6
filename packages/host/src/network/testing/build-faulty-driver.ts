// Builds a driver that fails where it is told to, without a word of that in the driver's own code. For tests
// only.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

import type { createNetworkDriver } from "../network-driver.ts";
import type { arm, disarm, settle } from "./faults.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** What the bundle has to offer. */
export interface FaultyDriver {
  readonly createNetworkDriver: typeof createNetworkDriver;
  readonly arm: typeof arm;
  readonly disarm: typeof disarm;
  readonly settle: typeof settle;
}

/** The driver with its faults, built into the folder. */
export async function buildFaultyDriver(folder: string): Promise<FaultyDriver> {
  const outfile = join(folder, "faulty-driver.mjs");
  await build({
    entryPoints: [join(here, "faulty-driver.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["casemate-source"],
    logLevel: "error",
    plugins: [
      {
        name: "faults",
        setup(plugin) {
          plugin.onResolve({ filter: /\/command\.ts$/ }, ({ importer }) =>
            importer.startsWith(here) ? undefined : { path: join(here, "faulty-command.ts") },
          );
          plugin.onResolve({ filter: /^node:fs\/promises$/ }, ({ importer }) =>
            importer.endsWith("/network-records.ts") ? { path: join(here, "faulty-files.ts") } : undefined,
          );
        },
      },
    ],
  });
  return (await import(pathToFileURL(outfile).href)) as FaultyDriver;
}
