/** Operations on security groups themselves. */
import type { ReadTx } from "@casemate/store";
import { tagsOnCreate, tagsView, type Call, type Target } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { everywhereOf } from "../vpc/new-vpc.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  defaultGroupUndeletable,
  groupDescriptionInvalid,
  groupInUse,
  groupNameInvalid,
  groupNameLikeId,
  groupNameNotFound,
  groupNameReserved,
  groupNameTaken,
  groupsPerVpcExceeded,
  noDefaultVpc,
} from "./faults.ts";
import { securityGroupFilters, securityGroupView } from "./group-view.ts";
import { fetchNamedGroup, namedGroupTarget } from "./named-group.ts";
import { rulesOf } from "./rule-view.ts";
import { securityGroupRules, securityGroups, type SecurityGroupRow } from "./security-group.ts";
import { groupVpcAssociations, groupVpcKey } from "./vpc-association.ts";

/** Groups that one VPC may have. */
export const securityGroupsPerVpcMax = 2500;

const permitted = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** The VPC a group is made in: the named one or the default. */
function vpcIdOf(call: Call, vpcId: string | undefined): string | undefined {
  return vpcId ?? vpcs.list(call.tx, call).find(({ isDefault }) => isDefault)?.id;
}

export const createSecurityGroup = operation("CreateSecurityGroup", {
  access: "write",
  honours: ["Description", "GroupName", "VpcId", "TagSpecifications"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [securityGroups.type]);
    const vpcId = vpcIdOf(call, input.VpcId);
    const vpc: Target[] = vpcId === undefined ? [] : [vpcs.target(call, vpcId)];
    const keys = { ...tags.keys(securityGroups.type), "ec2:Vpc": vpc[0]?.arn };
    return [
      call.need(securityGroups.fresh(call), keys),
      ...vpc.map((target) => call.need(target)),
      ...tags.needs,
    ];
  },
  handle(tx, input, call) {
    const vpcId = vpcIdOf(call, input.VpcId);
    if (vpcId === undefined) throw noDefaultVpc();
    const vpc = vpcs.fetch(tx, call, vpcId);
    const name = input.GroupName;
    if (name.toLowerCase() === "default") throw groupNameReserved(name);
    if (/^sg-/i.test(name)) throw groupNameLikeId(name);
    if (!permitted.test(name)) throw groupNameInvalid(name);
    if (!permitted.test(input.Description)) throw groupDescriptionInvalid();
    const others = securityGroups.by(tx, call, { index: "vpc", value: vpc.id });
    if (others.some((row) => row.name === name)) throw groupNameTaken(name, vpc.id);
    if (others.length >= securityGroupsPerVpcMax) throw groupsPerVpcExceeded(vpc.id);
    const tags = tagsOnCreate(call, input.TagSpecifications, [securityGroups.type]);
    const owner = { accountId: call.accountId, region: call.region };
    const row = securityGroups.put(tx, {
      ...owner,
      id: call.newId("sg"),
      vpcId: vpc.id,
      name,
      description: input.Description,
      tags: tags.of(securityGroups.type),
    });
    // A new group lets everything out until its egress rule is revoked.
    for (const peer of everywhereOf(vpc)) {
      const rule = { groupId: row.id, egress: true, protocol: -1, peer, tags: {} };
      securityGroupRules.put(tx, { ...owner, id: call.newId("sgr"), ...rule });
    }
    tx.wish(networkTopic);
    return { GroupId: row.id, SecurityGroupArn: securityGroups.arn(row), Tags: tagsView(row.tags) };
  },
});

export const deleteSecurityGroup = operation("DeleteSecurityGroup", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedGroupTarget(call, input))],
  handle(tx, input, call) {
    const row = fetchNamedGroup(tx, call, input);
    if (row.name === "default") throw defaultGroupUndeletable(row.id);
    const used = tx.by(networkInterfaces.collection, "group", row.id).length > 0;
    const named = tx
      .by(securityGroupRules.collection, "peer-group", row.id)
      .some(({ groupId, peer }) => groupId !== row.id && !("across" in peer && peer.across !== undefined));
    if (used || named) throw groupInUse(row.id);
    for (const rule of rulesOf(tx, row.id)) securityGroupRules.remove(tx, rule);
    for (const { vpcId } of tx.by(groupVpcAssociations, "group", row.id)) {
      tx.delete(groupVpcAssociations, groupVpcKey(row.id, vpcId));
    }
    securityGroups.remove(tx, row);
    tx.wish(networkTopic);
    return { Return: true, GroupId: row.id };
  },
});

export const describeSecurityGroups = operation("DescribeSecurityGroups", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const request = describeRequest(input, input.GroupIds, "groupIds");
    const names = input.GroupNames ?? [];
    const resource = {
      fetchAll: (...args: Parameters<typeof securityGroups.fetchAll>) => securityGroups.fetchAll(...args),
      list: (...args: Parameters<typeof securityGroups.list>) =>
        names.length === 0 ? securityGroups.list(...args) : groupsNamed(tx, call, names),
    };
    const found = describe(tx, call, { resource, filters: securityGroupFilters, request });
    return {
      SecurityGroups: found.items.map((row) => securityGroupView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});

/** Groups by name, which only groups of the default VPC can be asked by. */
function groupsNamed(tx: ReadTx, call: Call, names: readonly string[]): readonly SecurityGroupRow[] {
  const vpcId = vpcIdOf(call, undefined);
  const rows = securityGroups.list(tx, call).filter((row) => row.vpcId === vpcId);
  const missing = names.find((name) => !rows.some((row) => row.name === name));
  if (missing !== undefined) throw groupNameNotFound(missing);
  return rows.filter((row) => names.includes(row.name));
}
