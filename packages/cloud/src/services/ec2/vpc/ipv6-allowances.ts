/**
 * What the first IPv6 block of a VPC adds to rules that nobody has changed: its default network ACL lets IPv6
 * pass as it does IPv4, and its groups let it out.
 */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { networkAcls, type NetworkAclEntryRow } from "../network-acl/network-acl.ts";
import { securityGroupRules, securityGroups } from "../security-group/security-group.ts";

/** The entry of a default ACL that lets everything of a family pass. */
export function allowAllEntry(family: "ipv4" | "ipv6", egress: boolean): NetworkAclEntryRow {
  const everything = { egress, protocol: -1, action: "allow" } as const;
  return family === "ipv4"
    ? { ...everything, ruleNumber: 100, cidr: "0.0.0.0/0" }
    : { ...everything, ruleNumber: 101, cidr: "::/0" };
}

/** Adds them. */
export function allowIpv6(tx: Tx, call: Call, vpcId: string): void {
  for (const acl of tx.by(networkAcls.collection, "vpc", vpcId)) {
    if (!acl.isDefault) continue;
    const added = [false, true]
      .filter((egress) => isUnchanged(acl.entries, egress))
      .map((egress) => allowAllEntry("ipv6", egress));
    if (added.length > 0) networkAcls.change(tx, acl, { entries: [...acl.entries, ...added] });
  }
  for (const group of tx.by(securityGroups.collection, "vpc", vpcId)) {
    const egress = tx.by(securityGroupRules.collection, "group", group.id).filter((rule) => rule.egress);
    const [rule] = egress;
    const unchanged = rule?.protocol === -1 && rule.peer.kind === "ipv4" && rule.peer.cidr === "0.0.0.0/0";
    if (egress.length !== 1 || !unchanged) continue;
    securityGroupRules.put(tx, {
      id: call.newId("sgr"),
      accountId: group.accountId,
      region: group.region,
      tags: {},
      groupId: group.id,
      egress: true,
      protocol: -1,
      peer: { kind: "ipv6", cidr: "::/0" },
    });
  }
}

function isUnchanged(entries: readonly NetworkAclEntryRow[], egress: boolean): boolean {
  const own = entries.filter((entry) => entry.egress === egress);
  return JSON.stringify(own.map(sorted)) === JSON.stringify([sorted(allowAllEntry("ipv4", egress))]);
}

/** An entry with its members in one order. */
function sorted(entry: NetworkAclEntryRow): readonly (readonly [string, unknown])[] {
  return Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
