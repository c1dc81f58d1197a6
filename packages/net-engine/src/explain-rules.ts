/** Names the rule of a security group or the entry of a network ACL that decided a step. */
import { contains, parseCidr, type Address } from "./address.ts";
import { openKey } from "./compile-groups.ts";
import type { CompiledEni, CompiledNetwork, CompiledSubnet } from "./compiled-network.ts";
import { describeFrom, describeMatch, describePeer, describeTo } from "./describe-traffic.ts";
import type { Words } from "./explain.ts";
import type { SecurityRule } from "./model.ts";
import type { Datagram } from "./packet.ts";
import { groupRuleMatch, matchHolds } from "./protocol.ts";
import type { Step } from "./steps.ts";

/** Explains what the groups of an interface made of a packet. */
export function explainGroups(
  compiled: CompiledNetwork,
  { stage, eni, known, peer, passed, datagram }: Step & { readonly stage: "sg-in" | "sg-out" },
): Words {
  if (eni.combination.key === openKey) return { at: eni.id, text: `${eni.id} has no security group` };
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

/** Explains what the network ACL of a subnet made of a packet. */
export function explainAcl(
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
