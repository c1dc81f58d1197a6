/**
 * Renders the ways out of a VPC and into it: the internet gateways, the fabric that leads to peers, and
 * gateway endpoints.
 */
import { formatAddress, formatCidr, type Cidr, type Family } from "./address.ts";
import type { CompiledEni, CompiledGatewayEndpoint, CompiledNetwork } from "./compiled-network.ts";
import { formatRange } from "./elements.ts";
import {
  eniIndex,
  eniMark,
  formatMark,
  gatewayMark,
  ifIndex,
  metadataAddress,
  nextHop,
  resolverAddress,
  routerMac,
  stageBit,
  timeAddress,
} from "./layout.ts";
import { paint } from "./plane.ts";
import { peerTtlRuleset } from "./render-fixed.ts";
import type { RulesetBuilder } from "./ruleset.ts";

/** Renders every gateway. */
export function renderGateways(builder: RulesetBuilder, compiled: CompiledNetwork): void {
  renderTranslation(builder, compiled);
  renderInternetGateway(builder, compiled);
  renderInternet6(builder, compiled);
  renderPeerings(builder, compiled);
  for (const endpoint of compiled.gatewayEndpoints) renderEndpoint(builder, endpoint, compiled);
}

function blocksOf(cidrs: readonly Cidr[], family: Family): string[] {
  return cidrs.filter((cidr) => cidr.family === family).map(formatCidr);
}

/** A rule that drops what has not one of the addresses; nothing where there are none. */
function unless(field: string, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? [] : [`${field} != { ${blocks.join(", ")} } drop`];
}

function renderTranslation({ sets }: RulesetBuilder, { enis }: CompiledNetwork): void {
  const texts = (mappings: CompiledEni["publicIps"]): { privateIp: string; publicIp: string }[] =>
    mappings.map(({ privateIp, publicIp }) => ({
      privateIp: formatAddress(privateIp),
      publicIp: formatAddress(publicIp),
    }));
  const open = enis.flatMap(({ publicIps }) => texts(publicIps));
  const blocked = enis.flatMap(({ blockedPublicIps }) => texts(blockedPublicIps));
  const map = (name: string, data: string, elements: readonly string[]): void => {
    sets[name] = { kind: "map", declaration: `type ipv4_addr : ${data};`, elements };
  };
  map("igw_from", "verdict", [
    ...open.map(({ publicIp }) => `${publicIp} : goto igw_mark`),
    ...blocked.map(({ publicIp }) => `${publicIp} : goto rej_bpa`),
  ]);
  map("igw_to", "verdict", [
    ...open.map(({ privateIp }) => `${privateIp} : accept`),
    ...blocked.map(({ privateIp }) => `${privateIp} : goto rej_bpa`),
  ]);
  map(
    "igw_dnat",
    "ipv4_addr",
    open.map(({ privateIp, publicIp }) => `${publicIp} : ${privateIp}`),
  );
  map(
    "igw_snat",
    "ipv4_addr",
    open.map(({ privateIp, publicIp }) => `${privateIp} : ${publicIp}`),
  );
}

function renderInternetGateway({ chains }: RulesetBuilder, compiled: CompiledNetwork): void {
  const route = compiled.gatewayRoutes === undefined ? 0 : gatewayMark;
  chains["igw_mark"] = { rules: [`meta mark set ${formatMark(stageBit + route)}`] };
  // Nothing outside may pass itself off as an address of the VPC.
  // Differs: the internet gateway carries private addresses (RFC 1918) too; the host's network may have them.
  const spoofed = ([4, 6] as const).flatMap((family) => {
    const own = blocksOf(compiled.cidrs, family);
    return own.length === 0 ? [] : [`${family === 4 ? "ip" : "ip6"} saddr { ${own.join(", ")} } drop`];
  });
  const own6 = blocksOf(compiled.cidrs, 6);
  const into6 = own6.length === 0 ? [] : [`ip6 daddr { ${own6.join(", ")} } goto igw_mark`];
  const services = [metadataAddress[4], resolverAddress[4], timeAddress[4]].join(", ");
  chains["from_igw"] = {
    rules: [...spoofed, `ip saddr { ${services} } drop`, "ip daddr vmap @igw_from", ...into6, "drop"],
  };
  // What conntrack does not take for part of a flow is not translated, so it must not get out. IPv6 is not
  // translated at all: an answer may leave this way that was asked through a peering.
  chains["to_igw"] = {
    rules: [
      "jump acl_src",
      "meta nfproto ipv6 goto to_igw6",
      "ct state invalid,untracked drop",
      "ip saddr vmap @igw_to",
      "drop",
    ],
  };
  chains["igw_nat"] = {
    rules: ["meta nfproto ipv6 goto from_igw6", "ct status dnat accept", "ct status snat accept", "drop"],
  };
  // Hooks of translation cost every flow of the VPC, so they stand only where there is what they are for.
  if (compiled.internetGatewayId === undefined) return;
  chains["nat_pre"] = {
    hook: "type nat hook prerouting priority -100; policy accept;",
    rules: [`meta iif ${ifIndex.up0} dnat ip to ip daddr map @igw_dnat`],
  };
  chains["nat_post"] = {
    hook: "type nat hook postrouting priority 100; policy accept;",
    rules: [`meta oif ${ifIndex.up0} snat ip to ip saddr map @igw_snat`],
  };
}

/**
 * IPv6 passes untranslated: through the internet gateway both ways, through the egress-only one only as part
 * of what began inside. Which of the two an inbound packet is for is what its own subnet would answer
 * through.
 */
function renderInternet6({ sets, chains }: RulesetBuilder, compiled: CompiledNetwork): void {
  const access = (wanted: readonly string[]): string[] =>
    compiled.subnets
      .filter(({ publicAccess }) => wanted.includes(publicAccess))
      .flatMap(({ cidrs }) => blocksOf(cidrs, 6));
  const blocks = (name: string, elements: readonly string[]): void => {
    sets[name] = { kind: "set", declaration: "type ipv6_addr; flags interval;", elements };
  };
  blocks("open6", access(["bidirectional"]));
  blocks("egress6", access(["bidirectional", "egress"]));
  sets["eigw6"] = {
    kind: "set",
    declaration: "type ipv6_addr . ipv6_addr; flags interval;",
    elements: compiled.subnets.flatMap(egressOnlyBoxes),
  };
  chains["to_igw6"] = {
    rules: [
      `rt ip6 nexthop ${nextHop[6].egressOnly} goto to_eigw6`,
      "ip6 saddr @open6 accept",
      "ip6 saddr @egress6 goto rej_bpa",
      "drop",
    ],
  };
  chains["to_eigw6"] = { rules: ["ip6 saddr @egress6 accept", "goto rej_bpa"] };
  const attached = compiled.internetGatewayId !== undefined;
  chains["from_igw6"] = {
    rules: [
      "ip6 daddr . ip6 saddr @eigw6 goto from_eigw6",
      ...(attached ? ["ip6 daddr @open6 accept", "goto rej_bpa"] : ["drop"]),
    ],
  };
  chains["from_eigw6"] = { rules: ["ct direction reply ip6 daddr @egress6 accept", "drop"] };
}

/** The pairs of an address of a subnet and one outside that its egress-only gateway is for. */
function egressOnlyBoxes({ cidrs, routes }: CompiledNetwork["subnets"][number]): string[] {
  const [plane] = paint(
    routes[6].map(({ destination, target }) => ({
      span: { low: 0, high: 0 },
      range: destination,
      allow: target.kind === "egress-only-internet-gateway",
    })),
  );
  return blocksOf(cidrs, 6).flatMap((own) =>
    (plane?.ranges ?? []).map((range) => `${own} . ${formatRange(range)}`),
  );
}

/** The mark of a packet to a peer whose source is its sender's own, so that rules may know its groups. */
const certain = 1;

/**
 * The table that gives what goes to a peer without a certain source another source MAC address: the only
 * thing that a link between namespaces keeps. It stands before the link does.
 */
export function peerEdge(vpcNumber: number): string {
  return [
    "table netdev edge",
    "delete table netdev edge",
    "table netdev edge {",
    "chain out {",
    'type filter hook egress device "px0" priority 0; policy accept;',
    `meta mark != ${certain} ether saddr set ${routerMac("forwarded", vpcNumber)}`,
    "}",
    "}",
    "",
  ].join("\n");
}

/** A peer knows the sender by the router's MAC address and the source; its rules then know group members. */
function renderPeerings(builder: RulesetBuilder, compiled: CompiledNetwork): void {
  const { sets, chains } = builder;
  const { peerings, cidrs } = compiled;
  if (peerings.length === 0) return;
  Object.assign(sets, peerTtlRuleset.sets);
  for (const family of [4, 6] as const) renderIdentities(sets, compiled, family);
  chains["untrack"] = { rules: ["notrack"] };
  chains["to_pcx"] = {
    rules: [
      "jump acl_src",
      ...unless("ip saddr", blocksOf(cidrs, 4)),
      ...v6Only("saddr", blocksOf(cidrs, 6)),
      ...["ip", "ip6"].map((ip) => `meta mark . ${ip} saddr @own_id${ip === "ip" ? 4 : 6} goto certain`),
      "meta mark set 0 accept",
    ],
  };
  chains["certain"] = { rules: [`meta mark set ${certain} accept`] };
  const verdict = (number: number): string => `goto pcx${number}_in`;
  sets["pcx_from"] = {
    kind: "map",
    declaration: "type ether_addr : verdict;",
    elements: peerings.flatMap(({ peerNumber }) => [
      `${routerMac("peer", peerNumber)} : ${verdict(peerNumber)}`,
      `${routerMac("forwarded", peerNumber)} : ${verdict(peerNumber)}`,
    ]),
  };
  chains["from_pcx"] = { rules: ["ether saddr vmap @pcx_from", "drop"] };
  for (const { peerNumber, cidrs: theirs } of peerings) {
    chains[`pcx${peerNumber}_in`] = {
      rules: [
        ...unless("ip saddr", blocksOf(theirs, 4)),
        ...v6Only("saddr", blocksOf(theirs, 6)),
        "meta mark set ether saddr . ip saddr map @peer_id4",
        "meta mark set ether saddr . ip6 saddr map @peer_id6",
        "ip ttl vmap @up4",
        "ip6 hoplimit vmap @up6",
        "fib daddr . mark oif vmap @zone_in",
        "drop",
      ],
    };
  }
}

/** Which sources are certain on the way out, and whose they are on the way in. */
function renderIdentities(
  sets: RulesetBuilder["sets"],
  { enis, peerings }: CompiledNetwork,
  family: Family,
): void {
  const type = `ipv${family}_addr`;
  sets[`own_id${family}`] = {
    kind: "set",
    declaration: `type mark . ${type};`,
    elements: enis.flatMap((eni) =>
      eni.addresses[family].map((address) => `${formatMark(eniMark(eni))} . ${formatAddress(address)}`),
    ),
  };
  sets[`peer_id${family}`] = {
    kind: "map",
    declaration: `type ether_addr . ${type} : mark;`,
    elements: peerings.flatMap(({ peerNumber, members }) =>
      members.flatMap(({ number, addresses }) =>
        addresses[family].map(
          (address) => `${routerMac("peer", peerNumber)} . ${formatAddress(address)} : ${formatMark(number)}`,
        ),
      ),
    ),
  };
}

/** Without blocks of IPv6 none of it passes. */
function v6Only(field: string, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? ["meta nfproto ipv6 drop"] : unless(`ip6 ${field}`, blocks);
}

/** A gateway endpoint takes TCP and echo requests from inside, and only answers. */
function renderEndpoint(
  { chains }: RulesetBuilder,
  { number, cidrs }: CompiledGatewayEndpoint,
  compiled: CompiledNetwork,
): void {
  const own = blocksOf(cidrs, 4);
  const note =
    `ether saddr ${routerMac("endpoint", number)} meta mark set ${formatMark(stageBit + number)} ` +
    `ct zone set ${number} ip ttl vmap @ttl4`;
  const answers = own.length === 0 ? [] : [`ip saddr { ${own.join(", ")} } ${note}`];
  chains[`p${number}`] = { rules: [...answers, "goto pre_odd"] };
  chains[`z${number}`] = { rules: [`ct zone set ${number}`] };
  chains[`f${number}`] = {
    rules: [
      "jump acl_src",
      ...unless("ip saddr", blocksOf(compiled.cidrs, 4)),
      ...unless("ip daddr", own.length === 0 ? ["255.255.255.255"] : own),
      "meta l4proto tcp accept",
      "icmp type echo-request accept",
      "meta l4proto icmp ct state related accept",
      "drop",
    ],
  };
  chains["ep_out"] = { rules: ["ct direction reply accept", "drop"] };
}

/** The entries by which the dispatch maps know the gateways. */
export function gatewayDispatch({
  peerings,
  gatewayEndpoints,
}: CompiledNetwork): Record<"in" | "out" | "zone" | "sg", string[]> {
  const px = peerings.length === 0 ? [] : [ifIndex.px0];
  const at = (verdict: (number: number) => string): string[] =>
    gatewayEndpoints.map(({ number }) => `${eniIndex(number)} : goto ${verdict(number)}`);
  return {
    in: [
      `${ifIndex.up0} : goto from_igw`,
      ...px.map((index) => `${index} : goto from_pcx`),
      ...at((n) => `p${n}`),
    ],
    out: [
      `${ifIndex.up0} : goto to_igw`,
      ...px.map((index) => `${index} : goto to_pcx`),
      ...at((n) => `f${n}`),
    ],
    zone: [...px.map((index) => `${index} : goto untrack`), ...at((n) => `z${n}`)],
    sg: [`${ifIndex.up0} : goto igw_nat`, ...at(() => "ep_out")],
  };
}
