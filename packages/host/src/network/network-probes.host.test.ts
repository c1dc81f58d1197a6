import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { NetworkAclEntry } from "@casemate/net-engine";

import { runInNamespace } from "./namespaces.ts";
import { NestedGuest } from "./testing/nested-guest.ts";
import { networkGate, NetworkWorld } from "./testing/network-world.ts";
import {
  vpcA,
  withEni,
  withGroup,
  withPrivateAcl,
  withPublicRoute,
  worldAddresses,
  worldEnis,
} from "./testing/probe-world.ts";

const gate = await networkGate();
const quick = { timeout: 0.4 };
const metadata = { host: "169.254.169.254", port: 80 };
const tokenRequest = { ...metadata, method: "PUT", path: "/latest/api/token" };
const { allowed, office, other, appV6, dbV6 } = worldAddresses;

let world: NetworkWorld;
let guests: NetworkWorld["guests"];

function aclEntry(ruleNumber: number, entry: Partial<NetworkAclEntry>): NetworkAclEntry {
  return { ruleNumber, egress: false, action: "allow", protocol: -1, cidr: "0.0.0.0/0", ...entry };
}

/** Gives web an address that is not its interface's. */
async function addSpoofedAddress(): Promise<void> {
  const name = world.driver.netnsOf(worldEnis.web.number);
  await runInNamespace(name, ["ip", "address", "replace", "10.0.1.99/32", "dev", "eth0"]);
}

const aclAllowOut = aclEntry(100, { egress: true });

describe.skipIf(!gate.available)(`packets through the network${gate.title}`, () => {
  beforeAll(async () => {
    world = await NetworkWorld.create();
    guests = world.guests;
  });
  afterAll(async () => {
    await world?.end();
  });
  beforeEach(async () => {
    await world.reset();
  });

  describe("security groups", () => {
    it("1: 0.0.0.0/0 admits a peer of the same subnet, which is seen by its own address", async () => {
      expect(await guests.app.connect("10.0.1.10", 80)).toBe("ok 10.0.1.11");
    });
    it("2: a rule for another CIDR does not admit", async () => {
      expect(await guests.app.connect("10.0.1.10", 22, quick)).toBe("timeout");
    });
    it("3: the groups of an interface are united", async () => {
      expect(await guests.web.connect("10.0.1.11", 8443)).toBe("ok 10.0.1.10");
    });
    it("4: a group reference admits members on its port range", async () => {
      expect(await guests.web.connect("10.0.1.11", 8050)).toBe("ok 10.0.1.10");
    });
    it("5: a group reference does not admit others", async () => {
      expect(await guests.db.connect("10.0.1.11", 8050, quick)).toBe("timeout");
    });
    it("6: a group reference holds across subnets", async () => {
      expect(await guests.app.connect("10.0.2.10", 3306)).toBe("ok 10.0.1.11");
    });
    it("7: across subnets others are not admitted", async () => {
      expect(await guests.web.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
    it("8: a /32 rule admits its one address", async () => {
      expect(await guests.web.connect("10.0.2.10", 5432)).toBe("ok 10.0.1.10");
      expect(await guests.app.connect("10.0.2.10", 5432, quick)).toBe("timeout");
    });
    it("9: UDP and its answer pass", async () => {
      expect(await guests.web.udp("10.0.2.10", 5000)).toBe("ok 10.0.1.10");
    });
    it("10: egress rules deny", async () => {
      expect(await guests.strict.connect("10.0.1.10", 80, quick)).toBe("timeout");
    });
    it("11: an answer passes although egress denies", async () => {
      expect(await guests.web.connect("10.0.1.12", 9999)).toBe("ok 10.0.1.10");
    });
    it("12: an egress rule by group admits members across subnets", async () => {
      expect(await guests.strict.connect("10.0.2.10", 6000)).toBe("ok 10.0.1.12");
    });
    it("13: an egress rule by group does not admit others", async () => {
      expect(await guests.strict.connect("10.0.1.10", 6000, quick)).toBe("timeout");
      expect(await guests.app.connect("10.0.1.10", 6000)).toBe("ok 10.0.1.11");
    });
    it("14: echo requests pass where type 8 is allowed", async () => {
      expect(await guests.app.ping("10.0.1.10")).toMatch(/^ok/);
    });
    it("15: echo requests do not pass without a rule", async () => {
      expect(await guests.web.ping("10.0.1.11", quick)).toBe("timeout");
    });
  });

  describe("forwarding", () => {
    it("16: the time to live arrives as it was sent", async () => {
      expect(await guests.app.ping("10.0.1.10")).toBe("ok ttl=64");
      await guests.web.udp("10.0.2.10", 5000, { ttl: 64 });
      const last = ((await guests.db.ask("received", { port: 5000 })) as { ttl: number }[]).at(-1);
      expect(last?.ttl).toBe(64);
    });
    it("17: a packet with time to live 1 reaches a peer in another subnet", async () => {
      expect(await guests.web.udp("10.0.2.10", 5000, { ttl: 1 })).toBe("ok 10.0.1.10");
    });
    it("18: equal addresses of another VPC stay in that VPC", async () => {
      expect(await guests.bOne.connect("10.0.1.11", 80)).toBe("ok 10.0.1.10");
    });
    it("19: an address that exists only in another VPC is not reached", async () => {
      expect(await guests.bOne.connect("10.0.2.10", 6000, quick)).toBe("timeout");
    });
    it("33: IPv6 passes by a v6 rule", async () => {
      expect(await guests.app.connect(dbV6, 7000)).toBe(`ok ${appV6}`);
    });
    it("34: IPv6 does not pass without a rule", async () => {
      expect(await guests.app.connect(dbV6, 7001, quick)).toBe("timeout");
    });
    it("30: a blackhole route drops", async () => {
      expect(await guests.web.connect("192.0.2.130", 443, quick)).toBe("timeout");
      expect(await guests.web.connect(other, 443)).toMatch(/^ok/);
    });
    it("31: an interface endpoint admits by its group", async () => {
      expect(await guests.web.connect("10.0.2.50", 8443)).toBe("ok 10.0.1.10");
    });
    it("32: an interface endpoint's group denies others", async () => {
      expect(await guests.db.connect("10.0.2.50", 8443, quick)).toBe("timeout");
    });
    it("35: a prefix list route leads to a gateway endpoint", async () => {
      expect(await guests.db.connect("198.18.5.9", 443)).toBe("ok 10.0.2.10");
    });
  });

  describe("the internet", () => {
    it("20: a public address admits the allowed CIDR, whose source is kept", async () => {
      const result = await world.internet.connect("203.0.113.10", 22, { source: allowed });
      expect(result).toBe(`ok ${allowed}`);
    });
    it("21: a public address does not admit another CIDR", async () => {
      const result = await world.internet.connect("203.0.113.10", 22, { source: other, ...quick });
      expect(result).toBe("timeout");
    });
    it("22: a prefix list admits its members", async () => {
      expect(await world.internet.connect("203.0.113.10", 9000, { source: office })).toBe(`ok ${office}`);
    });
    it("23: a prefix list does not admit others", async () => {
      const result = await world.internet.connect("203.0.113.10", 9000, {
        source: "198.51.100.150",
        ...quick,
      });
      expect(result).toBe("timeout");
    });
    it("24: an instance is seen by its public address", async () => {
      expect(await guests.web.connect(other, 443)).toBe("ok 203.0.113.10");
    });
    it("25: without a public address nothing leaves a public subnet", async () => {
      expect(await guests.app.connect(other, 443, quick)).toBe("timeout");
    });
    it("26: a private subnet leaves through a NAT and is seen by its address", async () => {
      expect(await guests.db.connect(other, 443)).toBe("ok 203.0.113.5");
    });
    it("27: nothing unsolicited passes a NAT to the private subnet", async () => {
      const result = await world.internet.connect("203.0.113.5", 3306, { source: allowed, ...quick });
      expect(["timeout", "refused"]).toContain(result);
    });
    it("28: another VPC reaches a public address over the internet", async () => {
      expect(await guests.bOne.connect("203.0.113.10", 80)).toBe("ok 203.0.113.20");
    });
    it("29: an instance reaches its own public address", async () => {
      expect(await guests.web.connect("203.0.113.10", 80)).toBe("ok 203.0.113.10");
    });
    it("36: the path to the internet is 1500 bytes wide and says so", async () => {
      const found = await guests.web.ask("mtu", { host: other, port: 5300, size: 3000, below: 1501 });
      expect(found).toBe(1500);
    });
    it("71: a kept connection ends when its public address is taken away", async () => {
      const request = { key: "eip", host: "203.0.113.10", port: 80, source: allowed };
      expect(await world.internet.ask("hold", request)).toMatch(/^ok/);
      await world.driver.apply(withEni(vpcA, worldEnis.web.id, { publicIps: [] }));
      expect(await world.internet.ask("echo", { key: "eip", timeout: 0.5 })).toBe("timeout");
    });
  });

  describe("spoofing", () => {
    it("39: another source address does not leave", async () => {
      await addSpoofedAddress();
      expect(await guests.web.udp("10.0.2.10", 5000, { source: "10.0.1.99", ...quick })).toBe("timeout");
      const seen = (await guests.db.ask("received", { port: 5000 })) as { from: string }[];
      expect(seen.some(({ from }) => from === "10.0.1.99")).toBe(false);
    });
    it("40: another MAC address does not leave", async () => {
      const name = world.driver.netnsOf(worldEnis.web.number);
      await runInNamespace(name, ["ip", "link", "set", "eth0", "address", "02:66:66:66:66:66"]);
      expect(await guests.web.connect("10.0.2.10", 5432, quick)).toBe("timeout");
      await runInNamespace(name, ["ip", "link", "set", "eth0", "address", worldEnis.web.mac]);
      expect(await guests.web.connect("10.0.2.10", 5432, { timeout: 3 })).toMatch(/^ok/);
    });
    it("41: a broadcast does not reach neighbours", async () => {
      const heard = async (): Promise<number> =>
        ((await guests.app.ask("received", { port: 9 })) as unknown[]).length;
      const before = await heard();
      for (const host of ["10.0.1.255", "255.255.255.255"]) {
        await guests.web.udp(host, 9, { broadcast: true, silent: true });
      }
      expect(await guests.web.connect("10.0.1.11", 8443)).toMatch(/^ok/);
      expect(await heard()).toBe(before);
    });
    it("a middlebox may send other addresses, but none of the router's own", async () => {
      const name = world.driver.netnsOf(worldEnis.fw.number);
      const own = ["10.0.0.2", "10.0.1.1"];
      for (const source of [...own, "10.0.9.9"]) {
        await runInNamespace(name, ["ip", "addr", "add", `${source}/32`, "dev", "lo"]);
        await guests.fw.udp("10.0.2.10", 5000, { source, silent: true });
      }
      const heard = async (): Promise<string[]> =>
        ((await guests.db.ask("received", { port: 5000 })) as { from: string }[]).map(({ from }) => from);
      await expect.poll(heard).toContain("10.0.9.9");
      expect((await heard()).filter((source) => own.includes(source))).toEqual([]);
    });
    it("a middlebox may send other addresses, but not as another interface to the metadata service", async () => {
      const result = await guests.fw.ask("http", { ...tokenRequest, source: "10.0.1.10", ...quick });
      expect(result).not.toHaveProperty("status");
    });
  });

  describe("state", () => {
    it("42: the sender tracks a datagram that the receiver dropped", async () => {
      expect(await guests.app.udp("10.0.2.10", 7002, { sourcePort: 7071, silent: true })).toBe("sent");
      await guests.app.listenUdp(7071);
      await guests.db.udp("10.0.1.11", 7071, { sourcePort: 7072, ...quick });
      expect(await guests.app.ask("received", { port: 7071 })).toHaveLength(0);
      await guests.db.ask("stop", { name: "udp 7002" });
      expect(await guests.db.udp("10.0.1.11", 7071, { sourcePort: 7002, ...quick })).toMatch(/^ok/);
    });
    it("52, 53, 54: a revoke keeps a tracked connection and denies a new one", async () => {
      expect(await guests.app.ask("hold", { key: "tracked", host: "10.0.2.10", port: 3306 })).toMatch(/^ok/);
      await world.driver.apply(withGroup(vpcA, "sg-db", { ingress: [] }));
      expect(await guests.app.ask("echo", { key: "tracked" })).toBe("ok");
      expect(await guests.app.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
    it("55: a revoke cuts an untracked connection at once", async () => {
      expect(await guests.app.ask("hold", { key: "untracked", host: "10.0.1.10", port: 80 })).toMatch(/^ok/);
      await world.driver.apply(withGroup(vpcA, "sg-web", { ingress: [] }));
      expect(await guests.app.ask("echo", { key: "untracked", timeout: 0.5 })).toBe("timeout");
    });
  });

  describe("network ACLs", () => {
    const deny3306 = (ruleNumber: number): NetworkAclEntry =>
      aclEntry(ruleNumber, { action: "deny", protocol: 6, fromPort: 3306, toPort: 3306 });

    it("43: a lower deny wins", async () => {
      await world.driver.apply(withPrivateAcl(vpcA, [deny3306(50), aclEntry(100, {}), aclAllowOut]));
      expect(await guests.app.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
    it("44: other ports pass", async () => {
      await world.driver.apply(withPrivateAcl(vpcA, [deny3306(50), aclEntry(100, {}), aclAllowOut]));
      expect(await guests.web.connect("10.0.2.10", 5432)).toMatch(/^ok/);
    });
    it("45: a higher deny loses", async () => {
      await world.driver.apply(withPrivateAcl(vpcA, [aclEntry(100, {}), deny3306(110), aclAllowOut]));
      expect(await guests.app.connect("10.0.2.10", 3306)).toMatch(/^ok/);
    });
    it("46: without outbound ephemeral ports the answer is lost", async () => {
      const out = aclEntry(100, { egress: true, protocol: 6, fromPort: 443, toPort: 443 });
      await world.driver.apply(withPrivateAcl(vpcA, [aclEntry(100, {}), out]));
      expect(await guests.app.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
    it("47: with outbound ephemeral ports it works", async () => {
      const out = aclEntry(100, { egress: true, protocol: 6, fromPort: 1024, toPort: 65535 });
      await world.driver.apply(withPrivateAcl(vpcA, [aclEntry(100, {}), out]));
      expect(await guests.app.connect("10.0.2.10", 3306)).toMatch(/^ok/);
    });
    it("48, 49: denying all cuts an established connection", async () => {
      expect(await guests.app.ask("hold", { key: "acl", host: "10.0.2.10", port: 3306 })).toMatch(/^ok/);
      await world.driver.apply(withPrivateAcl(vpcA, []));
      expect(await guests.app.ask("echo", { key: "acl", timeout: 0.5 })).toBe("timeout");
    });
    it("50: within a subnet no network ACL applies", async () => {
      await world.driver.apply(withPrivateAcl(vpcA, []));
      expect(await guests.strict.connect("10.0.2.10", 6000, quick)).toBe("timeout");
      expect(await guests.gateway.connect("10.0.2.10", 6000)).toMatch(/^ok/);
    });
    it("51: metadata and names are not subject to a network ACL", async () => {
      await world.driver.apply(withPrivateAcl(vpcA, []));
      expect(await guests.db.ask("http", tokenRequest)).toHaveProperty("status", 200);
      expect(await guests.db.udp("169.254.169.253", 53)).toBe("vpc-a 10.0.2.10");
    });
  });

  describe("routes through an interface", () => {
    const throughFw = withPublicRoute(vpcA, {
      destination: "10.0.2.0/24",
      target: { kind: "eni", eniId: worldEnis.fw.id },
    });

    it("56: with the source/destination check on nothing passes", async () => {
      await world.driver.apply(withEni(throughFw, worldEnis.fw.id, { sourceDestCheck: true }));
      expect(await guests.web.connect("10.0.2.10", 5432, quick)).toBe("timeout");
    });
    it("57: with the check off the flow passes through it", async () => {
      await world.driver.apply(throughFw);
      const before = (await guests.fw.ask("count")) as { rx: number };
      expect(await guests.web.connect("10.0.2.10", 5432)).toBe("ok 10.0.1.10");
      const after = (await guests.fw.ask("count")) as { rx: number };
      expect(after.rx - before.rx).toBeGreaterThan(2);
    });
    it("58: a group reference does not hold through a middlebox", async () => {
      await world.driver.apply(throughFw);
      expect(await guests.app.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
    it("59, 60: with a narrow group the target's own group still judges", async () => {
      await world.driver.apply(withEni(throughFw, worldEnis.fw.id, { securityGroupIds: ["sg-narrow"] }));
      expect(await guests.web.connect("10.0.2.10", 5432)).toMatch(/^ok/);
      expect(await guests.web.connect("10.0.2.10", 3306, quick)).toBe("timeout");
    });
  });

  describe("services of the VPC", () => {
    it("61: without a token 401", async () => {
      const result = await guests.web.ask("http", { ...metadata, method: "GET", path: "/" });
      expect(result).toHaveProperty("status", 401);
    });
    it("62, 63: each caller gets the identity of its own interface, whatever VPC has the address too", async () => {
      for (const [guest, identity] of [
        [guests.web, `vpc-a ${worldEnis.web.id}`],
        [guests.bOne, `vpc-b ${worldEnis.bOne.id}`],
      ] as const) {
        const { body: token } = (await guest.ask("http", tokenRequest)) as { body: string };
        const headers = { "X-aws-ec2-metadata-token": token };
        const result = await guest.ask("http", { ...metadata, method: "GET", path: "/", headers });
        expect(result).toEqual({ status: 200, body: identity });
      }
    });
    it("64: another interface's token is refused", async () => {
      const { body: token } = (await guests.web.ask("http", tokenRequest)) as { body: string };
      const headers = { "X-aws-ec2-metadata-token": token };
      const result = await guests.app.ask("http", { ...metadata, method: "GET", path: "/", headers });
      expect(result).toHaveProperty("status", 401);
    });
    it("37: the metadata service answers over IPv6", async () => {
      const result = await guests.app.ask("http", { ...tokenRequest, host: "fd00:ec2::254" });
      expect(result).toHaveProperty("status", 200);
    });
    it("68: the metadata service is not reached from another address", async () => {
      await addSpoofedAddress();
      const result = await guests.web.ask("http", { ...tokenRequest, source: "10.0.1.99", ...quick });
      expect(result).toBe("timeout");
    });
    it("65, 66, 67: the answer to a token request goes no further than the hop limit", async () => {
      const web = await NestedGuest.create(world.driver.netnsOf(worldEnis.web.number));
      const app = await NestedGuest.create(world.driver.netnsOf(worldEnis.app.number));
      try {
        const get = { ...metadata, method: "GET", path: "/" };
        expect(await web.prober.ask("http", { ...tokenRequest, ...quick })).toBe("timeout");
        expect(await web.prober.ask("http", get)).toHaveProperty("status", 401);
        expect(await guests.web.ask("http", tokenRequest)).toHaveProperty("status", 200);
        expect(await app.prober.ask("http", tokenRequest)).toHaveProperty("status", 200);
        const metadataOfApp = { enabled: true, hopLimit: 1 };
        await world.driver.apply(withEni(vpcA, worldEnis.app.id, { metadata: metadataOfApp }));
        expect(await app.prober.ask("http", { ...tokenRequest, ...quick })).toBe("timeout");
      } finally {
        await web.end();
        await app.end();
      }
    });
    it("a client cannot carry a token past the hop limit by pipelining or by a narrow window", async () => {
      const web = await NestedGuest.create(world.driver.netnsOf(worldEnis.web.number));
      const app = await NestedGuest.create(world.driver.netnsOf(worldEnis.app.number));
      try {
        const pipelined = await web.prober.ask("pipeline", { ...metadata, before: 60 });
        expect(pipelined).toMatchObject({ token: false });
        for (const nested of [web, app]) await nested.dropResets();
        const narrow = { ...metadata, source: "172.17.0.2", window: 12 };
        // The same client through a hop limit of 2 shows that the window alone does not stop it.
        expect(await app.prober.ask("narrow", { ...narrow, sourcePort: 4001, timeout: 8 })).toMatchObject({
          token: true,
        });
        expect(await web.prober.ask("narrow", { ...narrow, sourcePort: 4002, timeout: 3 })).toMatchObject({
          connected: true,
          token: false,
        });
      } finally {
        await web.end();
        await app.end();
      }
    });
    it("69: each VPC has its own names", async () => {
      expect(await guests.bTwo.udp("169.254.169.253", 53)).toBe("vpc-b 10.0.1.11");
      expect(await guests.app.udp("169.254.169.253", 53)).toBe("vpc-a 10.0.1.11");
      expect(await guests.app.udp("10.0.0.2", 53)).toBe("vpc-a 10.0.1.11");
    });
    it("70: other ports of the service addresses do not answer", async () => {
      expect(await guests.web.connect("169.254.169.254", 22, quick)).toBe("timeout");
    });
    it("an interface that is no instance's does not reach the metadata service", async () => {
      await world.driver.apply(withEni(vpcA, worldEnis.web.id, { metadata: undefined }));
      expect(await guests.web.ask("http", { ...tokenRequest, ...quick })).toBe("timeout");
      expect(await guests.web.udp("169.254.169.253", 53)).toBe("vpc-a 10.0.1.10");
    });
  });
});
