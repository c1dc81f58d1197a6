/**
 * Security groups beyond their own VPC: associations with other VPCs, and what a VPC's interfaces may have.
 */
import { applyFilters, page, tagsView, type FilterTable } from "../../../kit/index.ts";
import { describePageSize, invalidNextToken } from "../describe.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  associationDefaultGroup,
  associationExists,
  associationInUse,
  associationsExceeded,
  associationUnknown,
  associationWithOwnVpc,
} from "./faults.ts";
import { securityGroups, type SecurityGroupRow } from "./security-group.ts";
import {
  groupsUsableIn,
  groupVpcAssociations,
  groupVpcFilters,
  groupVpcKey,
  groupVpcView,
  vpcsPerGroupMax,
} from "./vpc-association.ts";

export const associateSecurityGroupVpc = operation("AssociateSecurityGroupVpc", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(securityGroups.target(call, input.GroupId)),
    call.need(vpcs.target(call, input.VpcId)),
  ],
  handle(tx, input, call) {
    const group = securityGroups.fetch(tx, call, input.GroupId);
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    if (group.name === "default") throw associationDefaultGroup(group.id);
    if (group.vpcId === vpc.id) throw associationWithOwnVpc(group.id, vpc.id);
    // Groups of a default VPC stay in it, and no other group comes into one.
    const own = tx.get(vpcs.collection, group.vpcId);
    if (own?.isDefault === true || vpc.isDefault) throw associationDefaultGroup(group.id);
    const standing = tx.by(groupVpcAssociations, "group", group.id);
    if (standing.some(({ vpcId }) => vpcId === vpc.id)) throw associationExists(group.id, vpc.id);
    if (standing.length >= vpcsPerGroupMax) throw associationsExceeded(group.id);
    tx.put(groupVpcAssociations, {
      groupId: group.id,
      vpcId: vpc.id,
      accountId: call.accountId,
      region: call.region,
      at: call.now,
    });
    tx.wish(networkTopic);
    return { State: "associated" as const };
  },
});

export const disassociateSecurityGroupVpc = operation("DisassociateSecurityGroupVpc", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(securityGroups.target(call, input.GroupId)),
    call.need(vpcs.target(call, input.VpcId)),
  ],
  handle(tx, input, call) {
    const group = securityGroups.fetch(tx, call, input.GroupId);
    const key = groupVpcKey(group.id, input.VpcId);
    const standing = tx.get(groupVpcAssociations, key);
    if (standing === undefined) throw associationUnknown(group.id, input.VpcId);
    const used = tx
      .by(networkInterfaces.collection, "group", group.id)
      .some(({ vpcId }) => vpcId === standing.vpcId);
    if (used) throw associationInUse(group.id, standing.vpcId);
    tx.delete(groupVpcAssociations, key);
    tx.wish(networkTopic);
    return { State: "disassociated" as const };
  },
});

export const describeSecurityGroupVpcAssociations = operation("DescribeSecurityGroupVpcAssociations", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const rows = tx.by(groupVpcAssociations, "owner", `${call.accountId}/${call.region}`);
    const found = applyFilters(rows, input.Filters, { table: groupVpcFilters, tx });
    const shown = page(
      call,
      { items: found, key: (row) => groupVpcKey(row.groupId, row.vpcId) },
      {
        limit: input.MaxResults,
        token: input.NextToken,
        size: describePageSize,
        question: input.Filters,
        invalidToken: invalidNextToken,
      },
    );
    return {
      SecurityGroupVpcAssociations: shown.items.map((row) => groupVpcView(row)),
      NextToken: shown.nextToken,
    };
  },
});

const usableFilters: FilterTable<SecurityGroupRow> = {
  description: (row) => row.description,
  "group-id": (row) => row.id,
  "group-name": (row) => row.name,
  "owner-id": (row) => row.accountId,
  "primary-vpc-id": (row) => row.vpcId,
};

export const getSecurityGroupsForVpc = operation("GetSecurityGroupsForVpc", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(vpcs.target(call, input.VpcId))],
  handle(tx, input, call) {
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    const rows = groupsUsableIn(tx, vpc.id).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const found = applyFilters(rows, input.Filters, { table: usableFilters, tx });
    const shown = page(
      call,
      { items: found, key: (row) => row.id },
      {
        limit: input.MaxResults,
        token: input.NextToken,
        size: describePageSize,
        question: [input.VpcId, input.Filters],
        invalidToken: invalidNextToken,
      },
    );
    return {
      SecurityGroupForVpcs: shown.items.map((row) => ({
        GroupId: row.id,
        GroupName: row.name,
        Description: row.description,
        OwnerId: row.accountId,
        PrimaryVpcId: row.vpcId,
        Tags: tagsView(row.tags),
      })),
      NextToken: shown.nextToken,
    };
  },
});
