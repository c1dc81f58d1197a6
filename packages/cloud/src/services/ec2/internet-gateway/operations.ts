/** Operations on internet gateways. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { internetGatewayFilters, internetGateways, internetGatewayView } from "./internet-gateway.ts";

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
