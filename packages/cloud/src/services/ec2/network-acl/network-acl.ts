/** Network ACLs: the row, its entries and its faults. */
import type { ReadTx } from "@casemate/store";
import type { NetworkAcl, NetworkAclEntry } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";

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

export const networkAclNotFound = fault({
  code: "InvalidNetworkAclID.NotFound",
  message: (id: string) => `The networkAcl ID '${id}' does not exist`,
});
export const networkAclMalformed = malformedId("InvalidNetworkAclId.Malformed", "acl");

export const networkAclFaults = [networkAclNotFound, networkAclMalformed];

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

/** The rule that every ACL ends with: what no other rule matched is denied. */
const lastRuleNumber = 32_767;

function subnetsOf(row: NetworkAclRow, tx: ReadTx): readonly SubnetRow[] {
  return tx.by(subnets.collection, "vpc", row.vpcId).filter(({ networkAclId }) => networkAclId === row.id);
}

/** The filters of DescribeNetworkAcls. */
export const networkAclFilters: FilterTable<NetworkAclRow> = {
  "association.association-id": (row, tx) =>
    subnetsOf(row, tx).map(({ networkAclAssociationId }) => networkAclAssociationId),
  "association.network-acl-id": (row) => row.id,
  "association.subnet-id": (row, tx) => subnetsOf(row, tx).map(({ id }) => id),
  default: (row) => row.isDefault,
  "entry.cidr": (row) => row.entries.map(({ cidr }) => cidr),
  "entry.egress": (row) => row.entries.map(({ egress }) => String(egress)),
  "entry.protocol": (row) => row.entries.map(({ protocol }) => String(protocol)),
  "entry.rule-action": (row) => row.entries.map(({ action }) => action),
  "entry.rule-number": (row) => row.entries.map(({ ruleNumber }) => String(ruleNumber)),
  "network-acl-id": (row) => row.id,
  "owner-id": (row) => row.accountId,
  "vpc-id": (row) => row.vpcId,
};

/** The ACL as the API shows it, its implicit last rules included. */
export function networkAclView(row: NetworkAclRow, tx: ReadTx): NetworkAcl {
  const last = (egress: boolean): NetworkAclEntryRow => ({
    ruleNumber: lastRuleNumber,
    egress,
    protocol: -1,
    action: "deny",
    cidr: "0.0.0.0/0",
  });
  const side = (egress: boolean): readonly NetworkAclEntryRow[] => [
    ...row.entries.filter((entry) => entry.egress === egress).toSorted((a, b) => a.ruleNumber - b.ruleNumber),
    last(egress),
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
    CidrBlock: entry.cidr,
    PortRange: fromPort === undefined ? undefined : { From: fromPort, To: toPort },
    IcmpTypeCode: icmpType === undefined ? undefined : { Type: icmpType, Code: icmpCode },
  };
}
