/** Operations on internet gateways. */
import { describe } from "../describe.ts";
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
      request: {
        ids: input.InternetGatewayIds,
        idsName: "internetGatewayIds",
        filters: input.Filters,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      },
    });
    return { InternetGateways: found.items.map(internetGatewayView), NextToken: found.nextToken };
  },
});
