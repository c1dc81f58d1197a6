/**
 * Renders a compiled VPC as the nftables table of its router: two passes, one conntrack zone per interface.
 */
import { covers, formatAddress, formatCidr, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { formatClass, formatRange } from "./elements.ts";
import {
  acceptedIn,
  acceptedOut,
  eniIndex,
  eniMark,
  formatMark,
  ifIndex,
  stageBit,
  subnetMark,
  subnetMask,
} from "./layout.ts";
import { renderAcls, subnetChain } from "./render-acls.ts";
import { renderFixed, ttlRuleset } from "./render-fixed.ts";
import { gatewayDispatch, renderGateways } from "./render-gateways.ts";
import { combinationChain, renderCombination } from "./render-groups.ts";
import { leaseRule, renderServices } from "./render-services.ts";
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
  renderMembers(builder, compiled, numbers);
  renderGateways(builder, compiled);
  renderServices(builder, compiled);
  renderAcls(builder, compiled.subnets, numbers.acls);
  const strict = new Set(
    compiled.enis.filter((eni) => !eni.sourceDestCheck).map(({ combination }) => combination.key),
  );
  const delegated = {
    4: compiled.enis.some(({ prefixes }) => prefixes[4].length > 0),
    6: compiled.enis.some(({ prefixes }) => prefixes[6].length > 0),
  };
  for (const combination of compiled.combinations) {
    renderCombination(builder, combination, { numbers: numbers.combinations, strict, delegated });
  }
  for (const eni of compiled.enis) renderEni(builder, eni, numbers);
  return builder;
}

/**
 * The second pass takes the zone of the interface that the packet will leave by. Where no route leads an
 * address of the VPC elsewhere, the address alone tells; else, and for all else, the sender's route table is
 * asked.
 */
function renderSecondPass(
  builder: RulesetBuilder,
  { cidrs, subnets, enis, gatewayRoutes }: CompiledNetwork,
): void {
  const tables = gatewayRoutes === undefined ? subnets : [...subnets, gatewayRoutes];
  const detours = tables.some(({ routes }) =>
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
  compiled: CompiledNetwork,
  { combinations }: RulesetNumbers,
): void {
  const map = (name: string, elements: readonly string[]): void => {
    builder.sets[name] = { kind: "map", declaration: "type iface_index : verdict;", elements };
  };
  const perEni = (verdict: (eni: CompiledEni) => string): string[] =>
    compiled.enis.map((eni) => `${eniIndex(eni.number)} : goto ${verdict(eni)}`);
  const gateways = gatewayDispatch(compiled);
  map("in_if", [
    `${ifIndex.lo} : accept`,
    `${ifIndex.lx1} : goto st2`,
    ...gateways.in,
    ...perEni(({ number }) => `p${number}`),
  ]);
  map("out_if", [`${ifIndex.lx0} : goto st1`, ...gateways.out, ...perEni(({ number }) => `f${number}`)]);
  map("zone_in", [...gateways.zone, ...perEni(({ number }) => `z${number}`)]);
  map("sg_out", [
    ...gateways.sg,
    ...perEni((eni) => combinationChain(combinations[eni.combination.key] ?? 0, "out", !eni.sourceDestCheck)),
  ]);
}

/**
 * The maps by which a rule that names a group knows who is in it: outbound by the destination, inbound by the
 * interface that the packet entered by and its source. Peers' interfaces are in them where a rule names them.
 */
function renderMembers(
  { sets }: RulesetBuilder,
  { enis, peerings, peerByAddress, peerCombinations }: CompiledNetwork,
  { combinations }: RulesetNumbers,
): void {
  const named = new Set(peerCombinations);
  const classOf = (key: string): string => formatClass(combinations[key] ?? 0);
  const members = peerings.flatMap((peering) =>
    peering.members.filter(({ combination }) => named.has(combination)),
  );
  const outside = [...peerByAddress].filter(([, { combination }]) => named.has(combination));
  for (const family of [4, 6] as const) {
    const type = `ipv${family}_addr`;
    const map = (name: string, declaration: string, elements: readonly string[]): void => {
      sets[`${name}${family}`] = { kind: "map", declaration, elements };
    };
    map("dst_combo", `type ${type} : classid;`, [
      ...enis.flatMap((eni) =>
        eni.addresses[family].map((address) => `${formatAddress(address)} : ${classOf(eni.combination.key)}`),
      ),
      ...outside
        .filter(([address]) => (typeof address === "bigint") === (family === 6))
        .map(([address, { combination }]) => `${formatAddress(address)} : ${classOf(combination)}`),
    ]);
    map("src_combo", `type mark . ${type} : classid;`, [
      ...enis.flatMap((eni) =>
        eni.addresses[family].map(
          (address) =>
            `${formatMark(eniMark(eni))} . ${formatAddress(address)} : ${classOf(eni.combination.key)}`,
        ),
      ),
      ...members.flatMap(({ number, addresses, combination }) =>
        addresses[family].map(
          (address) => `${formatMark(number)} . ${formatAddress(address)} : ${classOf(combination)}`,
        ),
      ),
    ]);
    const delegations = enis.flatMap((eni) => eni.prefixes[family].map((prefix) => ({ eni, prefix })));
    if (delegations.length === 0) continue;
    map(
      "dst_block",
      `type ${type} : classid; flags interval;`,
      delegations.map(({ eni, prefix }) => `${formatCidr(prefix)} : ${classOf(eni.combination.key)}`),
    );
    map(
      "src_block",
      `type mark . ${type} : classid; flags interval;`,
      delegations.map(({ eni, prefix }) => {
        const mark = formatMark(eniMark(eni));
        return `${mark}-${mark} . ${formatRange(prefix)} : ${classOf(eni.combination.key)}`;
      }),
    );
  }
}

function renderEni(builder: RulesetBuilder, eni: CompiledEni, numbers: RulesetNumbers): void {
  const { number, subnet, combination, sourceDestCheck } = eni;
  const { chains } = builder;
  chains[`p${number}`] = {
    rules: [...passOne(eni, 4), ...leaseRule(eni), ...passOne(eni, 6), "goto pre_odd"],
  };
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
  const addresses = [...eni.addresses[family].map(formatAddress), ...eni.prefixes[family].map(formatCidr)];
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
  // A middlebox may send from any address, but not to the services, which know their caller by its address,
  // nor as one of them.
  const forwarded = eni.sourceDestCheck
    ? []
    : [
        `meta nfproto ipv${family} fib daddr type local drop`,
        ...(family === 4 ? ["meta nfproto ipv4 fib saddr type local drop"] : []),
        `${source} != ${own} ${note}`,
      ];
  return [...neighbours, `${source} ${own} ${note}`, ...forwarded];
}
