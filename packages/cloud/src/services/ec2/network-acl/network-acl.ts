/** Network ACLs: the row, its entries, filters and view. */
import type { ReadTx } from "@casemate/store";
import type { NetworkAcl, NetworkAclEntry } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import { networkAclMalformed, networkAclNotFound } from "./faults.ts";

/** A numbered rule. */
export interface NetworkAclEntryRow {
  /** 1 to 32766; the implicit last rule, 32767, is not stored. */
  readonly ruleNumber: number;
  readonly egress: boolean;
  /** IANA protocol number; -1 is all. */
  readonly protocol: number;
  readonly action: "allow" | "deny";
  readonly cidr: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

/** A network ACL. Which subnets it holds for stands on the subnets. */
export interface NetworkAclRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly entries: readonly NetworkAclEntryRow[];
}

export const networkAcls = resource<NetworkAclRow, "vpc">({
  service: "ec2",
  type: "network-acl",
  prefix: "acl",
  indexes: { vpc: (row) => row.vpcId },
  notFound: networkAclNotFound,
  malformed: networkAclMalformed,
  keys: (row) => ({
    "ec2:NetworkAclID": row.id,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

/** The entries that every ACL ends with: what no other one matched is denied. */
const lastEntries = {
  ipv4: { ruleNumber: 32_767, cidr: "0.0.0.0/0" },
  ipv6: { ruleNumber: 32_768, cidr: "::/0" },
} as const;

/** The subnets that an ACL holds for. */
export function subnetsOf(row: NetworkAclRow, tx: ReadTx): readonly SubnetRow[] {
  return tx.by(subnets.collection, "vpc", row.vpcId).filter(({ networkAclId }) => networkAclId === row.id);
}

/** Whether an entry speaks of IPv6. */
export function isIpv6({ cidr }: NetworkAclEntryRow): boolean {
  return cidr.includes(":");
}

/** The filters of DescribeNetworkAcls. */
export const networkAclFilters: FilterTable<NetworkAclRow> = {
  "association.association-id": (row, tx) =>
    subnetsOf(row, tx).map(({ networkAclAssociationId }) => networkAclAssociationId),
  "association.network-acl-id": (row) => row.id,
  "association.subnet-id": (row, tx) => subnetsOf(row, tx).map(({ id }) => id),
  default: (row) => row.isDefault,
  "entry.cidr": (row) => row.entries.filter((each) => !isIpv6(each)).map(({ cidr }) => cidr),
  "entry.egress": (row) => row.entries.map(({ egress }) => String(egress)),
  "entry.icmp.code": (row) => row.entries.map(({ icmpCode }) => String(icmpCode ?? "")),
  "entry.icmp.type": (row) => row.entries.map(({ icmpType }) => String(icmpType ?? "")),
  "entry.ipv6-cidr": (row) => row.entries.filter(isIpv6).map(({ cidr }) => cidr),
  "entry.port-range.from": (row) => row.entries.map(({ fromPort }) => String(fromPort ?? "")),
  "entry.port-range.to": (row) => row.entries.map(({ toPort }) => String(toPort ?? "")),
  "entry.protocol": (row) => row.entries.map(({ protocol }) => String(protocol)),
  "entry.rule-action": (row) => row.entries.map(({ action }) => action),
  "entry.rule-number": (row) => row.entries.map(({ ruleNumber }) => String(ruleNumber)),
  "network-acl-id": (row) => row.id,
  "owner-id": (row) => row.accountId,
  "vpc-id": (row) => row.vpcId,
};

/** The ACL as the API shows it, its implicit last rules included. */
export function networkAclView(row: NetworkAclRow, tx: ReadTx): NetworkAcl {
  const ipv6 = (tx.get(vpcs.collection, row.vpcId)?.ipv6Cidrs ?? []).length > 0;
  const endings = ipv6 ? [lastEntries.ipv4, lastEntries.ipv6] : [lastEntries.ipv4];
  const side = (egress: boolean): readonly NetworkAclEntryRow[] => [
    ...row.entries.filter((entry) => entry.egress === egress).toSorted((a, b) => a.ruleNumber - b.ruleNumber),
    ...endings.map((ending) => ({ ...ending, egress, protocol: -1, action: "deny" as const })),
  ];
  return {
    NetworkAclId: row.id,
    VpcId: row.vpcId,
    OwnerId: row.accountId,
    IsDefault: row.isDefault,
    Entries: [...side(true), ...side(false)].map(entryView),
    Associations: subnetsOf(row, tx).map((subnet) => ({
      NetworkAclAssociationId: subnet.networkAclAssociationId,
      NetworkAclId: row.id,
      SubnetId: subnet.id,
    })),
    Tags: tagsView(row.tags),
  };
}

function entryView(entry: NetworkAclEntryRow): NetworkAclEntry {
  const { fromPort, toPort, icmpType, icmpCode } = entry;
  return {
    RuleNumber: entry.ruleNumber,
    Egress: entry.egress,
    Protocol: String(entry.protocol),
    RuleAction: entry.action,
    ...(isIpv6(entry) ? { Ipv6CidrBlock: entry.cidr } : { CidrBlock: entry.cidr }),
    PortRange: fromPort === undefined ? undefined : { From: fromPort, To: toPort },
    IcmpTypeCode: icmpType === undefined ? undefined : { Type: icmpType, Code: icmpCode },
  };
}
