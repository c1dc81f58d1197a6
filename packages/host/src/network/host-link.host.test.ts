import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand } from "./command.ts";
import { namespacePath, removeNamespaces, runInNamespace } from "./namespaces.ts";
import { createNetworkDriver } from "./network-driver.ts";
import { GuestProber } from "./testing/guest-prober.ts";
import type { HostAccessCommand } from "./testing/host-access-daemon.ts";
import { networkGate } from "./testing/network-world.ts";

const gate = await networkGate();
const entry = fileURLToPath(new URL("testing/host-access-daemon.ts", import.meta.url));
/** Stands for the host's own network, so that the real one is never touched. */
const outer = `cm-outer-${process.pid}`;
const pool = "203.0.1.0/24";
const hostAddress = "198.51.100.254";
const published = "203.0.1.1";
const timeout = 0.6;

describe.skipIf(!gate.available)(`the host's way to public addresses${gate.title}`, () => {
  let folder: string;
  let bundle: string;
  let daemon: Daemon;
  let host: GuestProber;
  let guest: GuestProber;
  let untouched: HostState;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "casemate-host-link-"));
    bundle = join(folder, "daemon.mjs");
    await build({
      entryPoints: [entry],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["casemate-source"],
      logLevel: "error",
    });
    await runCommand("ip", ["netns", "add", outer]);
    const lines = ["link set lo up", "addr add 172.17.0.5/32 dev lo", "addr add 192.168.7.2/24 dev lo"];
    await runInNamespace(outer, ["ip", "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
    untouched = await readHost();
    daemon = startDaemon();
    await daemon.tell({ do: "apply" });
    await daemon.tell({ do: "serve", address: "192.0.2.10", port: 443 });
    host = new GuestProber(namespacePath(outer));
    await host.listenTcp(22);
    await host.listenUdp(5353);
    guest = new GuestProber(namespacePath(createNetworkDriver({ stateDirectory: folder }).netnsOf(100)));
    await guest.listenTcp(80);
    await guest.listenTcp(22);
  });
  afterAll(async () => {
    await Promise.all([host?.end(), guest?.end()]);
    await daemon?.kill();
    await createNetworkDriver({ stateDirectory: folder }).destroyAll();
    await removeNamespaces([outer]);
    await rm(folder, { recursive: true, force: true });
  });

  interface Daemon {
    tell(command: HostAccessCommand): Promise<unknown>;
    kill(): Promise<void>;
  }

  function startDaemon(): Daemon {
    const inside = [`--net=${namespacePath(outer)}`, process.execPath, bundle, folder];
    const child: ChildProcess = spawn("nsenter", inside, { stdio: ["pipe", "pipe", "inherit"] });
    const waiting: ((line: string) => void)[] = [];
    const ended = once(child, "exit");
    child.once("exit", () => {
      for (const done of waiting) done('{"error":"the driver ended"}');
    });
    if (child.stdout === null) throw new Error("no output of the driver");
    createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(line));
    return {
      async tell(command) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error("the driver ended");
        const line = await new Promise<string>((resolve) => {
          waiting.push(resolve);
          child.stdin?.write(`${JSON.stringify(command)}\n`);
        });
        const { result, error } = JSON.parse(line) as { result?: unknown; error?: string };
        if (error !== undefined) throw new Error(error);
        return result;
      },
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  interface HostState {
    readonly links: readonly string[];
    readonly routes: readonly string[];
    readonly rules: string;
    readonly forwarding: string;
  }

  async function readHost(): Promise<HostState> {
    const said = async (...command: string[]) => (await runInNamespace(outer, command)).stdout;
    const links = JSON.parse(await said("ip", "-j", "link", "show")) as { ifname: string }[];
    const routes = await said("ip", "route", "show", "table", "all");
    return {
      links: links.map(({ ifname }) => ifname),
      routes: routes
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.includes("dev lo"))
        .toSorted(),
      rules: await said("nft", "list", "ruleset"),
      forwarding: await said("cat", "/proc/sys/net/ipv4/ip_forward"),
    };
  }

  const connect = (port: number, source?: string) =>
    host.connect(published, port, { timeout, ...(source === undefined ? {} : { source }) });

  /** A link that was made just now may lose the first packet: the kernel starts its queue a moment later. */
  const reach = (port: number) => host.connect(published, port, { timeout: 5 });

  it("is one link, its address and the route of the pool, and nothing else", async () => {
    const state = await daemon.tell({ do: "open", pool, mode: "on" });
    expect(state).toEqual({ open: true, address: hostAddress, pool });
    const now = await readHost();
    const [added = ""] = now.links.filter((name) => !untouched.links.includes(name));
    expect(added).toMatch(/^cmh[0-9a-f]{8}$/);
    expect(now.routes.map((route) => route.replaceAll(added, "LINK"))).toEqual([
      `${pool} via 169.254.0.1 dev LINK src ${hostAddress} onlink`,
      `local ${hostAddress} dev LINK table local proto kernel scope host src ${hostAddress}`,
    ]);
    expect({ rules: now.rules, forwarding: now.forwarding }).toEqual({
      rules: untouched.rules,
      forwarding: untouched.forwarding,
    });
    expect(untouched.rules).toBe("");
  });

  it("passes what the groups allow, from the host's address, and nothing before or after", async () => {
    expect(await connect(22)).toBe("timeout");
    await daemon.tell({ do: "apply", admitted: { cidr: `${hostAddress}/32`, port: 22 } });
    expect(await reach(22)).toBe(`ok ${hostAddress}`);
    expect(await connect(80)).toBe("timeout");
    await daemon.tell({ do: "apply", admitted: { cidr: "10.9.9.9/32", port: 22 } });
    expect(await connect(22)).toBe("timeout");
    await daemon.tell({ do: "apply", admitted: { cidr: "0.0.0.0/0", port: 22 } });
  });

  it("passes nothing to the host but answers", async () => {
    expect(await reach(22)).toBe(`ok ${hostAddress}`);
    expect(await guest.connect(hostAddress, 22, { timeout })).toBe("timeout");
    expect(await guest.udp(hostAddress, 5353, { timeout })).toBe("timeout");
    expect(await guest.ping(hostAddress, { timeout })).not.toMatch(/^ok/);
    expect(await guest.connect("192.168.7.2", 22, { timeout })).toBe("timeout");
  });

  it("passes nothing that the host forwards for others, and nothing to Casemate's own sockets", async () => {
    expect(await connect(22, "172.17.0.5")).toBe("timeout");
    const { links } = await readHost();
    const detour = ["via", "169.254.0.1", "dev", links.at(-1) ?? "", "onlink"];
    await runInNamespace(outer, ["ip", "route", "add", "192.0.2.10/32", ...detour]);
    expect(await host.connect("192.0.2.10", 443, { timeout })).toBe("timeout");
    await runInNamespace(outer, ["ip", "route", "del", "192.0.2.10/32"]);
    // From inside the cloud the same socket answers, so that it is the link that keeps the host away.
    expect(await guest.connect("192.0.2.10", 443, { timeout })).toMatch(/^ok/);
  });

  it("goes with the daemon and comes again, also after one that was killed", async () => {
    await daemon.tell({ do: "close" });
    expect(await readHost()).toEqual(untouched);
    await daemon.tell({ do: "open", pool, mode: "on" });
    await daemon.kill();
    expect(await reach(22)).toBe(`ok ${hostAddress}`);
    daemon = startDaemon();
    await daemon.tell({ do: "open", pool, mode: "on" });
    expect((await readHost()).links).toHaveLength(untouched.links.length + 1);
    expect(await reach(22)).toBe(`ok ${hostAddress}`);
    await daemon.tell({ do: "open", pool, mode: "off" });
    expect(await readHost()).toEqual(untouched);
  });

  it("is refused where it would hide a route of the host, or where its link's name is taken", async () => {
    const route = ["blackhole", "203.0.1.128/25"];
    await runInNamespace(outer, ["ip", "route", "add", ...route]);
    const before = await readHost();
    const refused = (await daemon.tell({ do: "open", pool, mode: "on" })) as {
      open: boolean;
      reason: string;
    };
    expect(refused.open).toBe(false);
    expect(refused.reason).toContain("would hide this host's route to 203.0.1.128/25");
    expect(await readHost()).toEqual(before);
    await runInNamespace(outer, ["ip", "route", "del", ...route]);
    await daemon.tell({ do: "open", pool, mode: "on" });
    const name = (await readHost()).links.at(-1) ?? "";
    await daemon.tell({ do: "close" });
    await runInNamespace(outer, ["ip", "link", "add", name, "type", "veth", "peer", "name", "other"]);
    expect(await daemon.tell({ do: "open", pool, mode: "on" })).toEqual({
      open: false,
      reason: `the link ${name} of this host belongs to somebody else`,
    });
    expect((await readHost()).links).toContain(name);
    await runInNamespace(outer, ["ip", "link", "del", name]);
  });

  it("is gone after everything was removed, sockets or not", async () => {
    await daemon.tell({ do: "open", pool, mode: "on" });
    await daemon.tell({ do: "destroy" });
    expect(await readHost()).toEqual(untouched);
  });
});
