import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileNetwork } from "./compile-network.ts";
import type {
  Combination,
  CompiledNetwork,
  CompiledRoute,
  CompiledSubnet,
  GroupFilter,
  PerFamily,
  ResolvedTarget,
} from "./compiled-network.ts";
import { reachAcross } from "./reach.ts";
import { changedWorld } from "./testing/gateway-changes.ts";
import { readGatewayProbes, type GatewayProbe } from "./testing/gateway-probes.ts";

const table = readFileSync(new URL("cases/gateway-probes.tsv", import.meta.url), "utf8");
const probes = readGatewayProbes(table);
const worlds = new Map<string, readonly CompiledNetwork[]>();

function worldOf(change: string): readonly CompiledNetwork[] {
  const known = worlds.get(change) ?? Object.values(changedWorld(change)).map(compileNetwork);
  worlds.set(change, known);
  return known;
}

type Mutation = (network: CompiledNetwork) => CompiledNetwork;

/** The probes whose outcome is another one when every VPC is compiled wrongly in one respect. */
function caughtBy(mutation: Mutation): string[] {
  return probes.filter((probe) => !holds(probe, mutation)).map(({ probe }) => probe);
}

/** An explanation that finds no rule where the boxes say one is catches the mutation as well. */
function holds(probe: GatewayProbe, mutation: Mutation): boolean {
  try {
    return outcomeOf(probe, worldOf(probe.change).map(mutation)) === outcomeOf(probe, worldOf(probe.change));
  } catch {
    return false;
  }
}

function outcomeOf(
  { from, source, to, protocol, port }: GatewayProbe,
  networks: readonly CompiledNetwork[],
): string {
  const traffic =
    protocol === 1 ? { protocol, icmpType: port } : { protocol, destinationPort: port, sourcePort: 40_000 };
  const ends = { from: /[.:]/.test(from) ? from : `eni-${from}`, to, source };
  const { allowed, denied, hops } = reachAcross(networks, ends, traffic);
  return `${allowed} ${denied?.stage} ${hops.at(-1)?.header.source}`;
}

function withSubnets(
  network: CompiledNetwork,
  edit: (subnet: CompiledSubnet) => CompiledSubnet,
): CompiledNetwork {
  const subnets = network.subnets.map(edit);
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  return withEnis({ ...network, subnets }, (eni) => ({
    ...eni,
    subnet: byId.get(eni.subnet.id) ?? eni.subnet,
  }));
}

function withEnis(
  network: CompiledNetwork,
  edit: (eni: CompiledNetwork["enis"][number]) => CompiledNetwork["enis"][number],
): CompiledNetwork {
  const enis = network.enis.map(edit);
  const byId = new Map(enis.map((eni) => [eni.id, eni]));
  const renew = (eni: CompiledNetwork["enis"][number]) => byId.get(eni.id) ?? eni;
  return {
    ...network,
    enis,
    eniById: byId,
    eniByAddress: new Map([...network.eniByAddress].map(([address, eni]) => [address, renew(eni)])),
    eniByPublicIp: new Map(
      [...network.eniByPublicIp].map(([address, { eni, privateIp }]) => [
        address,
        { eni: renew(eni), privateIp },
      ]),
    ),
  };
}

function withRoutes(edit: (route: CompiledRoute) => CompiledRoute | undefined): Mutation {
  const both = (routes: PerFamily<readonly CompiledRoute[]>): PerFamily<readonly CompiledRoute[]> => ({
    4: routes[4].flatMap((route) => edit(route) ?? []),
    6: routes[6].flatMap((route) => edit(route) ?? []),
  });
  return (network) => withSubnets(network, (subnet) => ({ ...subnet, routes: both(subnet.routes) }));
}

function without(kind: ResolvedTarget["kind"]): Mutation {
  return withRoutes((route) => (route.target.kind === kind ? undefined : route));
}

function withFilters(
  edit: (filter: GroupFilter) => GroupFilter,
  sides: readonly ("ingress" | "egress")[] = ["ingress", "egress"],
): Mutation {
  const one = (combination: Combination): Combination => ({
    ...combination,
    ...Object.fromEntries(
      sides.map((side) => [side, { 4: edit(combination[side][4]), 6: edit(combination[side][6]) }]),
    ),
  });
  return (network) => withEnis(network, (eni) => ({ ...eni, combination: one(eni.combination) }));
}

const nothing = { tcp: [], udp: [], icmp: [], other: [] };

const mutations: Readonly<Record<string, Mutation>> = {
  "ports open to everybody are forgotten": withFilters((filter) => ({
    ...filter,
    open: { tcp: [], udp: [] },
  })),
  "blocks of TCP are forgotten": withFilters((filter) => ({
    ...filter,
    region: { ...filter.region, tcp: [] },
  })),
  "blocks of UDP are forgotten": withFilters((filter) => ({
    ...filter,
    region: { ...filter.region, udp: [] },
  })),
  "blocks of ICMP are forgotten": withFilters((filter) => ({
    ...filter,
    region: { ...filter.region, icmp: [] },
  })),
  "inbound group references are forgotten": withFilters(
    (filter) => ({ ...filter, members: [] }),
    ["ingress"],
  ),
  "outbound group references are forgotten": withFilters(
    (filter) => ({ ...filter, members: [] }),
    ["egress"],
  ),
  "a group reference admits every port": withFilters((filter) => ({
    ...filter,
    members: filter.members.map((member) => ({
      ...member,
      spans: { ...member.spans, tcp: [{ low: 0, high: 65_535 }] },
    })),
  })),
  "network ACLs allow everything": (network) =>
    withSubnets(network, (subnet) => {
      const open = { everything: true, region: nothing };
      const side = { 4: open, 6: open };
      return { ...subnet, acl: { ...subnet.acl, ingress: side, egress: side } };
    }),
  "network ACLs deny everything": (network) =>
    withSubnets(network, (subnet) => {
      const closed = { everything: false, region: nothing };
      const side = { 4: closed, 6: closed };
      return { ...subnet, acl: { ...subnet.acl, ingress: side, egress: side } };
    }),
  "local routes are forgotten": without("local"),
  "routes to the internet gateway are forgotten": without("internet-gateway"),
  "routes to egress-only gateways are forgotten": without("egress-only-internet-gateway"),
  "egress-only gateways let everything in": withRoutes((route) =>
    route.target.kind === "egress-only-internet-gateway"
      ? { ...route, target: { kind: "internet-gateway", id: "igw-a" } }
      : route,
  ),
  "routes to peerings are forgotten": without("vpc-peering"),
  "routes to gateway endpoints are forgotten": without("vpc-endpoint"),
  "routes to interfaces are forgotten": without("eni"),
  "black holes are forgotten": without("blackhole"),
  "the shortest prefix wins": (network) =>
    withSubnets(network, (subnet) => ({
      ...subnet,
      routes: { 4: subnet.routes[4].toReversed(), 6: subnet.routes[6].toReversed() },
    })),
  "a peer's blocks are taken for everything": (network) => ({
    ...network,
    peerings: network.peerings.map((peering) => ({
      ...peering,
      cidrs: [{ family: 4 as const, length: 0, low: 0, high: 0xffff_ffff }],
    })),
  }),
  "a peer's interfaces are forgotten inbound": (network) => ({
    ...network,
    peerings: network.peerings.map((peering) => ({ ...peering, members: [] })),
  }),
  "a peer's interfaces are forgotten outbound": (network) => ({ ...network, peerByAddress: new Map() }),
  "the gateway's route table is forgotten": (network) => ({ ...network, gatewayRoutes: undefined }),
  "public access is never blocked for IPv6": (network) =>
    withSubnets(network, (subnet) => ({ ...subnet, publicAccess: "bidirectional" })),
  "public access blocked is blocked for all": (network) =>
    withSubnets(network, (subnet) => ({
      ...subnet,
      publicAccess: subnet.publicAccess === "bidirectional" ? "bidirectional" : "none",
    })),
  "public addresses are forgotten": (network) => ({
    ...withEnis(network, (eni) => ({ ...eni, publicIps: [] })),
    eniByPublicIp: new Map(),
  }),
  "blocked public addresses are translated": (network) =>
    withEnis(network, (eni) => ({ ...eni, publicIps: [...eni.publicIps, ...eni.blockedPublicIps] })),
  "delegated prefixes are forgotten": (network) =>
    withEnis(network, (eni) => ({ ...eni, prefixes: { 4: [], 6: [] } })),
  "devices are taken for guests": (network) =>
    withEnis(network, (eni) => ({ ...eni, device: { kind: "guest" } })),
  "the source check is forgotten": (network) =>
    withEnis(network, (eni) => ({ ...eni, sourceDestCheck: false })),
  "every consumer is accepted by nobody": (network) =>
    withEnis(network, (eni) =>
      eni.device.kind === "endpoint-service" ? { ...eni, device: { ...eni.device, consumers: [] } } : eni,
    ),
  "listeners are forgotten": (network) =>
    withEnis(network, (eni) =>
      eni.device.kind === "endpoint-service" ? { ...eni, device: { ...eni.device, listeners: [] } } : eni,
    ),
  "the resolver always answers": (network) => ({ ...network, dnsSupport: true }),
  "metadata always answers over IPv6": (network) =>
    withEnis(network, (eni) => ({
      ...eni,
      metadata: eni.metadata === undefined ? undefined : { ...eni.metadata, ipv6: true },
    })),
};

describe("a compiler that is wrong in one respect", () => {
  it("is caught by none when it is not", () => {
    expect(caughtBy((network) => network)).toEqual([]);
  });

  it.each(Object.keys(mutations))("is caught: %s", (name) => {
    const mutation = mutations[name];
    expect(mutation === undefined ? [] : caughtBy(mutation)).not.toEqual([]);
  });
});
