/** Operations on network interfaces. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { networkInterfaceFilters, networkInterfaceView } from "./interface-view.ts";
import { networkInterfaces } from "./network-interface.ts";

export const describeNetworkInterfaces = operation("DescribeNetworkInterfaces", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: networkInterfaces,
      filters: networkInterfaceFilters,
      request: describeRequest(input, input.NetworkInterfaceIds, "networkInterfaceIds"),
    });
    return {
      NetworkInterfaces: found.items.map((row) => networkInterfaceView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});
