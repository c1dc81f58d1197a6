/**
 * Renders a compiled VPC as the nftables table of its router: two passes, one conntrack zone per interface.
 */
import { covers, formatAddress, formatCidr, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { formatClass } from "./elements.ts";
import {
  acceptedIn,
  acceptedOut,
  eniIndex,
  eniMark,
  formatMark,
  ifIndex,
  metadataAddress,
  resolverAddress,
  stageBit,
  strictIn,
  strictOut,
  strictReplyIn,
  strictReplyOut,
  subnetMark,
  subnetMask,
  plainReply,
  tokenReply,
} from "./layout.ts";
import { renderAcls, subnetChain } from "./render-acls.ts";
import { combinationChain, renderCombination } from "./render-groups.ts";
import { vpcResolver } from "./reserved-addresses.ts";
import type { Ruleset, RulesetBuilder } from "./ruleset.ts";

/** Numbers that stand for combinations and ACLs in the ruleset, by key and id. */
export interface RulesetNumbers {
  readonly combinations: Readonly<Record<string, number>>;
  readonly acls: Readonly<Record<string, number>>;
}

/** Renders the table. */
export function renderRuleset(compiled: CompiledNetwork, numbers: RulesetNumbers): Ruleset {
  const builder: RulesetBuilder = { sets: { ...ttlRuleset.sets }, chains: { ...ttlRuleset.chains } };
  renderFixed(builder);
  renderSecondPass(builder, compiled);
  renderDispatch(builder, compiled, numbers);
  renderInternetGateway(builder, compiled);
  renderMetadata(builder, compiled);
  renderAcls(builder, compiled.subnets, numbers.acls);
  const strict = new Set(
    compiled.enis.filter((eni) => !eni.sourceDestCheck).map(({ combination }) => combination.key),
  );
  for (const combination of compiled.combinations) {
    renderCombination(builder, combination, { numbers: numbers.combinations, strict });
  }
  for (const eni of compiled.enis) renderEni(builder, eni, numbers);
  return builder;
}

// Two passes cost two hops; they are given back before the first. Above 253 there is no room, so 254 and 255
// arrive as 253.
function renderTtl(): Ruleset {
  const builder: RulesetBuilder = { sets: {}, chains: {} };
  for (const family of [4, 6] as const) {
    const field = family === 4 ? "ip ttl" : "ip6 hoplimit";
    const elements: string[] = [];
    for (let ttl = 1; ttl <= 255; ttl++) elements.push(`${ttl} : goto t${family}_${Math.min(ttl + 2, 255)}`);
    builder.sets[`ttl${family}`] = { kind: "map", declaration: `typeof ${field} : verdict;`, elements };
    for (let ttl = 3; ttl <= 255; ttl++)
      builder.chains[`t${family}_${ttl}`] = { rules: [`${field} set ${ttl}`] };
  }
  return builder;
}

const ttlRuleset = renderTtl();

function renderFixed(builder: RulesetBuilder): void {
  const { chains } = builder;
  for (const family of [4, 6] as const) {
    const address = `ipv${family}_addr`;
    for (const set of ["in", "out", "acl"]) {
      builder.sets[`fl_${set}${family}`] = {
        kind: "set",
        declaration:
          `type ${address} . ${address} . inet_proto . inet_service . inet_service; ` +
          "flags dynamic, timeout; size 65535; timeout 15m; counter;",
        elements: [],
      };
    }
  }
  chains["pre_odd"] = { rules: ["counter drop"] };
  for (const set of ["in", "out", "acl"]) {
    chains[`rej_${set}`] = {
      rules: [
        `update @fl_${set}4 { ip saddr . ip daddr . meta l4proto . th sport . th dport }`,
        `update @fl_${set}6 { ip6 saddr . ip6 daddr . meta l4proto . th sport . th dport }`,
        "drop",
      ],
    };
  }
  const accept = (original: number, reply?: number): string[] => [
    `ct direction original ct mark set ct mark | ${original}`,
    ...(reply === undefined ? [] : [`ct direction reply ct mark set ct mark | ${reply}`]),
    "accept",
  ];
  chains["acc_in"] = { rules: accept(acceptedIn) };
  chains["acc_out"] = { rules: accept(acceptedOut) };
  chains["acc_ins"] = { rules: accept(strictIn, strictReplyIn) };
  chains["acc_outs"] = { rules: accept(strictOut, strictReplyOut) };
  chains["st1"] = {
    rules: [
      `ct mark & ${acceptedIn | acceptedOut} != 0 accept`,
      "ct state related accept",
      "meta iif vmap @sg_out",
      "drop",
    ],
  };
  chains["st2"] = {
    rules: [`meta mark set meta mark & ${formatMark(stageBit - 1)}`, "fib daddr . mark oif vmap @zone_in"],
  };
  chains["raw_pre"] = {
    hook: "type filter hook prerouting priority -300; policy accept;",
    rules: ["meta iif vmap @in_if", "drop"],
  };
  chains["raw_out"] = {
    hook: "type filter hook output priority -300; policy accept;",
    rules: ["meta oif vmap @zone_in"],
  };
  chains["filter_fwd"] = {
    hook: "type filter hook forward priority 0; policy drop;",
    rules: ["meta oif vmap @out_if"],
  };
}

/**
 * The second pass takes the zone of the interface that the packet will leave by. Where no route leads an
 * address of the VPC elsewhere, the address alone tells; else, and for all else, the sender's route table is
 * asked.
 */
function renderSecondPass(builder: RulesetBuilder, { cidrs, subnets, enis }: CompiledNetwork): void {
  const detours = subnets.some(({ routes }) =>
    routes[4].some(
      ({ destination, target }) => target.kind !== "local" && cidrs.some((cidr) => covers(cidr, destination)),
    ),
  );
  const elements = detours
    ? []
    : enis.flatMap(({ addresses, number }) =>
        addresses[4].map((address) => `${formatAddress(address)} : ${number}`),
      );
  builder.sets["dst_zone4"] = { kind: "map", declaration: "typeof ip daddr : ct zone;", elements };
  builder.chains["st2"] = {
    rules: [
      `meta mark set meta mark & ${formatMark(stageBit - 1)}`,
      ...(detours ? [] : ["ct zone set ip daddr map @dst_zone4 accept"]),
      "fib daddr . mark oif vmap @zone_in",
    ],
  };
}

function renderDispatch(
  builder: RulesetBuilder,
  { enis }: CompiledNetwork,
  { combinations }: RulesetNumbers,
): void {
  const map = (name: string, declaration: string, elements: readonly string[]): void => {
    builder.sets[name] = { kind: "map", declaration, elements };
  };
  const verdicts = "type iface_index : verdict;";
  const perEni = (verdict: (eni: CompiledEni) => string): string[] =>
    enis.map((eni) => `${eniIndex(eni.number)} : goto ${verdict(eni)}`);
  map("in_if", verdicts, [
    `${ifIndex.lo} : accept`,
    `${ifIndex.lx1} : goto st2`,
    `${ifIndex.up0} : goto from_igw`,
    ...perEni(({ number }) => `p${number}`),
  ]);
  map("out_if", verdicts, [
    `${ifIndex.lx0} : goto st1`,
    `${ifIndex.up0} : goto to_igw`,
    ...perEni(({ number }) => `f${number}`),
  ]);
  map(
    "zone_in",
    verdicts,
    perEni(({ number }) => `z${number}`),
  );
  map("sg_out", verdicts, [
    `${ifIndex.up0} : goto igw_nat`,
    ...perEni((eni) => combinationChain(combinations[eni.combination.key] ?? 0, "out", !eni.sourceDestCheck)),
  ]);
  for (const family of [4, 6] as const) {
    const type = `ipv${family}_addr`;
    const perAddress = (key: (eni: CompiledEni, address: string) => string): string[] =>
      enis.flatMap((eni) =>
        eni.addresses[family].map(
          (address) =>
            `${key(eni, formatAddress(address))} : ${formatClass(combinations[eni.combination.key] ?? 0)}`,
        ),
      );
    map(
      `dst_combo${family}`,
      `type ${type} : classid;`,
      perAddress((_, address) => address),
    );
    map(
      `src_combo${family}`,
      `type mark . ${type} : classid;`,
      perAddress((eni, address) => `${formatMark(eniMark(eni))} . ${address}`),
    );
  }
}

function renderInternetGateway(builder: RulesetBuilder, { cidrs, enis }: CompiledNetwork): void {
  const mappings = enis.flatMap(({ publicIps }) =>
    publicIps.map(({ privateIp, publicIp }) => ({
      privateIp: formatAddress(privateIp),
      publicIp: formatAddress(publicIp),
    })),
  );
  const map = (name: string, data: string, elements: readonly string[]): void => {
    builder.sets[name] = { kind: "map", declaration: `type ipv4_addr : ${data};`, elements };
  };
  map(
    "igw_from",
    "verdict",
    mappings.map(({ publicIp }) => `${publicIp} : goto igw_mark`),
  );
  map(
    "igw_to",
    "verdict",
    mappings.map(({ privateIp }) => `${privateIp} : accept`),
  );
  map(
    "igw_dnat",
    "ipv4_addr",
    mappings.map(({ privateIp, publicIp }) => `${publicIp} : ${privateIp}`),
  );
  map(
    "igw_snat",
    "ipv4_addr",
    mappings.map(({ privateIp, publicIp }) => `${privateIp} : ${publicIp}`),
  );
  const { chains } = builder;
  chains["igw_mark"] = { rules: [`meta mark set ${formatMark(stageBit)}`] };
  // Nothing outside may pass itself off as an address of the VPC.
  const own = cidrs.filter((cidr) => cidr.family === 4).map(formatCidr);
  const spoofed = own.length === 0 ? [] : [`ip saddr { ${own.join(", ")} } drop`];
  chains["from_igw"] = { rules: [...spoofed, "ip daddr vmap @igw_from", "drop"] };
  // What conntrack does not take for part of a flow is not translated, so it must not get out.
  chains["to_igw"] = {
    rules: ["jump acl_src", "ct state invalid,untracked drop", "ip saddr vmap @igw_to", "drop"],
  };
  chains["igw_nat"] = { rules: ["ct status dnat accept", "ct status snat accept", "drop"] };
  chains["nat_pre"] = {
    hook: "type nat hook prerouting priority -100; policy accept;",
    rules: [`meta iif ${ifIndex.up0} dnat ip to ip daddr map @igw_dnat`],
  };
  chains["nat_post"] = {
    hook: "type nat hook postrouting priority 100; policy accept;",
    rules: [`meta oif ${ifIndex.up0} snat ip to ip saddr map @igw_snat`],
  };
}

/** The metadata and name services on the router's loopback, and the hop limit of token replies. */
function renderMetadata(builder: RulesetBuilder, compiled: CompiledNetwork): void {
  const instances = compiled.enis.filter((eni) => eni.metadata !== undefined);
  const hops = new Set<number>();
  const elements = instances.map((eni) => {
    const hopLimit = eni.metadata?.hopLimit ?? 1;
    hops.add(hopLimit);
    return `${eniIndex(eni.number)} : goto hop_${hopLimit}`;
  });
  builder.sets["hop_if"] = { kind: "map", declaration: "type iface_index : verdict;", elements };
  builder.sets["imds_if"] = {
    kind: "set",
    declaration: "type iface_index;",
    elements: instances.map((eni) => `${eniIndex(eni.number)}`),
  };
  const { chains } = builder;
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
  const resolvers = (family: Family): string =>
    [resolverAddress[family], ...vpcResolver(compiled.cidrs, family)].join(", ");
  chains["services"] = {
    hook: "type filter hook input priority 0; policy drop;",
    rules: [
      `meta iif ${ifIndex.lo} accept`,
      "icmpv6 type { 133, 135, 136 } ip6 hoplimit 255 accept",
      `meta mark & ${formatMark(stageBit)} == 0 drop`,
      `ip daddr ${metadataAddress[4]} tcp dport 80 meta iif @imds_if accept`,
      `ip6 daddr ${metadataAddress[6]} tcp dport 80 meta iif @imds_if accept`,
      ...(["udp", "tcp"] as const).flatMap((protocol) => [
        `ip daddr { ${resolvers(4)} } ${protocol} dport 53 accept`,
        `ip6 daddr { ${resolvers(6)} } ${protocol} dport 53 accept`,
      ]),
      "meta l4proto { icmp, ipv6-icmp } ct state related accept",
    ],
  };
}

function renderEni(builder: RulesetBuilder, eni: CompiledEni, numbers: RulesetNumbers): void {
  const { number, subnet, combination, sourceDestCheck } = eni;
  const { chains } = builder;
  chains[`p${number}`] = { rules: [...passOne(eni, 4), ...passOne(eni, 6), "goto pre_odd"] };
  chains[`z${number}`] = { rules: [`ct zone set ${number}`] };
  const judge = combinationChain(numbers.combinations[combination.key] ?? 0, "in", !sourceDestCheck);
  const ownMark = formatMark(subnetMark(subnet.number));
  const known = [`ct mark & ${acceptedIn | acceptedOut} != 0 accept`];
  chains[`f${number}`] = {
    rules: [
      `meta mark & ${formatMark(subnetMask)} != ${ownMark} jump ${subnetChain(subnet.number)}`,
      ...(sourceDestCheck ? known : []),
      "ct state related accept",
      `goto ${judge}`,
    ],
  };
}

/** The sender's check of source address and MAC, and what is noted on the packet. */
function passOne(eni: CompiledEni, family: Family): string[] {
  const addresses = eni.addresses[family].map(formatAddress);
  if (addresses.length === 0) return [];
  const source = family === 4 ? "ip saddr" : "ip6 saddr";
  const ttl = family === 4 ? "ip ttl vmap @ttl4" : "ip6 hoplimit vmap @ttl6";
  const note =
    `ether saddr ${eni.mac} meta mark set ${formatMark(stageBit + eniMark(eni))} ` +
    `ct zone set ${eni.number} ${ttl}`;
  const own = addresses.length === 1 ? addresses[0] : `{ ${addresses.join(", ")} }`;
  const neighbours =
    family === 6
      ? [`icmpv6 type { 133, 135, 136 } ip6 hoplimit 255 ether saddr ${eni.mac} notrack accept`]
      : [];
  // A middlebox may send from any address, but not to the services, which know their caller by its address.
  const forwarded = eni.sourceDestCheck
    ? []
    : [`meta nfproto ipv${family} fib daddr type local drop`, `${source} != ${own} ${note}`];
  return [...neighbours, `${source} ${own} ${note}`, ...forwarded];
}
