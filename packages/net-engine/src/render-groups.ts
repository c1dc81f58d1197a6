/**
 * Renders security group combinations: per combination and direction a constant number of rules, all content
 * in sets. Interfaces without source/dest check use strict copies of the chains over the same sets.
 */
import type { Family } from "./address.ts";
import type { Combination, GroupFilter } from "./compiled-network.ts";
import { memberElements, openElements, regionElements } from "./elements.ts";
import { familyWords } from "./family-words.ts";
import { strictIn, strictOut, strictReplyIn, strictReplyOut } from "./layout.ts";
import type { RulesetBuilder } from "./ruleset.ts";

/** The direction of a packet as the interface sees it. */
export type Direction = "in" | "out";

/** What rendering groups needs to know. */
export interface GroupNumbers {
  readonly numbers: Readonly<Record<string, number>>;
  /** The keys of combinations that an interface without source/dest check has. */
  readonly strict: ReadonlySet<string>;
  /** Whether interfaces have delegated prefixes, by which members are then known as well. */
  readonly delegated: Readonly<Record<Family, boolean>>;
}

/** The name of a combination's chain. */
export function combinationChain(number: number, direction: Direction, strict: boolean): string {
  return `c${number}_${direction}${strict ? "s" : ""}`;
}

/** Renders one combination. */
export function renderCombination(
  builder: RulesetBuilder,
  combination: Combination,
  context: GroupNumbers,
): void {
  const number = context.numbers[combination.key] ?? 0;
  for (const direction of ["in", "out"] as const) {
    const sides = direction === "in" ? combination.ingress : combination.egress;
    const all = {
      4: addSets(builder, `c${number}${direction}4`, listSets(sides[4], 4, context)),
      6: addSets(builder, `c${number}${direction}6`, listSets(sides[6], 6, context)),
    };
    const { delegated } = context;
    renderChains(builder, { number, direction, strict: false, delegated }, all);
    if (context.strict.has(combination.key)) {
      renderChains(builder, { number, direction, strict: true, delegated }, all);
    }
  }
}

type SetKind = "u" | "w" | "p" | "c" | "o" | "rp" | "rc" | "ro";

/** Names of the sets that exist, by kind: those without elements are not made. */
type SetNames = Partial<Record<SetKind, string>>;

/** A set to be: its kind, the type of its key, its elements. */
type SetList = readonly (readonly [SetKind, string, readonly string[]])[];

function addSets(builder: RulesetBuilder, prefix: string, list: SetList): SetNames {
  const names: SetNames = {};
  for (const [kind, type, elements] of list) {
    if (elements.length === 0) continue;
    const name = `${prefix}_${kind}`;
    builder.sets[name] = { kind: "set", declaration: `type ${type}; flags interval;`, elements };
    names[kind] = name;
  }
  return names;
}

function listSets(filter: GroupFilter, family: Family, { numbers }: GroupNumbers): SetList {
  const { open, untracked } = filter;
  const pick = (wanted: boolean): string[] =>
    openElements(untracked.tcp === wanted ? open.tcp : [], untracked.udp === wanted ? open.udp : []);
  const region = regionElements(filter.region);
  const members = filter.members.map(({ combination, spans }) =>
    memberElements(numbers[combination] ?? 0, spans),
  );
  const { address } = familyWords[family];
  return [
    ["u", "inet_service . inet_proto", pick(true)],
    ["w", "inet_service . inet_proto", pick(false)],
    ["p", `${address} . inet_service . inet_proto`, region.ports],
    ["c", `${address} . inet_service`, region.icmp],
    ["o", `${address} . inet_proto`, region.other],
    ["rp", "classid . inet_proto . inet_service", members.flatMap(({ ports }) => ports)],
    ["rc", "classid . inet_service", members.flatMap(({ icmp }) => icmp)],
    ["ro", "classid . inet_proto", members.flatMap(({ other }) => other)],
  ];
}

interface ChainEnds {
  readonly direction: Direction;
  readonly accept: string;
}

interface ChainOf {
  readonly number: number;
  readonly direction: Direction;
  readonly strict: boolean;
  readonly delegated: GroupNumbers["delegated"];
}

function renderChains(builder: RulesetBuilder, of: ChainOf, names: Record<Family, SetNames>): void {
  const suffix = of.strict ? "s" : "";
  const ends = { direction: of.direction, accept: `acc_${of.direction}${suffix}` };
  const rules = of.strict ? strictRules(of.direction) : [];
  for (const family of [4, 6] as const) {
    const sets = names[family];
    rules.push(...addressRules(sets, family, ends));
    if (sets.rp === undefined && sets.rc === undefined && sets.ro === undefined) continue;
    const chain = `c${of.number}${of.direction}${family}_r${suffix}`;
    builder.chains[chain] = { rules: [...referenceRules(sets, family, ends), `goto rej_${of.direction}`] };
    rules.push(`${memberLookup(of.direction, family, "combo")} goto ${chain}`);
    if (of.delegated[family]) rules.push(`${memberLookup(of.direction, family, "block")} goto ${chain}`);
  }
  builder.chains[combinationChain(of.number, of.direction, of.strict)] = {
    rules: [...rules, `goto rej_${of.direction}`],
  };
}

/**
 * A flow is known in one direction if accepted so before, or if it answers what was accepted the other way.
 */
function strictRules(direction: Direction): string[] {
  const [own, answer] =
    direction === "in"
      ? [strictIn | strictReplyOut, strictReplyIn | strictOut]
      : [strictOut | strictReplyIn, strictReplyOut | strictIn];
  return [
    `ct direction original ct mark & ${own} != 0 accept`,
    `ct direction reply ct mark & ${answer} != 0 accept`,
  ];
}

// The set of untracked ports accepts without a mark, so that a revoke cuts its flows at once.
function addressRules(sets: SetNames, family: Family, { direction, accept }: ChainEnds): string[] {
  const { ip, icmp, version } = familyWords[family];
  const address = `${ip} ${direction === "in" ? "saddr" : "daddr"}`;
  const rules: string[] = [];
  if (sets.u !== undefined) rules.push(`${version} th dport . meta l4proto @${sets.u} accept`);
  if (sets.w !== undefined) rules.push(`${version} th dport . meta l4proto @${sets.w} goto ${accept}`);
  if (sets.p !== undefined) rules.push(`${address} . th dport . meta l4proto @${sets.p} goto ${accept}`);
  if (sets.c !== undefined)
    rules.push(`meta l4proto ${icmp} ${address} . th sport @${sets.c} goto ${accept}`);
  if (sets.o !== undefined) rules.push(`${address} . meta l4proto @${sets.o} goto ${accept}`);
  return rules;
}

function referenceRules(sets: SetNames, family: Family, { accept }: ChainEnds): string[] {
  const { icmp } = familyWords[family];
  const rules: string[] = [];
  if (sets.rp !== undefined) rules.push(`meta priority . meta l4proto . th dport @${sets.rp} goto ${accept}`);
  if (sets.rc !== undefined) {
    rules.push(`meta l4proto ${icmp} meta priority . th sport @${sets.rc} goto ${accept}`);
  }
  if (sets.ro !== undefined) rules.push(`meta priority . meta l4proto @${sets.ro} goto ${accept}`);
  return rules;
}

// Inbound the key holds the interface that the packet entered by: behind a middlebox the reference does not
// hold.
function memberLookup(direction: Direction, family: Family, by: "combo" | "block"): string {
  const { ip } = familyWords[family];
  return direction === "in"
    ? `meta priority set meta mark . ${ip} saddr map @src_${by}${family}`
    : `meta priority set ${ip} daddr map @dst_${by}${family}`;
}
