/** Operations on network interfaces. */
import { describe } from "../describe.ts";
import { operation } from "../operation.ts";
import { networkInterfaceFilters, networkInterfaces, networkInterfaceView } from "./network-interface.ts";

export const describeNetworkInterfaces = operation("DescribeNetworkInterfaces", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: networkInterfaces,
      filters: networkInterfaceFilters,
      request: {
        ids: input.NetworkInterfaceIds,
        idsName: "networkInterfaceIds",
        filters: input.Filters,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      },
    });
    return {
      NetworkInterfaces: found.items.map((row) => networkInterfaceView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});
