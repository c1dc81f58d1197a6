/** Compiles security groups: the union of the groups of each combination, as boxes and references. */
import { covers, everywhere, type Cidr, type Family } from "./address.ts";
import type { Combination, GroupFilter, MemberSpans, PerFamily, Region, Spans } from "./compiled-network.ts";
import type { SecurityGroupModel, SecurityRule } from "./model.ts";
import { parseModelCidr } from "./model-checks.ts";
import { mergeSpans, paint, type Brush, type Span } from "./plane.ts";
import { groupRuleMatch, protocolKinds, spansOf, type ProtocolKind, type TrafficMatch } from "./protocol.ts";

/** What compiling groups needs to know besides the rules. */
interface GroupContext {
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
  /** The combinations in use, by the ids of the groups that they hold. */
  readonly combinationsOfGroup: ReadonlyMap<string, readonly string[]>;
}

/** A rule with its CIDRs read and its references resolved; made once per group, used in every combination. */
interface PreparedRule {
  readonly match: TrafficMatch;
  readonly ranges: readonly Cidr[];
  readonly combinations: readonly string[];
}

interface Rules {
  readonly ingress: readonly PreparedRule[];
  readonly egress: readonly PreparedRule[];
}

/** The key of the combination that everything may pass: interfaces that no security group is for. */
export const openKey = "*";

const openGroup: SecurityGroupModel = {
  id: openKey,
  ingress: [
    { id: openKey, protocol: -1, source: { cidr: "0.0.0.0/0" } },
    { id: openKey, protocol: -1, source: { cidr: "::/0" } },
  ],
  egress: [
    { id: openKey, protocol: -1, source: { cidr: "0.0.0.0/0" } },
    { id: openKey, protocol: -1, source: { cidr: "::/0" } },
  ],
};

/** The key of the combination of groups that an interface has. */
export function combinationKey(securityGroupIds: readonly string[]): string {
  return [...new Set(securityGroupIds)].toSorted().join(",");
}

/** What combinations are compiled from. */
export interface CombinationSources {
  /** The combinations of interfaces of this VPC. */
  readonly keys: readonly string[];
  /** The combinations of interfaces of its peers, which rules may name. */
  readonly peerKeys: readonly string[];
  readonly groups: readonly SecurityGroupModel[];
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
}

/** Compiles every combination in use. A reference to an unknown group or prefix list matches nothing. */
export function compileCombinations(sources: CombinationSources): Combination[] {
  const keys = [...new Set(sources.keys)].toSorted();
  const groups = [...sources.groups, openGroup];
  const { prefixLists } = sources;
  const combinationsOfGroup = new Map<string, string[]>();
  for (const key of new Set([...keys, ...sources.peerKeys.toSorted()])) {
    for (const groupId of key.split(",")) {
      const keysOfGroup = combinationsOfGroup.get(groupId);
      if (keysOfGroup === undefined) combinationsOfGroup.set(groupId, [key]);
      else keysOfGroup.push(key);
    }
  }
  const context = { prefixLists, combinationsOfGroup };
  const prepared = new Map(
    groups
      .filter(({ id }) => combinationsOfGroup.has(id))
      .map((group): [string, Rules] => [
        group.id,
        {
          ingress: group.ingress.map((rule) => prepareRule(rule, context)),
          egress: group.egress.map((rule) => prepareRule(rule, context)),
        },
      ]),
  );
  return keys.map((key) => {
    const groupIds = key === "" ? [] : key.split(",");
    const members = groupIds.flatMap((groupId) => prepared.get(groupId) ?? []);
    const rules: Rules = {
      ingress: members.flatMap((group) => group.ingress),
      egress: members.flatMap((group) => group.egress),
    };
    return { key, groupIds, ...compileSides(rules) };
  });
}

function compileSides(rules: Rules): Pick<Combination, "ingress" | "egress"> {
  const of = (family: Family): { ingress: GroupFilter; egress: GroupFilter } => {
    const ingress = compileFilter(rules.ingress, family);
    const egress = compileFilter(rules.egress, family);
    return {
      ingress: { ...ingress, untracked: allPorts(egress.open) },
      egress: { ...egress, untracked: allPorts(ingress.open) },
    };
  };
  const [ipv4, ipv6] = [of(4), of(6)];
  const ingress: PerFamily<GroupFilter> = { 4: ipv4.ingress, 6: ipv6.ingress };
  const egress: PerFamily<GroupFilter> = { 4: ipv4.egress, 6: ipv6.egress };
  return { ingress, egress };
}

function allPorts(open: GroupFilter["open"]): GroupFilter["untracked"] {
  const every = (spans: readonly Span[]): boolean => spans[0]?.low === 0 && spans[0].high === 65_535;
  return { tcp: every(open.tcp), udp: every(open.udp) };
}

function prepareRule(rule: SecurityRule, context: GroupContext): PreparedRule {
  return {
    match: groupRuleMatch(rule),
    ranges: peerRanges(rule, context),
    combinations: peerCombinations(rule, context),
  };
}

function compileFilter(rules: readonly PreparedRule[], family: Family): Omit<GroupFilter, "untracked"> {
  const open: Record<"tcp" | "udp", Span[]> = { tcp: [], udp: [] };
  const brushes: Record<ProtocolKind, Brush[]> = { tcp: [], udp: [], icmp: [], other: [] };
  const members = new Map<string, Record<ProtocolKind, Span[]>>();
  for (const { match, ranges, combinations } of rules) {
    const own = ranges.filter((range) => range.family === family);
    if (own.length === 0 && combinations.length === 0) continue;
    for (const { kind, span } of spansOf(family, match)) {
      for (const range of own) {
        const all = covers(range, everywhere[family]);
        if (all && (kind === "tcp" || kind === "udp")) open[kind].push(span);
        else brushes[kind].push({ span, range, allow: true });
      }
      for (const combination of combinations) {
        const spansOfMember = members.get(combination) ?? { tcp: [], udp: [], icmp: [], other: [] };
        spansOfMember[kind].push(span);
        members.set(combination, spansOfMember);
      }
    }
  }
  return {
    open: { tcp: mergeSpans(open.tcp), udp: mergeSpans(open.udp) },
    region: paintRegion(brushes),
    members: [...members]
      .map(([combination, spans]): MemberSpans => ({ combination, spans: mergeKinds(spans) }))
      .toSorted((a, b) => (a.combination < b.combination ? -1 : 1)),
  };
}

function peerRanges(rule: SecurityRule, context: GroupContext): readonly Cidr[] {
  if ("cidr" in rule.source) return [parseModelCidr(rule.source.cidr, rule.id)];
  if ("prefixListId" in rule.source) return context.prefixLists.get(rule.source.prefixListId) ?? [];
  return [];
}

function peerCombinations(rule: SecurityRule, context: GroupContext): readonly string[] {
  return "groupId" in rule.source ? (context.combinationsOfGroup.get(rule.source.groupId) ?? []) : [];
}

/** Paints every kind of protocol. */
export function paintRegion(brushes: Readonly<Record<ProtocolKind, readonly Brush[]>>): Region {
  return {
    tcp: paint(brushes.tcp),
    udp: paint(brushes.udp),
    icmp: paint(brushes.icmp),
    other: paint(brushes.other),
  };
}

function mergeKinds(spans: Readonly<Record<ProtocolKind, readonly Span[]>>): Spans {
  const merged: Record<ProtocolKind, Span[]> = { tcp: [], udp: [], icmp: [], other: [] };
  for (const kind of protocolKinds) merged[kind] = mergeSpans(spans[kind]);
  return merged;
}
