/** Making, deleting and describing subnets. */
import { tagsOnCreate, type Call, type ConditionKeys } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcBlockMissing } from "../vpc/faults.ts";
import { vpcs } from "../vpc/vpc.ts";
import { blockModeOf } from "../vpc-block-public-access/public-access-model.ts";
import { zonesOf } from "../zone/zones.ts";
import { askedZone, emptiestZone, type ZoneInput } from "./asked-zone.ts";
import { ipv6OnlyUnsupported, subnetInUse } from "./faults.ts";
import { putSubnet } from "./new-subnet.ts";
import { reservations } from "./reservation.ts";
import { readSubnetBlock, readSubnetIpv6Block } from "./subnet-blocks.ts";
import { subnetFilters, subnets, subnetView } from "./subnet.ts";

/** The keys of the zone that is asked for, as far as it is known. */
function zoneKeys(call: Call, { AvailabilityZone: name, AvailabilityZoneId: id }: ZoneInput): ConditionKeys {
  const known = zonesOf(call.region).find((zone) => zone.name === name || zone.id === id);
  return {
    "ec2:AvailabilityZone": name ?? known?.name,
    "ec2:AvailabilityZoneId": id ?? known?.id,
  };
}

export const createSubnet = operation("CreateSubnet", {
  access: "write",
  honours: [
    "AvailabilityZone",
    "AvailabilityZoneId",
    "CidrBlock",
    "Ipv6CidrBlock",
    "Ipv6Native",
    "TagSpecifications",
    "VpcId",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [subnets.type]);
    const vpc = vpcs.target(call, input.VpcId);
    const keys = { ...tags.keys(subnets.type), ...zoneKeys(call, input), "ec2:Vpc": vpc.arn };
    return [call.need(subnets.fresh(call), keys), call.need(vpc), ...tags.needs];
  },
  handle(tx, input, call) {
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    // Differs: subnets have an IPv4 block; those with IPv6 alone are refused.
    if (input.Ipv6Native === true) throw ipv6OnlyUnsupported();
    if (input.CidrBlock === undefined) throw vpcBlockMissing();
    const zone = askedZone(call, input) ?? emptiestZone(tx, call, vpc.id);
    const cidr = readSubnetBlock(tx, vpc, input.CidrBlock);
    const ipv6 = input.Ipv6CidrBlock;
    const tags = tagsOnCreate(call, input.TagSpecifications, [subnets.type]);
    const row = putSubnet(tx, call, {
      vpcId: vpc.id,
      cidr,
      ...(ipv6 === undefined ? {} : { ipv6Cidr: readSubnetIpv6Block(tx, vpc, ipv6) }),
      zone,
      isDefault: false,
      tags: tags.of(subnets.type),
    });
    return { Subnet: subnetView(row, tx) };
  },
});

export const deleteSubnet = operation("DeleteSubnet", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(subnets.target(call, input.SubnetId))],
  handle(tx, input, call) {
    const row = subnets.fetch(tx, call, input.SubnetId);
    if (tx.by(networkInterfaces.collection, "subnet", row.id).length > 0) throw subnetInUse(row.id);
    for (const reservation of tx.by(reservations.collection, "subnet", row.id)) {
      reservations.remove(tx, reservation);
    }
    subnets.remove(tx, row);
    tx.wish(networkTopic);
    return {};
  },
});

export const describeSubnets = operation("DescribeSubnets", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: subnets,
      filters: subnetFilters,
      request: describeRequest(input, input.SubnetIds, "subnetIds"),
    });
    const Subnets = found.items.map((row) => ({
      ...subnetView(row, tx),
      BlockPublicAccessStates: {
        InternetGatewayBlockMode: blockModeOf(tx, { ...row, id: row.vpcId }, row.id),
      },
    }));
    return { Subnets, NextToken: found.nextToken };
  },
});
