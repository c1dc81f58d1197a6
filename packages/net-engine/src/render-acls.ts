/**
 * Renders network ACLs: allowed boxes return, everything else is rejected. One that allows all renders to
 * nothing.
 */
import type { Family } from "./address.ts";
import type { AclFilter, CompiledAcl, CompiledSubnet } from "./compiled-network.ts";
import { regionElements } from "./elements.ts";
import { familyWords } from "./family-words.ts";
import { formatMark, subnetMark, subnetMask } from "./layout.ts";
import type { Direction } from "./render-groups.ts";
import type { RulesetBuilder } from "./ruleset.ts";

/** The name of the chain that judges a subnet's inbound traffic from elsewhere. */
export function subnetChain(subnetNumber: number): string {
  return `sub${subnetNumber}_in`;
}

function aclChain(number: number, direction: Direction): string {
  return `a${number}_${direction}`;
}

function isTrivial(acl: CompiledAcl, direction: Direction): boolean {
  const side = direction === "in" ? acl.ingress : acl.egress;
  return side[4].everything && side[6].everything;
}

/** Renders the ACLs in use and the dispatch from subnets to them. */
export function renderAcls(
  builder: RulesetBuilder,
  subnets: readonly CompiledSubnet[],
  numbers: Readonly<Record<string, number>>,
): void {
  for (const acl of new Set(subnets.map((subnet) => subnet.acl)))
    renderAcl(builder, acl, numbers[acl.id] ?? 0);
  const out = subnets.filter((subnet) => !isTrivial(subnet.acl, "out"));
  builder.sets["acl_out"] = {
    kind: "map",
    declaration: "type mark : verdict;",
    elements: out.map(
      ({ number, acl }) =>
        `${formatMark(subnetMark(number))} : jump ${aclChain(numbers[acl.id] ?? 0, "out")}`,
    ),
  };
  const dispatch = out.length === 0 ? [] : [`meta mark & ${formatMark(subnetMask)} vmap @acl_out`];
  builder.chains["acl_src"] = { rules: dispatch };
  for (const { number, acl } of subnets) {
    const own = isTrivial(acl, "in") ? [] : [`jump ${aclChain(numbers[acl.id] ?? 0, "in")}`];
    builder.chains[subnetChain(number)] = { rules: [...dispatch, ...own] };
  }
}

function renderAcl(builder: RulesetBuilder, acl: CompiledAcl, number: number): void {
  for (const direction of ["in", "out"] as const) {
    if (isTrivial(acl, direction)) continue;
    const side = direction === "in" ? acl.ingress : acl.egress;
    const prefix = `a${number}${direction}`;
    builder.chains[aclChain(number, direction)] = {
      rules: [
        ...renderFilter(builder, side[4], { prefix, family: 4, direction }),
        ...renderFilter(builder, side[6], { prefix, family: 6, direction }),
        `goto rej_a${direction}`,
      ],
    };
  }
}

interface FilterPlace {
  readonly prefix: string;
  readonly family: Family;
  readonly direction: Direction;
}

function renderFilter(builder: RulesetBuilder, filter: AclFilter, place: FilterPlace): string[] {
  const { ip, icmp, address: type, version } = familyWords[place.family];
  if (filter.everything) return [`${version} return`];
  const address = `${ip} ${place.direction === "in" ? "saddr" : "daddr"}`;
  const elements = regionElements(filter.region);
  const sets = [
    ["p", `${type} . inet_service . inet_proto`, `${address} . th dport . meta l4proto`, elements.ports],
    ["c", `${type} . inet_service`, `meta l4proto ${icmp} ${address} . th sport`, elements.icmp],
    ["o", `${type} . inet_proto`, `${address} . meta l4proto`, elements.other],
  ] as const;
  return sets.flatMap(([kind, keyType, match, list]) => {
    if (list.length === 0) return [];
    const name = `${place.prefix}${place.family}_${kind}`;
    builder.sets[name] = { kind: "set", declaration: `type ${keyType}; flags interval;`, elements: list };
    return [`${match} @${name} return`];
  });
}
