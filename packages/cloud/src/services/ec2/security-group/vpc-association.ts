/** Associations of security groups with further VPCs, in which interfaces may have them then. */
import { collection, type ReadTx } from "@casemate/store";
import type { SecurityGroupVpcAssociation } from "@casemate/wire/ec2";
import type { FilterTable } from "../../../kit/index.ts";
import { securityGroups, type SecurityGroupRow } from "./security-group.ts";

/** A group and a VPC beside its own. */
export interface GroupVpcRow {
  readonly groupId: string;
  readonly vpcId: string;
  /** Whose both are. */
  readonly accountId: string;
  readonly region: string;
  readonly at: number;
}

/** VPCs that a group may be associated with, beside its own. */
export const vpcsPerGroupMax = 5;

export const groupVpcAssociations = collection<GroupVpcRow, "group" | "vpc" | "owner">({
  kind: "ec2/security-group-vpc-association",
  key: (row) => groupVpcKey(row.groupId, row.vpcId),
  indexes: {
    group: (row) => row.groupId,
    vpc: (row) => row.vpcId,
    owner: (row) => `${row.accountId}/${row.region}`,
  },
});

/** The key of an association. */
export function groupVpcKey(groupId: string, vpcId: string): string {
  return `${groupId}/${vpcId}`;
}

/** Whether interfaces in a VPC may have a group. */
export function isUsableIn(tx: ReadTx, group: SecurityGroupRow, vpcId: string): boolean {
  return group.vpcId === vpcId || tx.get(groupVpcAssociations, groupVpcKey(group.id, vpcId)) !== undefined;
}

/** The groups that interfaces in a VPC may have: its own, then those associated with it. */
export function groupsUsableIn(tx: ReadTx, vpcId: string): readonly SecurityGroupRow[] {
  const associated = tx
    .by(groupVpcAssociations, "vpc", vpcId)
    .map(({ groupId }) => tx.get(securityGroups.collection, groupId))
    .filter((group) => group !== undefined);
  return [...tx.by(securityGroups.collection, "vpc", vpcId), ...associated];
}

/** The filters of DescribeSecurityGroupVpcAssociations. */
export const groupVpcFilters: FilterTable<GroupVpcRow & { readonly tags?: undefined }> = {
  "group-id": (row) => row.groupId,
  "group-owner-id": (row) => row.accountId,
  state: () => "associated",
  "vpc-id": (row) => row.vpcId,
  "vpc-owner-id": (row) => row.accountId,
};

/** The association as the API shows it. */
export function groupVpcView(row: GroupVpcRow): SecurityGroupVpcAssociation {
  return {
    GroupId: row.groupId,
    GroupOwnerId: row.accountId,
    VpcId: row.vpcId,
    VpcOwnerId: row.accountId,
    State: "associated",
  };
}
