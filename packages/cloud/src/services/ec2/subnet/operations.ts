/** Operations on subnets. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { subnetFilters, subnets, subnetView } from "./subnet.ts";

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
    return { Subnets: found.items.map((row) => subnetView(row, tx)), NextToken: found.nextToken };
  },
});
