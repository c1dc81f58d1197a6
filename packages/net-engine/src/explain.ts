/**
 * Puts the steps of a walk into words and names the rule that decided each: the same rules that the boxes
 * came from.
 */
import { contains, formatAddress, parseCidr, type Address } from "./address.ts";
import type { CompiledEni, CompiledNetwork, CompiledRoute, CompiledSubnet } from "./compiled-network.ts";
import type { SecurityRule } from "./model.ts";
import type { Datagram } from "./packet.ts";
import { groupRuleMatch, matchHolds, type TrafficMatch } from "./protocol.ts";
import type { Stage, Step } from "./steps.ts";

/** The rule that decided a hop. */
export type DecidingRule =
  | { readonly kind: "route"; readonly routeTableId: string; readonly destination: string }
  | { readonly kind: "network-acl"; readonly networkAclId: string; readonly ruleNumber: number | "*" }
  | { readonly kind: "security-group"; readonly groupId: string; readonly ruleId: string };

/** One hop of an explanation. */
export interface Hop {
  /** The stage; the answer's way back has `reply-` in front. */
  readonly stage: Stage | `reply-${Stage}`;
  readonly passed: boolean;
  /** The interface, subnet or service that the hop is about. */
  readonly at: string;
  /** The rule that decided; absent where no rule did (nothing admits it, or none is needed). */
  readonly rule?: DecidingRule | undefined;
  /** The hop in one line. */
  readonly text: string;
}

interface Words {
  readonly at: string;
  readonly rule?: DecidingRule | undefined;
  readonly text: string;
}

/** Explains steps. */
export function explainSteps(
  compiled: CompiledNetwork,
  steps: readonly Step[],
  prefix: "" | "reply-",
): Hop[] {
  return steps.map((step): Hop => {
    const words = explainStep(compiled, step);
    const stage: Hop["stage"] = `${prefix}${step.stage}`;
    return {
      stage,
      passed: step.passed,
      at: words.at,
      ...(words.rule === undefined ? {} : { rule: words.rule }),
      text: `${stage} ${words.text}`,
    };
  });
}

function explainStep(compiled: CompiledNetwork, step: Step): Words {
  switch (step.stage) {
    case "source-check": {
      const source = formatAddress(step.datagram.source);
      return { at: step.eni.id, text: `${step.eni.id} may not send from ${source}` };
    }
    case "service":
      return {
        at: step.service ?? "router",
        text: step.service ?? `nothing answers ${describeTo(step.datagram)}`,
      };
    case "route":
      return explainRoute(step);
    case "internet-gateway":
      return explainGateway(compiled, step);
    case "sg-out":
    case "sg-in":
      return explainGroups(compiled, step);
    case "nacl-out":
    case "nacl-in":
      return explainAcl(compiled, step);
    case "middlebox":
      return { at: step.eni.id, text: `${step.eni.id} forwards` };
  }
}

function explainRoute({ subnet, found, datagram, passed }: Step & { readonly stage: "route" }): Words {
  const to = formatAddress(datagram.destination);
  const table = subnet.routeTableId;
  switch (found.kind) {
    case "unroutable":
      return { at: subnet.id, text: `${to} is never routed` };
    case "none":
      return { at: subnet.id, text: `${table} has no route to ${to}` };
    case "same-subnet":
      return {
        at: subnet.id,
        text: passed ? `within ${subnet.id}` : `no interface of ${subnet.id} has ${to}`,
      };
    case "route": {
      const { route } = found;
      const rule: DecidingRule = { kind: "route", routeTableId: table, destination: route.written };
      const text = `${table} ${route.written} ${describeTarget(route)}`;
      const lost = route.target.kind === "local" && !passed ? `, where no interface has ${to}` : "";
      return { at: subnet.id, rule, text: `${text}${lost}` };
    }
  }
}

function describeTarget({ target }: CompiledRoute): string {
  switch (target.kind) {
    case "local":
      return "local";
    case "internet-gateway":
      return target.id;
    case "eni":
      return target.eniId;
    case "blackhole":
      switch (target.reason) {
        case "source-dest-check":
          return `${target.eniId ?? ""} drops what is not addressed to it (source/dest check)`;
        case "missing-target":
          return "blackhole (its target does not exist)";
        case "unsupported":
          return "blackhole (not carried for this address family)";
        case "blackhole":
          return "blackhole";
      }
  }
}

function explainGateway(
  compiled: CompiledNetwork,
  { direction, translated, datagram, passed }: Step & { readonly stage: "internet-gateway" },
): Words {
  const at = compiled.internetGatewayId ?? "no internet gateway";
  const inner = direction === "in" ? datagram.destination : datagram.source;
  if (passed) return { at, text: `${at} ${formatAddress(inner)} becomes ${translated}` };
  const spoofed = direction === "in" && compiled.cidrs.some((cidr) => contains(cidr, datagram.source));
  if (translated !== "" && !spoofed) {
    return { at, text: `${at} does not translate ${describeValue(datagram)}, which begins no exchange` };
  }
  if (direction === "out") return { at, text: `${at} ${formatAddress(inner)} has no public address` };
  return spoofed
    ? { at, text: `${at} ${formatAddress(datagram.source)} is an address of the VPC itself` }
    : { at, text: `${at} ${formatAddress(inner)} is no public address of this VPC` };
}

function explainGroups(
  compiled: CompiledNetwork,
  { stage, eni, known, peer, passed, datagram }: Step & { readonly stage: "sg-in" | "sg-out" },
): Words {
  const groups = eni.combination.groupIds.join(",");
  if (known) return { at: eni.id, text: `${groups} flow already accepted` };
  const inbound = stage === "sg-in";
  const found = findGroupRule(compiled, eni, { datagram, inbound, peer });
  if ((found !== undefined) !== passed)
    throw new Error("the boxes and the rules of a security group disagree");
  if (found === undefined) {
    const what = inbound ? `admits ${describeFrom(datagram)}` : `releases ${describeTo(datagram)}`;
    return { at: eni.id, text: `${groups} no rule ${what}` };
  }
  const { groupId, rule } = found;
  return {
    at: eni.id,
    rule: { kind: "security-group", groupId, ruleId: rule.id },
    text: [
      groupId,
      rule.id,
      describeMatch(groupRuleMatch(rule)),
      inbound ? "from" : "to",
      describePeer(rule),
    ].join(" "),
  };
}

interface GroupQuestion {
  readonly datagram: Datagram;
  readonly inbound: boolean;
  readonly peer: string | undefined;
}

function findGroupRule(
  compiled: CompiledNetwork,
  eni: CompiledEni,
  { datagram, inbound, peer }: GroupQuestion,
): { readonly groupId: string; readonly rule: SecurityRule } | undefined {
  const address = inbound ? datagram.source : datagram.destination;
  for (const groupId of eni.combination.groupIds) {
    const group = compiled.model.securityGroups.find(({ id }) => id === groupId);
    const rule = (inbound ? group?.ingress : group?.egress)?.find(
      (each) => groupRuleHolds(each, datagram) && peerHolds(compiled, each, { address, peer }),
    );
    if (rule !== undefined) return { groupId, rule };
  }
  return undefined;
}

function groupRuleHolds(rule: SecurityRule, datagram: Datagram): boolean {
  const mayHold = rule.protocol === -1 || rule.protocol === datagram.protocol;
  return mayHold && matchHolds(groupRuleMatch(rule), datagram);
}

function peerHolds(
  compiled: CompiledNetwork,
  { source }: SecurityRule,
  { address, peer }: { readonly address: Address; readonly peer: string | undefined },
): boolean {
  if ("cidr" in source) return cidrHolds(source.cidr, address);
  if ("groupId" in source) return peer?.split(",").includes(source.groupId) ?? false;
  return compiled.prefixLists.get(source.prefixListId)?.some((cidr) => contains(cidr, address)) ?? false;
}

function cidrHolds(text: string, address: Address): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && contains(cidr, address);
}

function explainAcl(
  compiled: CompiledNetwork,
  { stage, subnet, passed, datagram }: Step & { readonly stage: "nacl-in" | "nacl-out" },
): Words {
  const egress = stage === "nacl-out";
  const entry = findAclEntry(compiled, subnet, { datagram, egress });
  if ((entry?.action === "allow") !== passed)
    throw new Error("the boxes and the entries of a network ACL disagree");
  const networkAclId = subnet.acl.id;
  const ruleNumber = entry?.ruleNumber ?? "*";
  const what =
    entry === undefined
      ? `deny ${egress ? describeTo(datagram) : describeFrom(datagram)}`
      : `${entry.action} ${describeMatch(entry)} ${egress ? "to" : "from"} ${entry.cidr}`;
  return {
    at: subnet.id,
    rule: { kind: "network-acl", networkAclId, ruleNumber },
    text: `${networkAclId} rule ${ruleNumber} ${what}`,
  };
}

function findAclEntry(
  compiled: CompiledNetwork,
  subnet: CompiledSubnet,
  { datagram, egress }: { readonly datagram: Datagram; readonly egress: boolean },
): CompiledNetwork["model"]["networkAcls"][number]["entries"][number] | undefined {
  const address = egress ? datagram.destination : datagram.source;
  return compiled.model.networkAcls
    .find(({ id }) => id === subnet.acl.id)
    ?.entries.filter((entry) => entry.egress === egress)
    .toSorted((a, b) => a.ruleNumber - b.ruleNumber)
    .find((entry) => matchHolds(entry, datagram) && cidrHolds(entry.cidr, address));
}

const protocolNames: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

function protocolName(protocol: number): string {
  return protocol === -1 ? "all" : (protocolNames[protocol] ?? `protocol ${protocol}`);
}

function describeMatch(match: TrafficMatch): string {
  const { protocol, fromPort = -1, toPort = fromPort, icmpType = -1, icmpCode = -1 } = match;
  const name = protocolName(protocol);
  if (protocol === 6 || protocol === 17) {
    if (fromPort === -1) return `${name} all`;
    return toPort === -1 || toPort === fromPort ? `${name} ${fromPort}` : `${name} ${fromPort}-${toPort}`;
  }
  if (protocol !== 1 && protocol !== 58) return name;
  if (icmpType === -1) return `${name} all`;
  return icmpCode === -1 ? `${name} type ${icmpType}` : `${name} type ${icmpType} code ${icmpCode}`;
}

function describePeer({ source }: SecurityRule): string {
  if ("cidr" in source) return source.cidr;
  return "groupId" in source ? source.groupId : source.prefixListId;
}

function describeFrom(datagram: Datagram): string {
  return `${describeValue(datagram)} from ${formatAddress(datagram.source)}`;
}

function describeTo(datagram: Datagram): string {
  return `${describeValue(datagram)} to ${formatAddress(datagram.destination)}`;
}

function describeValue({ kind, protocol, value }: Datagram): string {
  const name = protocolName(protocol);
  if (kind === "other") return name;
  return kind === "icmp" ? `${name} type ${value >> 8} code ${value & 255}` : `${name} ${value}`;
}
