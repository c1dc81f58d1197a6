/**
 * Renders the services on the router's loopback: who reaches metadata, names, time and leases, and the hop
 * limit of token replies.
 */
import { formatAddress, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import {
  eniIndex,
  eniMark,
  formatMark,
  ifIndex,
  metadataAddress,
  plainReply,
  resolverAddress,
  stageBit,
  timeAddress,
  tokenReply,
} from "./layout.ts";
import { subnetGateway, vpcResolver } from "./reserved-addresses.ts";
import type { RulesetBuilder } from "./ruleset.ts";

/** Renders the services. */
export function renderServices(builder: RulesetBuilder, compiled: CompiledNetwork): void {
  renderHopLimits(builder, compiled);
  const { chains } = builder;
  const resolvers = (family: Family): string =>
    [resolverAddress[family], ...vpcResolver(compiled.cidrs, family)].join(", ");
  const names = (["udp", "tcp"] as const).flatMap((protocol) => [
    `ip daddr { ${resolvers(4)} } ${protocol} dport 53 accept`,
    `ip6 daddr { ${resolvers(6)} } ${protocol} dport 53 accept`,
  ]);
  const gateways = compiled.subnets.flatMap(({ cidrs }) =>
    cidrs.filter(({ family }) => family === 4).map(subnetGateway),
  );
  chains["services"] = {
    hook: "type filter hook input priority 0; policy drop;",
    rules: [
      `meta iif ${ifIndex.lo} accept`,
      "icmpv6 type { 133, 135, 136 } ip6 hoplimit 255 accept",
      `meta mark & ${formatMark(stageBit)} == 0 drop`,
      `ip daddr ${metadataAddress[4]} tcp dport 80 meta iif @imds_if accept`,
      `ip6 daddr ${metadataAddress[6]} tcp dport 80 meta iif @imds_if6 accept`,
      ...(compiled.dnsSupport ? names : []),
      `ip daddr ${timeAddress[4]} udp dport 123 accept`,
      `ip6 daddr ${timeAddress[6]} udp dport 123 accept`,
      `ip daddr { ${["255.255.255.255", ...gateways].join(", ")} } udp dport 67 accept`,
      "meta l4proto { icmp, ipv6-icmp } ct state related accept",
    ],
  };
}

function renderHopLimits({ sets, chains }: RulesetBuilder, compiled: CompiledNetwork): void {
  const instances = compiled.enis.filter((eni) => eni.metadata !== undefined);
  const hops = new Set<number>();
  const elements = instances.map((eni) => {
    const hopLimit = eni.metadata?.hopLimit ?? 1;
    hops.add(hopLimit);
    return `${eniIndex(eni.number)} : goto hop_${hopLimit}`;
  });
  sets["hop_if"] = { kind: "map", declaration: "type iface_index : verdict;", elements };
  const indexes = (enis: readonly CompiledEni[]): string[] => enis.map(({ number }) => `${eniIndex(number)}`);
  const overIpv6 = instances.filter(({ metadata }) => metadata?.ipv6 !== false);
  sets["imds_if"] = { kind: "set", declaration: "type iface_index;", elements: indexes(instances) };
  sets["imds_if6"] = { kind: "set", declaration: "type iface_index;", elements: indexes(overIpv6) };
  for (const hop of hops) {
    chains[`hop_${hop}`] = { rules: [`ip ttl set ${hop}`, `ip6 hoplimit set ${hop}`] };
  }
  const agents = [
    `ip saddr ${metadataAddress[4]} tcp sport 80`,
    `ip6 saddr ${metadataAddress[6]} tcp sport 80`,
  ];
  chains["token_out"] = {
    hook: "type filter hook output priority 0; policy accept;",
    rules: agents.map((from) => `${from} goto token_ttl`),
  };
  // "X-aws-ec": the agent writes this header first, 17 bytes into its reply, and answers one request on a
  // connection, so the first segment that is long enough tells which reply it is. Until then, and where a
  // client shrinks its window so that none is, the hop limit applies; only the handshake always passes.
  const header = "0x582d6177732d6563";
  const decided = tokenReply | plainReply;
  chains["token_ttl"] = {
    rules: [
      `@ih,136,64 ${header} ct mark set ct mark | ${tokenReply}`,
      `ct mark & ${decided} == 0 @ih,136,64 != ${header} ct mark set ct mark | ${plainReply}`,
      `ct mark & ${decided} == ${plainReply} accept`,
      "tcp flags & syn == 0 meta oif vmap @hop_if",
    ],
  };
}

/**
 * The rule that makes a lease request known by its interface: the socket that answers sees the address of the
 * interface where the guest has none yet.
 */
export function leaseRule(eni: CompiledEni): string[] {
  const own = eni.addresses[4][0];
  if (own === undefined) return [];
  const mark = formatMark(stageBit + eniMark(eni));
  return [
    `ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 ether saddr ${eni.mac} ` +
      `meta mark set ${mark} ip saddr set ${formatAddress(own)} notrack accept`,
  ];
}
