/** Network ACLs: the row, its entries and its faults. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

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
