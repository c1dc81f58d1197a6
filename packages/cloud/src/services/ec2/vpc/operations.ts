/** Making, deleting and describing VPCs. */
import type { ReadTx, Tx } from "@casemate/store";
import { tagsOnCreate, type Call } from "../../../kit/index.ts";
import { defaultDhcpOptionsId } from "../dhcp-options/dhcp-options.ts";
import { describe, describeRequest } from "../describe.ts";
import { releaseNumber } from "../host-number.ts";
import { networkAcls } from "../network-acl/network-acl.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { routeTables } from "../route-table/route-table.ts";
import { securityGroupRules, securityGroups } from "../security-group/security-group.ts";
import { blockModeOf } from "../vpc-block-public-access/public-access-model.ts";
import { hasDependents } from "./dependents.ts";
import { borderGroupInvalid, tenancyUnsupported, vpcBlockMissing, vpcInUse, vpcsExceeded } from "./faults.ts";
import { readVpcBlock } from "./ipv4-block.ts";
import { takeIpv6Block } from "./ipv6-pool.ts";
import { makeVpc } from "./new-vpc.ts";
import { vpcFilters, vpcs, vpcView, type VpcRow } from "./vpc.ts";

/** VPCs that an account may have in a region. */
export const vpcsPerRegionMax = 5;

/** Refuses one VPC more than an account may have in a region. @throws vpcsExceeded */
export function checkRoomForVpc(tx: ReadTx, call: Call): void {
  if (vpcs.list(tx, call).length >= vpcsPerRegionMax) throw vpcsExceeded();
}

/** Checks the place that an IPv6 block is to be announced from: the region is the only one. */
export function checkBorderGroup(call: Call, group: string | undefined): void {
  if (group !== undefined && group !== call.region) throw borderGroupInvalid(group);
}

// Differs: blocks of VPCs and subnets come from no IPAM pool and from no pool that a customer brings.

export const createVpc = operation("CreateVpc", {
  access: "write",
  honours: [
    "AmazonProvidedIpv6CidrBlock",
    "CidrBlock",
    "InstanceTenancy",
    "Ipv6CidrBlockNetworkBorderGroup",
    "TagSpecifications",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [vpcs.type]);
    const keys = { ...tags.keys(vpcs.type), "ec2:Tenancy": input.InstanceTenancy ?? "default" };
    return [call.need(vpcs.fresh(call), keys), ...tags.needs];
  },
  handle(tx, input, call) {
    if (input.CidrBlock === undefined) throw vpcBlockMissing();
    const tenancy = input.InstanceTenancy ?? "default";
    if (tenancy === "host") throw tenancyUnsupported(tenancy);
    const cidr = readVpcBlock(input.CidrBlock);
    checkBorderGroup(call, input.Ipv6CidrBlockNetworkBorderGroup);
    checkRoomForVpc(tx, call);
    const tags = tagsOnCreate(call, input.TagSpecifications, [vpcs.type]);
    const { vpc } = makeVpc(tx, call, {
      cidr,
      ...(input.AmazonProvidedIpv6CidrBlock ? { ipv6Cidr: takeIpv6Block(tx, call) } : {}),
      tenancy,
      isDefault: false,
      dhcpOptionsId: defaultDhcpOptionsId(tx, call),
      tags: tags.of(vpcs.type),
    });
    return { Vpc: { ...vpcView(vpc), State: "pending" as const } };
  },
});

export const deleteVpc = operation("DeleteVpc", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(vpcs.target(call, input.VpcId))],
  handle(tx, input, call) {
    const row = vpcs.fetch(tx, call, input.VpcId);
    if (hasDependents(tx, row.id)) throw vpcInUse(row.id);
    removeVpc(tx, row);
    tx.wish(networkTopic);
    return {};
  },
});

/** Removes a VPC and what it was born with. */
function removeVpc(tx: Tx, row: VpcRow): void {
  for (const table of tx.by(routeTables.collection, "vpc", row.id)) routeTables.remove(tx, table);
  for (const acl of tx.by(networkAcls.collection, "vpc", row.id)) networkAcls.remove(tx, acl);
  for (const group of tx.by(securityGroups.collection, "vpc", row.id)) {
    for (const rule of tx.by(securityGroupRules.collection, "group", group.id)) {
      securityGroupRules.remove(tx, rule);
    }
    securityGroups.remove(tx, group);
  }
  releaseNumber(tx, "vpc", row.number);
  vpcs.remove(tx, row);
}

export const describeVpcs = operation("DescribeVpcs", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: vpcs,
      filters: vpcFilters,
      request: describeRequest(input, input.VpcIds, "vpcIds"),
    });
    const Vpcs = found.items.map((row) => ({
      ...vpcView(row),
      BlockPublicAccessStates: { InternetGatewayBlockMode: blockModeOf(tx, row) },
    }));
    return { Vpcs, NextToken: found.nextToken };
  },
});
