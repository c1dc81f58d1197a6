/**
 * Route tables of gateways: they decide about what comes in, so they name blocks of their own network only
 * and lead to it or to an interface in it.
 */
import type { ReadTx } from "@casemate/store";
import { parseCidr } from "@casemate/net-engine";
import { covers, storedBlock } from "../cidr-block.ts";
import { blocksOf, vpcs } from "../vpc/vpc.ts";
import { destinationAtGateway, targetAtGateway } from "./faults.ts";
import { associationsOf, type RouteRow, type RouteTableRow } from "./route-table.ts";

/** Whether a gateway hands what comes in to the table. */
export function isAtGateway(tx: ReadTx, table: RouteTableRow): boolean {
  return associationsOf(tx, table).some((each) => each.with === "gateway");
}

/** Refuses a route that a table of a gateway cannot have. @throws targetAtGateway, destinationAtGateway */
export function checkRouteAtGateway(tx: ReadTx, table: RouteTableRow, route: RouteRow): void {
  const { destination, target } = route;
  if (target.kind !== "local" && target.kind !== "network-interface") throw targetAtGateway(target.id);
  const block = parseCidr(destination);
  const vpc = tx.get(vpcs.collection, table.vpcId);
  const own = vpc === undefined ? [] : blocksOf(vpc).map(({ cidr }) => storedBlock(cidr));
  if (block === undefined || !own.some((outer) => covers(outer, block))) {
    throw destinationAtGateway(destination);
  }
}
