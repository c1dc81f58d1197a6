import { describe, expect, it } from "vitest";
import { compileNetwork } from "./compile-network.ts";
import { emitChange, emitFull, type NetworkPlan } from "./emit.ts";
import type { EniModel, SecurityRule, VpcModel } from "./model.ts";
import { probeChanges, probeVpcA } from "./testing/probe-network.ts";

function full(model: VpcModel): NetworkPlan {
  return emitFull(compileNetwork(model));
}

function change(from: VpcModel, to: VpcModel): NetworkPlan {
  return emitChange(full(from).applied, compileNetwork(to));
}

function withRule(groupId: string, rule: SecurityRule): VpcModel {
  return {
    ...probeVpcA,
    securityGroups: probeVpcA.securityGroups.map((group) =>
      group.id === groupId ? { ...group, ingress: [...group.ingress, rule] } : group,
    ),
  };
}

function withEnis(edit: (enis: readonly EniModel[]) => readonly EniModel[]): VpcModel {
  return { ...probeVpcA, enis: edit(probeVpcA.enis) };
}

const https: SecurityRule = {
  id: "sgr-db-443",
  protocol: 6,
  fromPort: 443,
  toPort: 444,
  source: { cidr: "192.0.2.0/24" },
};

describe("a plan", () => {
  it("for nothing new is empty", () => {
    const { applied, ...plan } = change(probeVpcA, probeVpcA);
    expect(plan).toEqual({
      fabricIp: [],
      devices: [],
      edgeNft: "",
      nft: "",
      routerIp: [],
      routerIp6: [],
      internetIp: [],
      guests: [],
      removeEnis: [],
      flushes: [],
    });
    expect(applied).toEqual(full(probeVpcA).applied);
  });

  it("for a rule is one element, and its revocation takes that element away", () => {
    const added = change(probeVpcA, withRule("sg-db", https));
    expect(added.nft).toMatch(
      /^add element inet vpc c\d+in4_p \{ 192\.0\.2\.0-192\.0\.2\.255 \. 443-444 \. 6 \}\n$/,
    );
    const removed = change(withRule("sg-db", https), probeVpcA);
    expect(removed.nft).toBe(added.nft.replace("add", "delete"));
    expect([added.routerIp, added.flushes]).toEqual([[], []]);
  });

  it("for a route is a replacement in the subnet's table", () => {
    const to: VpcModel = {
      ...probeVpcA,
      routeTables: probeVpcA.routeTables.map((table) =>
        table.id === "rtb-public" ? { ...table, routes: table.routes.slice(1) } : table,
      ),
    };
    expect(change(probeVpcA, to).routerIp).toEqual(["route replace blackhole default table 1001"]);
    expect(change(to, probeVpcA).routerIp).toEqual([
      "route replace default table 1001 via 169.254.0.1 dev up0 onlink",
    ]);
  });

  it("changes routes before it deletes the link they led to", () => {
    const through = probeChanges["through-fw"]!;
    const plan = change(through, { ...through, enis: through.enis.filter(({ id }) => id !== "eni-fw") });
    const route = plan.routerIp.indexOf("route replace blackhole 10.0.2.0/24 table 1001");
    const link = plan.routerIp.indexOf("link del group 77");
    expect(route).toBeGreaterThanOrEqual(0);
    expect(link).toBeGreaterThan(route);
    expect(plan.removeEnis).toEqual([{ eniId: "eni-fw", number: 14, netns: "cme-14" }]);
    expect(plan.flushes).toEqual([["-D", "-w", "14"]]);
  });

  it("translates only where there is an internet gateway, and adds that to what stands", () => {
    const { internetGateway, ...closed } = probeVpcA;
    expect(internetGateway).toBeDefined();
    expect(full(closed).nft).not.toContain("type nat");
    const hooks = (text: string): string[] => text.split("\n").filter((line) => line.includes("nat_p"));
    const [attach, detach] = [change(closed, probeVpcA).nft, change(probeVpcA, closed).nft];
    expect(attach).not.toContain("delete table");
    expect(hooks(attach)).toEqual([
      "add chain inet vpc nat_pre { type nat hook prerouting priority -100; policy accept; }",
      "add chain inet vpc nat_post { type nat hook postrouting priority 100; policy accept; }",
      "add rule inet vpc nat_pre meta iif 203 dnat ip to ip daddr map @igw_dnat",
      "add rule inet vpc nat_post meta oif 203 snat ip to ip saddr map @igw_snat",
    ]);
    expect(hooks(detach)).toEqual([
      "flush chain inet vpc nat_pre",
      "flush chain inet vpc nat_post",
      "delete chain inet vpc nat_pre",
      "delete chain inet vpc nat_post",
    ]);
  });

  it("takes nothing from outside that has an address of the router", () => {
    const { rules } = full(probeVpcA).applied.ruleset.chains["from_igw"]!;
    expect(rules).toContain("ip saddr { 169.254.169.254, 169.254.169.253, 169.254.169.123 } drop");
    expect(rules.some((rule) => rule.startsWith("ip saddr { 10.0.0.0/16") && rule.endsWith("drop"))).toBe(
      true,
    );
  });

  it("flushes the flows of a public address that is taken away", () => {
    const to = withEnis((enis) =>
      enis.map((eni) => (eni.id === "eni-web" ? { ...eni, publicIps: [] } : eni)),
    );
    expect(change(probeVpcA, to).flushes).toEqual([
      ["-D", "-d", "203.0.113.10"],
      ["-D", "-q", "203.0.113.10"],
    ]);
    expect(change(probeVpcA, to).internetIp).toEqual(["route del 203.0.113.10/32"]);
  });

  it("changes the hop limit of the metadata service by one element", () => {
    const limit = (hopLimit: number): VpcModel =>
      withEnis((enis) =>
        enis.map((eni) => (eni.id === "eni-web" ? { ...eni, metadata: { enabled: true, hopLimit } } : eni)),
      );
    const { nft } = change(limit(1), limit(2));
    expect(nft.split("\n")).toEqual([
      "add chain inet vpc hop_2",
      "delete element inet vpc hop_if { 1010 }",
      "add element inet vpc hop_if { 1010 : goto hop_2 }",
      "add rule inet vpc hop_2 ip ttl set 2",
      "add rule inet vpc hop_2 ip6 hoplimit set 2",
      "",
    ]);
  });

  it("keeps the numbers of combinations that stay", () => {
    const without = withEnis((enis) => enis.filter(({ id }) => id !== "eni-web"));
    const plan = change(probeVpcA, without);
    const before = full(probeVpcA).applied.numbers.combinations;
    expect(Object.entries(plan.applied.numbers.combinations)).not.toHaveLength(0);
    expect(before).toMatchObject(plan.applied.numbers.combinations);
  });

  it("renders a network ACL that allows all to nothing", () => {
    const { sets, chains } = full(probeVpcA).applied.ruleset;
    expect(Object.keys(sets).filter((name) => /^a\d/.test(name))).toEqual([]);
    expect(Object.keys(chains).filter((name) => /^a\d/.test(name))).toEqual([]);
    expect(chains["sub1_in"]?.rules).toEqual([]);
  });

  it("takes no words from the model into what the machine runs", () => {
    const evil = '"; flush ruleset; #\n';
    const text = JSON.stringify(probeVpcA).replaceAll(
      /"((?:sg|eni|acl|rtb|subnet|pl|sgr|igw|vpc)-[\w-]*)"/g,
      (_, id: string) => JSON.stringify(id.startsWith("pl-") ? id : `${id}${evil}`),
    );
    const plan = full(JSON.parse(text) as VpcModel);
    const run = [plan.nft, ...plan.routerIp, ...plan.routerIp6, ...plan.internetIp].join("\n");
    const lines = plan.guests.flatMap((guest) => [guest.netns, ...guest.lines]).join("\n");
    expect(`${run}${lines}`).not.toContain("flush ruleset");
    expect(plan.guests.map(({ lines: own }) => own)).toEqual(
      full(probeVpcA).guests.map(({ lines: own }) => own),
    );
  });

  it("admits only numbers, parsed addresses and MAC addresses from the model", () => {
    const bad: [Partial<EniModel>, RegExp][] = [
      [{ mac: "02:0a:00:00:00:0a; drop" }, /MAC/],
      [{ privateIps: ["10.0.1.10; drop"] }, /not an IPv4 address/],
      [{ number: 1.5 }, /number/],
      [{ number: 60_001 }, /number/],
      [{ number: 11 }, /unique/],
      [{ privateIps: ["10.0.1.11"], publicIps: [] }, /another interface/],
      [{ privateIps: ["10.0.9.11"], publicIps: [] }, /outside/],
      [{ metadata: { enabled: true, hopLimit: 65 } }, /hop limit/],
      [{ subnetId: "subnet-none" }, /no subnet/],
    ];
    for (const [part, message] of bad) {
      const model = withEnis((enis) => enis.map((eni) => (eni.id === "eni-web" ? { ...eni, ...part } : eni)));
      expect(() => compileNetwork(model)).toThrow(message);
    }
  });
});
