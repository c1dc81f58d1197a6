/**
 * Operations on NAT gateways. Making and deleting only wish; the reconciler reports what it observes.
 */
import type { Tx } from "@casemate/store";
import type { CreateNatGatewayRequest } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call, type TagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { beginUse } from "../elastic-ip/association.ts";
import { elasticIps, useOf, type ElasticIpRow } from "../elastic-ip/elastic-ip.ts";
import { takeNumber } from "../host-number.ts";
import { drawMac, takePrivateAddress } from "../instance/launch/address-allocation.ts";
import { hostFull } from "../instance/launch/faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import {
  holdsInterface,
  natAllocationMissing,
  natAllocationUnwanted,
  natGatewayFilters,
  natGateways,
  natGatewaysExceeded,
  natGatewaysPerZoneMax,
  natGatewayTopic,
  natGatewayView,
  natModeUnsupported,
  natSubnetMissing,
  type NatGatewayRow,
} from "./nat-gateway.ts";

const { type } = natGateways;

// Differs: a NAT gateway has one address; secondary ones and regional gateways are refused.
// Differs: a NAT gateway has 64,512 ports for the flows to one destination, and no limit of bandwidth.
// Differs: a NAT gateway for which its subnet has no free address is refused at once instead of failing.
export const createNatGateway = operation("CreateNatGateway", {
  access: "write",
  honours: [
    "AllocationId",
    "AvailabilityMode",
    "ClientToken",
    "ConnectivityType",
    "PrivateIpAddress",
    "SubnetId",
    "TagSpecifications",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const { AllocationId, SubnetId } = input;
    return [
      call.need(natGateways.fresh(call), tags.keys(type)),
      ...(SubnetId === undefined ? [] : [call.need(subnets.target(call, SubnetId))]),
      ...(AllocationId === undefined ? [] : [call.need(elasticIps.target(call, AllocationId))]),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const row = create(tx, call, input);
        return {
          made: row.id,
          output: { ClientToken: input.ClientToken, NatGateway: natGatewayView(row, tx) },
        };
      },
      recall: (id) => ({
        ClientToken: input.ClientToken,
        NatGateway: natGatewayView(natGateways.fetch(tx, call, id), tx),
      }),
    }),
});

function create(tx: Tx, call: Call, input: CreateNatGatewayRequest): NatGatewayRow {
  const connectivity = input.ConnectivityType ?? "public";
  if (input.AvailabilityMode === "regional") throw natModeUnsupported();
  if (input.SubnetId === undefined) throw natSubnetMissing();
  if (connectivity === "public" && input.AllocationId === undefined) throw natAllocationMissing();
  if (connectivity === "private" && input.AllocationId !== undefined) throw natAllocationUnwanted();
  const subnet = subnets.fetch(tx, call, input.SubnetId);
  const address =
    input.AllocationId === undefined ? undefined : elasticIps.fetch(tx, call, input.AllocationId);
  const inZone = natGateways.list(tx, call).filter((row) => row.zone === subnet.zone && holdsInterface(row));
  if (inZone.length >= natGatewaysPerZoneMax) throw natGatewaysExceeded(String(natGatewaysPerZoneMax));
  const id = call.newId("nat");
  const eni = putInterface(tx, call, { id, subnet, privateIp: input.PrivateIpAddress });
  const tags: TagsOnCreate = tagsOnCreate(call, input.TagSpecifications, [type]);
  tx.wish(networkTopic);
  tx.wish(natGatewayTopic);
  return natGateways.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: tags.of(type),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    zoneId: subnet.zoneId,
    connectivity,
    state: "pending",
    address: {
      networkInterfaceId: eni.id,
      privateIp: eni.privateIps[0] ?? "",
      ...(address === undefined ? {} : associated(tx, call, { eni, address })),
    },
    createdAt: call.now,
  });
}

/** Takes the address for the gateway. One that is in use elsewhere stays there, and the gateway will fail. */
function associated(
  tx: Tx,
  call: Call,
  { eni, address }: { readonly eni: NetworkInterfaceRow; readonly address: ElasticIpRow },
): Pick<NatGatewayRow["address"], "allocationId" | "publicIp" | "associationId"> {
  const { id: allocationId, publicIp } = address;
  if (useOf(tx, address) !== undefined) return { allocationId, publicIp };
  const privateIp = eni.privateIps[0] ?? "";
  return { allocationId, publicIp, associationId: beginUse(tx, call, { row: address, eni, privateIp }) };
}

function putInterface(
  tx: Tx,
  call: Call,
  made: { readonly id: string; readonly subnet: SubnetRow; readonly privateIp: string | undefined },
): NetworkInterfaceRow {
  const { subnet } = made;
  const id = call.newId("eni");
  const number = takeNumber(tx, "eni", id);
  if (number === undefined) throw hostFull();
  return networkInterfaces.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: {},
    number,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    mac: drawMac(call),
    description: `Interface for NAT Gateway ${made.id}`,
    privateIps: [takePrivateAddress(tx, call, { subnet, asked: made.privateIp })],
    publicIps: [],
    autoPublicIp: false,
    securityGroupIds: [],
    sourceDestCheck: false,
    status: "in-use",
    requester: {
      interfaceType: "nat_gateway",
      resourceId: made.id,
      attachmentId: call.newId("ela-attach"),
      attachedAt: call.now,
    },
    createdAt: call.now,
  });
}

export const deleteNatGateway = operation("DeleteNatGateway", {
  access: "write",
  honours: ["NatGatewayId"],
  needs: (input, call) => [call.need(natGateways.target(call, input.NatGatewayId))],
  // Routes that lead to it stay and become black holes.
  handle(tx, input, call) {
    const row = natGateways.fetch(tx, call, input.NatGatewayId);
    if (row.state === "pending" || row.state === "available") {
      natGateways.change(tx, row, { state: "deleting" });
      tx.wish(networkTopic);
      tx.wish(natGatewayTopic);
    }
    return { NatGatewayId: row.id };
  },
});

export const describeNatGateways = operation("DescribeNatGateways", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: natGateways,
      filters: natGatewayFilters,
      request: describeRequest(
        { Filters: input.Filter, MaxResults: input.MaxResults, NextToken: input.NextToken },
        input.NatGatewayIds,
        "natGatewayIds",
      ),
    });
    return { NatGateways: found.items.map((row) => natGatewayView(row, tx)), NextToken: found.nextToken };
  },
});
