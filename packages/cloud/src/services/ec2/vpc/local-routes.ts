/** The routes of a VPC's own blocks, as blocks come and go: every route table has one for each. */
import type { ReadTx, Tx } from "@casemate/store";
import { parseCidr } from "@casemate/net-engine";
import { covers, storedBlock } from "../cidr-block.ts";
import { localRoutesOf, routeTables } from "../route-table/route-table.ts";
import { vpcBlockConflict } from "./faults.ts";

/** Refuses a block that a route leads elsewhere from, in whole or in part. @throws vpcBlockConflict */
export function checkRoutesLeave(tx: ReadTx, vpcId: string, cidr: string): void {
  const block = storedBlock(cidr);
  for (const { routes } of tx.by(routeTables.collection, "vpc", vpcId)) {
    for (const { destination } of routes) {
      const other = parseCidr(destination);
      if (other !== undefined && covers(block, other)) throw vpcBlockConflict(cidr, destination);
    }
  }
}

/** Gives every route table of a VPC the local route of a new block, behind those of the others. */
export function addLocalRoutes(tx: Tx, vpcId: string, cidr: string): void {
  for (const row of tx.by(routeTables.collection, "vpc", vpcId)) {
    const own = row.routes.filter(({ origin }) => origin === "CreateRouteTable");
    const made = row.routes.filter(({ origin }) => origin !== "CreateRouteTable");
    routeTables.change(tx, row, { routes: [...own, ...localRoutesOf([{ cidr }]), ...made] });
  }
}

/** Takes the route of a block from every route table of a VPC, whatever target it was given. */
export function removeLocalRoutes(tx: Tx, vpcId: string, cidr: string): void {
  for (const row of tx.by(routeTables.collection, "vpc", vpcId)) {
    const routes = row.routes.filter(({ destination }) => destination !== cidr);
    if (routes.length < row.routes.length) routeTables.change(tx, row, { routes });
  }
}
