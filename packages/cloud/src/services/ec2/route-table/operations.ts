/** Making, deleting and describing route tables. */
import { once, tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { blocksOf, vpcs } from "../vpc/vpc.ts";
import { routeTableInUse, routeTablesExceeded } from "./faults.ts";
import { associationsOf, freeTableNumber, localRoutesOf, routeTables } from "./route-table.ts";
import { routeTableFilters, routeTableView } from "./route-view.ts";

/** Route tables that a VPC may have. */
export const routeTablesPerVpcMax = 200;

const { type } = routeTables;

export const createRouteTable = operation("CreateRouteTable", {
  access: "write",
  honours: ["ClientToken", "TagSpecifications", "VpcId"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [
      call.need(routeTables.fresh(call), tags.keys(type)),
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
        if (tx.by(routeTables.collection, "vpc", vpc.id).length >= routeTablesPerVpcMax) {
          throw routeTablesExceeded();
        }
        const row = routeTables.put(tx, {
          id: call.newId("rtb"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          vpcId: vpc.id,
          number: freeTableNumber(tx, vpc.id),
          routes: localRoutesOf(blocksOf(vpc)),
        });
        tx.wish(networkTopic);
        const RouteTable = routeTableView(row, tx);
        return { made: row.id, output: { RouteTable, ClientToken: input.ClientToken } };
      },
      recall: (id) => ({
        RouteTable: routeTableView(routeTables.fetch(tx, call, id), tx),
        ClientToken: input.ClientToken,
      }),
    }),
});

export const deleteRouteTable = operation("DeleteRouteTable", {
  access: "write",
  honours: ["RouteTableId"],
  needs: (input, call) => [call.need(routeTables.target(call, input.RouteTableId))],
  handle(tx, input, call) {
    const row = routeTables.fetch(tx, call, input.RouteTableId);
    if (associationsOf(tx, row).length > 0) throw routeTableInUse(row.id);
    routeTables.remove(tx, row);
    tx.wish(networkTopic);
    return {};
  },
});

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
