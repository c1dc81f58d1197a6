import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { runCommand } from "./command.ts";
import {
  createNamespaces,
  namespaceInode,
  namespacePath,
  removeNamespaces,
  runInNamespace,
} from "./namespaces.ts";
import { createNetworkDriver } from "./network-driver.ts";
import type { NetworkDriver } from "./network-driver.ts";
import { linked } from "./testing/device-world.ts";
import { GuestProber } from "./testing/guest-prober.ts";
import { networkGate, temporaryDriver } from "./testing/network-world.ts";
import { smallAddress, smallVpc } from "./testing/small-world.ts";

const gate = await networkGate();
const quick = { timeout: 0.4 };

/** The names of namespaces that carry the prefix which the state directory gives. */
async function namesOf(driver: NetworkDriver): Promise<string[]> {
  const prefix = driver.internetNetns.replace(/inet$/, "");
  return (await readdir("/run/netns")).filter((name) => name.startsWith(prefix)).toSorted();
}

describe.skipIf(!gate.available)(`the network driver${gate.title}`, () => {
  let driver: NetworkDriver;
  let stateDirectory: string;
  let end: () => Promise<void>;
  const probers: GuestProber[] = [];

  beforeEach(async () => {
    ({ driver, stateDirectory, end } = await temporaryDriver());
  });
  afterEach(async () => {
    await Promise.all(probers.splice(0).map((prober) => prober.end()));
    await end();
    const left = await namesOf(driver);
    if (left.length > 0) throw new Error(`namespaces were left: ${left.join(", ")}`);
  });

  function prober(netns: string): GuestProber {
    const made = new GuestProber(namespacePath(netns));
    probers.push(made);
    return made;
  }

  /** The two guests of a small VPC, the second listening. */
  async function guests(number: number, ports: readonly number[]): Promise<[GuestProber, GuestProber]> {
    const client = prober(driver.netnsOf(number * 100));
    const server = prober(driver.netnsOf(number * 100 + 1));
    for (const port of ports) await server.listenTcp(port);
    return [client, server];
  }

  it("unplugs from other VPCs what goes, before its namespace has gone, so that it can come again", async () => {
    const ports = async () => {
      const { stdout } = await runInNamespace(driver.internetNetns, [
        "ip",
        "-o",
        "link",
        "show",
        "type",
        "veth",
      ]);
      return [...stdout.matchAll(/^\d+: (w\d+)@/gm)].map(([, name = ""]) => name).toSorted();
    };
    for (let round = 0; round < 5; round++) {
      await driver.apply(linked);
      expect(await ports()).toEqual(["w152", "w153"]);
      await driver.apply(smallVpc(1, [80], 3));
      expect(await ports()).toEqual([]);
    }
  });

  it("says that this host carries networks, and leaves nothing behind", async () => {
    const before = await readdir("/run/netns");
    expect(await driver.probe()).toMatchObject({ available: true, reasons: [] });
    expect(
      (await readdir("/run/netns")).filter((name) => name.startsWith(`cm-probe-${process.pid}`)),
    ).toEqual([]);
    expect(before).toBeDefined();
  });

  it("does nothing to the host when the model is the same", async () => {
    await driver.apply(smallVpc(1, [80]));
    const [client] = await guests(1, [80]);
    expect(await client.ask("hold", { key: "k", host: smallAddress(1), port: 80 })).toMatch(/^ok/);
    const files = await readFile(join(stateDirectory, "network", "vpc-1.record.json"), "utf8");
    await driver.apply(smallVpc(1, [80]));
    expect(await readFile(join(stateDirectory, "network", "vpc-1.record.json"), "utf8")).toBe(files);
    expect(await client.ask("echo", { key: "k" })).toBe("ok");
  });

  it("adopts what stands after a restart: connections live on, and the next change applies", async () => {
    await driver.apply(smallVpc(1, [80, 81]));
    const [client] = await guests(1, [80, 81]);
    expect(await client.ask("hold", { key: "k", host: smallAddress(1), port: 80 })).toMatch(/^ok/);
    const inode = await namespaceInode(driver.netnsOf(100));
    const restarted = createNetworkDriver({ stateDirectory });
    await restarted.apply(smallVpc(1, [80]));
    expect(await namespaceInode(driver.netnsOf(100))).toBe(inode);
    expect(await client.ask("echo", { key: "k" })).toBe("ok");
    expect(await client.connect(smallAddress(1), 81, quick)).toBe("timeout");
    await restarted.apply(smallVpc(1, [81]));
    expect(await client.connect(smallAddress(1), 81)).toMatch(/^ok/);
  });

  it("puts back rules that somebody removed", async () => {
    await driver.apply(smallVpc(1, [80]));
    const [client] = await guests(1, [80, 81]);
    const router = `${driver.internetNetns.replace(/inet$/, "")}v-1`;
    await runInNamespace(router, ["nft", "flush", "ruleset"]);
    expect(await client.connect(smallAddress(1), 81)).toMatch(/^ok/);
    await driver.apply(smallVpc(1, [80]));
    expect(await client.connect(smallAddress(1), 81, quick)).toBe("timeout");
    expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
  });

  it.each(["v-1", "e-100", "inet"])("makes %s again when somebody removed it", async (which) => {
    await driver.apply(smallVpc(1, [80]));
    await removeNamespaces([driver.internetNetns.replace(/inet$/, which)]);
    await driver.apply(smallVpc(1, [80]));
    const [client] = await guests(1, [80]);
    expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
    expect(await client.connect("203.0.1.2", 80)).toBe("timeout");
    await driver.apply({
      ...smallVpc(1, []),
      securityGroups: [
        {
          id: "sg-open",
          ingress: [{ id: "sgr-x", protocol: 6, fromPort: 80, toPort: 80, source: { cidr: "203.0.1.1/32" } }],
          egress: [{ id: "sgr-y", protocol: -1, source: { cidr: "0.0.0.0/0" } }],
        },
      ],
    });
    expect(await client.connect("203.0.1.2", 80)).toBe("ok 203.0.1.1");
  });

  it.each(["", "{", '{"version":2,"value":{}}', '{"version":1,"value":{"vpcId":"vpc-small-1"}}'])(
    "replaces everything when its record reads %j",
    async (text) => {
      await driver.apply(smallVpc(1, [80], 3));
      await writeFile(join(stateDirectory, "network", "vpc-1.record.json"), text);
      const restarted = createNetworkDriver({ stateDirectory });
      await restarted.apply(smallVpc(1, [80]));
      const [client] = await guests(1, [80, 81]);
      expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
      expect(await client.connect(smallAddress(1), 81, quick)).toBe("timeout");
      expect((await restarted.observe()).strays).toEqual([]);
    },
  );

  it("finds its own again by their tags when the state directory was emptied", async () => {
    await driver.apply(smallVpc(1, [80]));
    await rm(join(stateDirectory, "network"), { recursive: true });
    const restarted = createNetworkDriver({ stateDirectory });
    const { strays, foreign } = await restarted.observe();
    expect(strays).toHaveLength(3);
    expect(foreign).toEqual([]);
  });

  it("removes an interface with its namespace and gives its number to another in a fresh one", async () => {
    await driver.apply(smallVpc(1, [80], 3));
    const inode = await namespaceInode(driver.netnsOf(102));
    const model = smallVpc(1, [80], 3);
    await driver.apply({
      ...model,
      enis: model.enis.map((each) => (each.number === 102 ? { ...each, id: "eni-other" } : each)),
    });
    expect(await namespaceInode(driver.netnsOf(102))).toBeDefined();
    const links = await runInNamespace(driver.netnsOf(102), ["ip", "-j", "addr", "show", "dev", "eth0"]);
    expect(links.stdout).toContain(smallAddress(2));
    expect(inode).toBeDefined();
    await driver.apply(smallVpc(1, [80], 2));
    expect(await namespaceInode(driver.netnsOf(102))).toBeUndefined();
    const [client] = await guests(1, [80]);
    expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
  });

  it("gives an interface another MAC address in the same namespace", async () => {
    await driver.apply(smallVpc(1, [80]));
    const [client] = await guests(1, [80]);
    const inode = await namespaceInode(driver.netnsOf(100));
    const model = smallVpc(1, [80]);
    const enis = model.enis.map((each) =>
      each.number === 100 ? { ...each, mac: "02:0a:00:00:00:77" } : each,
    );
    await driver.apply({ ...model, enis });
    expect(await namespaceInode(driver.netnsOf(100))).toBe(inode);
    expect(await client.connect(smallAddress(1), 80, { timeout: 3 })).toBe(`ok ${smallAddress(0)}`);
  });

  it("removes a VPC whose record cannot be read by its number", async () => {
    await driver.apply(smallVpc(1, [80]));
    await writeFile(join(stateDirectory, "network", "vpc-1.record.json"), "{");
    const restarted = createNetworkDriver({ stateDirectory });
    await restarted.remove({ vpcId: "vpc-small-1", number: 1 });
    expect(await restarted.observe()).toEqual({ vpcs: [], strays: [], foreign: [] });
    expect(await readdir(join(stateDirectory, "network"))).toEqual(["inet.claim"]);
  });

  it("refuses namespaces of the same name that somebody else made, and never removes them", async () => {
    const name = driver.netnsOf(100);
    await createNamespaces([name]);
    try {
      await runInNamespace(name, ["ip", "link", "set", "lo", "alias", "somebody"]);
      await expect(driver.apply(smallVpc(1, [80]))).rejects.toThrow("belongs to somebody else");
      expect((await driver.observe()).foreign).toEqual([name]);
      await driver.destroyAll();
      expect(await namespaceInode(name)).toBeDefined();
    } finally {
      await removeNamespaces([name]);
    }
  });

  it("refuses an untagged namespace of the same name", async () => {
    const name = driver.netnsOf(101);
    await createNamespaces([name]);
    try {
      await expect(driver.apply(smallVpc(1, [80]))).rejects.toThrow("belongs to somebody else");
      await driver.destroyAll();
      expect(await namespaceInode(name)).toBeDefined();
    } finally {
      await removeNamespaces([name]);
    }
  });

  it("runs beside another daemon that has the same numbers", async () => {
    const other = await temporaryDriver();
    try {
      await Promise.all([driver.apply(smallVpc(1, [80])), other.driver.apply(smallVpc(1, [81]))]);
      await other.driver.destroyAll();
      const [client] = await guests(1, [80]);
      expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
      expect((await driver.observe()).vpcs[0]?.enis.map(({ linkUp }) => linkUp)).toEqual([true, true]);
    } finally {
      await other.end();
    }
  });

  it("keeps calls for one VPC in order and lets two VPCs be applied at once", async () => {
    const calls = [[80], [81], [82], [83]].map((ports) => driver.apply(smallVpc(1, ports)));
    await Promise.all([...calls, driver.apply(smallVpc(2, [80]))]);
    const [client] = await guests(1, [82, 83]);
    expect(await client.connect(smallAddress(1), 83)).toMatch(/^ok/);
    expect(await client.connect(smallAddress(1), 82, quick)).toBe("timeout");
  });

  it("refuses a VPC under a number that another one has", async () => {
    await driver.apply(smallVpc(1, [80]));
    await expect(driver.apply({ ...smallVpc(1, [80]), vpcId: "vpc-else" })).rejects.toThrow("vpc-small-1");
    await expect(driver.apply({ ...smallVpc(1, [80]), number: 2 })).rejects.toThrow("vpc-small-1");
  });

  it("changes nothing when the model is refused", async () => {
    await driver.apply(smallVpc(1, [80]));
    const bad = smallVpc(1, [80]);
    const subnets = bad.subnets.map((subnet) => ({ ...subnet, cidr: "10.0.1.0/24; flush ruleset" }));
    await expect(driver.apply({ ...bad, subnets })).rejects.toThrow("is not a CIDR block");
    const [client] = await guests(1, [80]);
    expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
  });

  it("leaves no namespace and no link after 20 cycles", async () => {
    const links = async (): Promise<number> =>
      (JSON.parse((await runCommand("ip", ["-j", "link"])).stdout) as unknown[]).length;
    const before = await links();
    const open = async (): Promise<number> => (await readdir("/proc/self/fd")).length;
    await driver.apply(smallVpc(1, [80]));
    await driver.remove({ vpcId: "vpc-small-1" });
    const files = await open();
    for (let cycle = 0; cycle < 20; cycle++) {
      await driver.apply(smallVpc(1, [80], 2));
      const server = await driver.listen({ vpc: 1, address: "169.254.169.254", port: 80, kind: "tcp" });
      const closed = new Promise((resolve) => server.once("close", resolve));
      server.close();
      await closed;
      await driver.remove({ vpcId: "vpc-small-1" });
      expect(await namesOf(driver)).toEqual([driver.internetNetns]);
    }
    expect(await links()).toBe(before);
    expect(await open()).toBeLessThanOrEqual(files + 2);
    const inside = await runInNamespace(driver.internetNetns, ["ip", "-j", "link"]);
    expect(JSON.parse(inside.stdout)).toHaveLength(1);
    expect(await readdir(join(stateDirectory, "network"))).toEqual(["inet.claim"]);
  });

  it("removes a VPC whose router a socket still holds", async () => {
    await driver.apply(smallVpc(1, [80]));
    const server = await driver.listen({ vpc: 1, address: "169.254.169.254", port: 80, kind: "tcp" });
    await driver.remove({ vpcId: "vpc-small-1" });
    const inside = await runInNamespace(driver.internetNetns, ["ip", "-j", "link"]);
    expect(JSON.parse(inside.stdout)).toHaveLength(1);
    await driver.apply(smallVpc(1, [80]));
    const again = await driver.listen({ vpc: 1, address: "169.254.169.254", port: 80, kind: "tcp" });
    again.close();
    server.close();
  });

  it("tells who serves the routers when to open and when to close", async () => {
    const told: string[] = [];
    const note = (word: string) => async (router: { vpcId: string; vpc: number }) => {
      told.push(`${word} ${router.vpcId} ${router.vpc}`);
    };
    const routers = { open: note("open"), close: note("close") };
    const serving = createNetworkDriver({ stateDirectory, routers });
    await serving.apply(smallVpc(1, [80]));
    await serving.apply(smallVpc(1, [81]));
    await removeNamespaces([driver.internetNetns.replace(/inet$/, "v-1")]);
    await serving.apply(smallVpc(1, [81]));
    await serving.remove({ vpcId: "vpc-small-1" });
    const [open, close] = ["open vpc-small-1 1", "close vpc-small-1 1"];
    expect(told).toEqual([open, close, open, close]);
  });

  it("listens on the internet side for guests with a public address", async () => {
    await driver.apply(smallVpc(1, [80]));
    const server = await driver.listenInternet({ address: "198.51.100.7", port: 443 });
    server.on("connection", (socket) => socket.end(`ok ${socket.remoteAddress}\n`));
    const [client] = await guests(1, []);
    expect(await client.connect("198.51.100.7", 443)).toBe("ok 203.0.1.1");
    server.close();
  });

  it.each([
    { address: "169.254.169.254; reboot", port: 80, says: "not an IP address" },
    { address: "169.254.169.254", port: 70_000, says: "not a port" },
    { address: "10.9.9.9", port: 80, says: "EADDRNOTAVAIL" },
  ])("refuses to listen on $address port $port", async ({ address, port, says }) => {
    await driver.apply(smallVpc(1, [80]));
    await expect(driver.listen({ vpc: 1, kind: "tcp", address, port })).rejects.toThrow(says);
    await expect(driver.listenInternet({ address: "not one", port })).rejects.toThrow("not an IP address");
  });

  it("never opens more than the old or the new rules while they change a hundred times", async () => {
    await driver.apply(smallVpc(1, [80, 90]));
    const [client] = await guests(1, [80, 81, 90, 91, 99]);
    const target = { host: smallAddress(1) };
    await client.ask("flood", { ...target, key: "always", port: 80, timeout: 2 });
    await client.ask("flood", { ...target, key: "never", port: 99, timeout: 0.02 });
    for (let change = 0; change < 100; change++) {
      await driver.apply(smallVpc(1, change % 2 === 0 ? [80, 91] : [80, 90]));
    }
    const always = (await client.ask("floodEnd", { key: "always" })) as Record<string, number>;
    const never = (await client.ask("floodEnd", { key: "never" })) as Record<string, number>;
    expect(Object.keys(always)).toEqual(["ok"]);
    expect(always["ok"]).toBeGreaterThan(100);
    expect(Object.keys(never)).toEqual(["timeout"]);
    expect(never["timeout"]).toBeGreaterThan(50);
  });
});
