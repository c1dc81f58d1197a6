import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { namespacePath, runInNamespace } from "./namespaces.ts";
import { createNetworkDriver } from "./network-driver.ts";
import { GuestProber } from "./testing/guest-prober.ts";
import { networkGate, temporaryDriver } from "./testing/network-world.ts";
import { smallAddress, smallVpc } from "./testing/small-world.ts";

const gate = await networkGate();
const entry = fileURLToPath(new URL("testing/apply-forever.ts", import.meta.url));

describe.skipIf(!gate.available)(`a daemon that is killed${gate.title}`, () => {
  let folder: string;
  let bundle: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "casemate-crash-"));
    bundle = join(folder, "apply-forever.mjs");
    await build({
      entryPoints: [entry],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["casemate-source"],
      logLevel: "error",
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the process, kills it after the time given and waits until it is gone. */
  async function killAfter(stateDirectory: string, delayMs: number): Promise<void> {
    const child = spawn(process.execPath, [bundle, stateDirectory], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
    const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
    clearTimeout(timer);
    expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
  }

  it("leaves what the next one brings to its model, wherever it was killed", async () => {
    const { driver, stateDirectory, end } = await temporaryDriver();
    try {
      // Spread over the steps of the first apply and of the changes and removals after it; no two alike.
      for (let kill = 0; kill < 16; kill++) {
        await killAfter(stateDirectory, 3 + kill * 31);
        const next = createNetworkDriver({ stateDirectory });
        await next.apply(smallVpc(1, [80], 2));
        const { vpcs, strays, foreign } = await next.observe();
        expect({ strays, foreign }).toEqual({ strays: [], foreign: [] });
        expect(vpcs.map(({ changing, routerExists }) => ({ changing, routerExists }))).toEqual([
          { changing: false, routerExists: true },
        ]);
        expect(vpcs[0]?.enis.map(({ namespaceExists, linkUp }) => namespaceExists && linkUp)).toEqual([
          true,
          true,
        ]);
        const prefix = driver.internetNetns.replace(/inet$/, "");
        const names = (await readdir("/run/netns")).filter((name) => name.startsWith(prefix));
        expect(names).toHaveLength(4);
        await expectRulesHold(driver.netnsOf(100), driver.netnsOf(101));
        const routes = await runInNamespace(`${prefix}v-1`, ["ip", "-j", "route", "show"]);
        expect(routes.stdout).not.toContain(smallAddress(2));
      }
    } finally {
      await end();
    }
  });

  async function expectRulesHold(from: string, to: string): Promise<void> {
    const client = new GuestProber(namespacePath(from));
    const server = new GuestProber(namespacePath(to));
    try {
      await server.listenTcp(80);
      await server.listenTcp(8003);
      expect(await client.connect(smallAddress(1), 80, { timeout: 3 })).toMatch(/^ok/);
      expect(await client.connect(smallAddress(1), 8003, { timeout: 0.1 })).toBe("timeout");
    } finally {
      await Promise.all([client.end(), server.end()]);
    }
  }
});
