/** Operations on subnets. */
import { describe } from "../describe.ts";
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
      request: {
        ids: input.SubnetIds,
        idsName: "subnetIds",
        filters: input.Filters,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      },
    });
    return { Subnets: found.items.map((row) => subnetView(row, tx)), NextToken: found.nextToken };
  },
});
