/** Operations on egress-only internet gateways. */
import { once, tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  egressOnlyInternetGatewayFilters,
  egressOnlyInternetGateways,
  egressOnlyInternetGatewaysExceeded,
  egressOnlyInternetGatewaysPerRegionMax,
  egressOnlyInternetGatewayTaken,
  egressOnlyInternetGatewayView,
} from "./egress-only-internet-gateway.ts";

const { type } = egressOnlyInternetGateways;

export const createEgressOnlyInternetGateway = operation("CreateEgressOnlyInternetGateway", {
  access: "write",
  honours: ["ClientToken", "TagSpecifications", "VpcId"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [
      call.need(egressOnlyInternetGateways.fresh(call), tags.keys(type)),
      call.need(vpcs.target(call, input.VpcId)),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const vpc = vpcs.fetch(tx, call, input.VpcId);
        const own = egressOnlyInternetGateways.list(tx, call);
        if (own.some(({ vpcId }) => vpcId === vpc.id)) throw egressOnlyInternetGatewayTaken(vpc.id);
        if (own.length >= egressOnlyInternetGatewaysPerRegionMax) throw egressOnlyInternetGatewaysExceeded();
        const row = egressOnlyInternetGateways.put(tx, {
          id: call.newId("eigw"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          vpcId: vpc.id,
        });
        tx.wish(networkTopic);
        const EgressOnlyInternetGateway = egressOnlyInternetGatewayView(row);
        return { made: row.id, output: { ClientToken: input.ClientToken, EgressOnlyInternetGateway } };
      },
      recall: (id) => ({
        ClientToken: input.ClientToken,
        EgressOnlyInternetGateway: egressOnlyInternetGatewayView(
          egressOnlyInternetGateways.fetch(tx, call, id),
        ),
      }),
    }),
});

export const deleteEgressOnlyInternetGateway = operation("DeleteEgressOnlyInternetGateway", {
  access: "write",
  honours: ["EgressOnlyInternetGatewayId"],
  needs: (input, call) => [
    call.need(egressOnlyInternetGateways.target(call, input.EgressOnlyInternetGatewayId)),
  ],
  // Routes that lead to it stay and become black holes.
  handle(tx, input, call) {
    const row = egressOnlyInternetGateways.fetch(tx, call, input.EgressOnlyInternetGatewayId);
    egressOnlyInternetGateways.remove(tx, row);
    tx.wish(networkTopic);
    return { ReturnCode: true };
  },
});

export const describeEgressOnlyInternetGateways = operation("DescribeEgressOnlyInternetGateways", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: egressOnlyInternetGateways,
      filters: egressOnlyInternetGatewayFilters,
      request: describeRequest(input, input.EgressOnlyInternetGatewayIds, "egressOnlyInternetGatewayIds"),
    });
    return {
      EgressOnlyInternetGateways: found.items.map(egressOnlyInternetGatewayView),
      NextToken: found.nextToken,
    };
  },
});
