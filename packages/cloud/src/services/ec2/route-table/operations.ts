/** Operations on route tables. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { routeTableFilters, routeTables, routeTableView } from "./route-table.ts";

export const describeRouteTables = operation("DescribeRouteTables", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: routeTables,
      filters: routeTableFilters,
      request: describeRequest(input, input.RouteTableIds, "routeTableIds"),
    });
    return { RouteTables: found.items.map((row) => routeTableView(row, tx)), NextToken: found.nextToken };
  },
});
