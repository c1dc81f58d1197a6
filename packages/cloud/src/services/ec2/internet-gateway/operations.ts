/** Operations on internet gateways. */
import { tagsOnCreate, type Call, type Need } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  internetGatewayAttached,
  internetGatewayInUse,
  internetGatewayNotAttached,
  internetGatewayRouted,
  internetGatewaysExceeded,
  publicAddressesMapped,
  vpcHasInternetGateway,
} from "./faults.ts";
import { internetGatewayFilters, internetGateways, internetGatewayView } from "./internet-gateway.ts";

/** Internet gateways that an account may have in a region. */
export const internetGatewaysPerRegionMax = 5;

const { type } = internetGateways;

export const createInternetGateway = operation("CreateInternetGateway", {
  access: "write",
  honours: ["TagSpecifications"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [call.need(internetGateways.fresh(call), tags.keys(type)), ...tags.needs];
  },
  handle(tx, input, call) {
    if (internetGateways.list(tx, call).length >= internetGatewaysPerRegionMax) {
      throw internetGatewaysExceeded();
    }
    const row = internetGateways.put(tx, {
      id: call.newId("igw"),
      accountId: call.accountId,
      region: call.region,
      tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
    });
    return { InternetGateway: internetGatewayView(row) };
  },
});

export const deleteInternetGateway = operation("DeleteInternetGateway", {
  access: "write",
  honours: ["InternetGatewayId"],
  needs: (input, call) => [call.need(internetGateways.target(call, input.InternetGatewayId))],
  handle(tx, input, call) {
    const row = internetGateways.fetch(tx, call, input.InternetGatewayId);
    if (row.vpcId !== undefined) throw internetGatewayInUse(row.id);
    internetGateways.remove(tx, row);
    return {};
  },
});

interface Pair {
  readonly InternetGatewayId: string;
  readonly VpcId: string;
}

function needBoth({ InternetGatewayId, VpcId }: Pair, call: Call): readonly Need[] {
  return [call.need(internetGateways.target(call, InternetGatewayId)), call.need(vpcs.target(call, VpcId))];
}

export const attachInternetGateway = operation("AttachInternetGateway", {
  access: "write",
  honours: ["InternetGatewayId", "VpcId"],
  needs: needBoth,
  handle(tx, input, call) {
    const row = internetGateways.fetch(tx, call, input.InternetGatewayId);
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    if (row.vpcId !== undefined) throw internetGatewayAttached(row.id, row.vpcId);
    if (tx.by(internetGateways.collection, "vpc", vpc.id).length > 0) throw vpcHasInternetGateway(vpc.id);
    internetGateways.change(tx, row, { vpcId: vpc.id });
    tx.wish(networkTopic);
    return {};
  },
});

export const detachInternetGateway = operation("DetachInternetGateway", {
  access: "write",
  honours: ["InternetGatewayId", "VpcId"],
  needs: needBoth,
  handle(tx, input, call) {
    const row = internetGateways.fetch(tx, call, input.InternetGatewayId);
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    if (row.vpcId !== vpc.id) throw internetGatewayNotAttached(row.id, vpc.id);
    const mapped = tx
      .by(networkInterfaces.collection, "vpc", vpc.id)
      .some(({ publicIps }) => publicIps.length > 0);
    if (mapped) throw publicAddressesMapped(vpc.id);
    if (row.routeTableId !== undefined) throw internetGatewayRouted(row.id, row.routeTableId);
    const { vpcId: _left, ...rest } = row;
    internetGateways.put(tx, rest);
    tx.wish(networkTopic);
    return {};
  },
});

export const describeInternetGateways = operation("DescribeInternetGateways", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: internetGateways,
      filters: internetGatewayFilters,
      request: describeRequest(input, input.InternetGatewayIds, "internetGatewayIds"),
    });
    return { InternetGateways: found.items.map(internetGatewayView), NextToken: found.nextToken };
  },
});
