/** Making, replacing and deleting routes. */
import type { ReadTx, Tx } from "@casemate/store";
import { formatCidr, parseCidr } from "@casemate/net-engine";
import { covers, storedBlock } from "../cidr-block.ts";
import type { Call } from "../../../kit/index.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { fetchPrefixList } from "../prefix-list/prefix-list.ts";
import { subnets } from "../subnet/subnet.ts";
import { blockMalformed } from "../vpc/faults.ts";
import { blocksOf, vpcs } from "../vpc/vpc.ts";
import { checkRouteAtGateway, isAtGateway } from "./edge-routes.ts";
import {
  destinationCount,
  destinationNotSubnet,
  destinationReserved,
  destinationWithin,
  localRouteStays,
  localTargetElsewhere,
  routeNotFound,
  routesExceeded,
  routeTaken,
  routeToReplaceMissing,
  targetCount,
} from "./faults.ts";
import { fetchTarget, targetParameters } from "./route-target.ts";
import { routesWeightOf } from "./route-weight.ts";
import { routeTables, type RouteRow, type RouteTableRow } from "./route-table.ts";

/** Routes that a table may have, those of the VPC's own blocks not counted. */
export const routesPerTableMax = 500;

const destinationParameters = [
  "DestinationCidrBlock",
  "DestinationIpv6CidrBlock",
  "DestinationPrefixListId",
] as const;

type DestinationInput = Readonly<Partial<Record<(typeof destinationParameters)[number], string | undefined>>>;

/** A destination that a request names. */
interface Destination {
  /** The id of a prefix list, or a block in canonical form: host bits are dropped, as on AWS. */
  readonly text: string;
  /** As faults name it. */
  readonly kind: string;
}

/**
 * Reads the one destination of a request. @throws destinationCount, blockMalformed, the prefix list's
 * faults
 */
function readDestination(tx: ReadTx, call: Call, input: DestinationInput): Destination {
  const named = destinationParameters.filter((name) => input[name] !== undefined);
  const [name, ...more] = named;
  if (name === undefined || more.length > 0) throw destinationCount();
  const value = input[name] ?? "";
  if (name === "DestinationPrefixListId") {
    return { text: fetchPrefixList(tx, call, value).id, kind: "prefix-list-id" };
  }
  const block = parseCidr(value);
  const isIpv6 = name === "DestinationIpv6CidrBlock";
  if (block === undefined || (block.family === 6) !== isIpv6) {
    throw blockMalformed(value, isIpv6 ? "destinationIpv6CidrBlock" : "destinationCidrBlock");
  }
  return { text: formatCidr(block), kind: isIpv6 ? "ipv6-cidr-block" : "cidr-block" };
}

/** Blocks that the services of every instance are in; a route may cover them but not single them out. */
const reserved = ["169.254.168.0/22", "fd00:ec2::/32"].map(storedBlock);

/** Refuses a route that cannot be in the table. @throws the faults of destinations and of edge routes */
function checkRoute(tx: ReadTx, table: RouteTableRow, route: RouteRow): void {
  const { destination, target } = route;
  if (isAtGateway(tx, table)) checkRouteAtGateway(tx, table, route);
  const block = parseCidr(destination);
  // What a prefix list stands for changes: the VPC's own blocks go before it, whatever is in it.
  if (block === undefined) return;
  if (reserved.some((outer) => covers(outer, block))) throw destinationReserved(destination);
  const vpc = tx.get(vpcs.collection, table.vpcId);
  const own = vpc === undefined ? [] : blocksOf(vpc).map(({ cidr }) => storedBlock(cidr));
  if (target.kind === "local" || !own.some((outer) => covers(outer, block))) return;
  if (target.kind !== "network-interface" && target.kind !== "nat-gateway")
    throw destinationWithin(destination);
  const whole = new Set([
    ...own.map(formatCidr),
    ...tx.by(subnets.collection, "vpc", table.vpcId).flatMap((row) => [row.cidr, row.ipv6?.cidr]),
  ]);
  if (!whole.has(destination)) throw destinationNotSubnet(destination);
}

function putRoutes(tx: Tx, table: RouteTableRow, routes: readonly RouteRow[]): void {
  routeTables.change(tx, table, { routes });
  tx.wish(networkTopic);
}

function needTable(input: { readonly RouteTableId: string }, call: Parameters<typeof routeTables.target>[0]) {
  return [call.need(routeTables.target(call, input.RouteTableId))];
}

// Propagation is never on: Casemate has no virtual private gateways that routes could come from.

export const createRoute = operation("CreateRoute", {
  access: "write",
  honours: ["RouteTableId", ...destinationParameters, ...targetParameters],
  needs: needTable,
  handle(tx, input, call) {
    const table = routeTables.fetch(tx, call, input.RouteTableId);
    const { text: destination } = readDestination(tx, call, input);
    const target = fetchTarget(tx, call, { input, place: { table, destination } });
    if (table.routes.some((route) => route.destination === destination)) throw routeTaken(destination);
    const route: RouteRow = { destination, target, origin: "CreateRoute" };
    const routes = [...table.routes, route];
    if (routesWeightOf(tx, { ...table, routes }) > routesPerTableMax) throw routesExceeded();
    checkRoute(tx, table, route);
    putRoutes(tx, table, routes);
    return { Return: true };
  },
});

export const replaceRoute = operation("ReplaceRoute", {
  access: "write",
  honours: ["LocalTarget", "RouteTableId", ...destinationParameters, ...targetParameters],
  needs: needTable,
  handle(tx, input, call) {
    const table = routeTables.fetch(tx, call, input.RouteTableId);
    const { text: destination } = readDestination(tx, call, input);
    const before = table.routes.find((route) => route.destination === destination);
    if (before === undefined) throw routeToReplaceMissing(destination);
    const local = input.LocalTarget === true;
    if (local && targetParameters.some((name) => input[name] !== undefined)) throw targetCount();
    if (local && before.origin !== "CreateRouteTable") throw localTargetElsewhere(destination);
    const target = local
      ? ({ kind: "local" } as const)
      : fetchTarget(tx, call, { input, place: { table, destination } });
    const after: RouteRow = { ...before, target };
    checkRoute(tx, table, after);
    putRoutes(
      tx,
      table,
      table.routes.map((route) => (route === before ? after : route)),
    );
    return {};
  },
});

export const deleteRoute = operation("DeleteRoute", {
  access: "write",
  honours: ["RouteTableId", ...destinationParameters],
  needs: needTable,
  handle(tx, input, call) {
    const table = routeTables.fetch(tx, call, input.RouteTableId);
    const { text: destination, kind } = readDestination(tx, call, input);
    const route = table.routes.find((each) => each.destination === destination);
    if (route === undefined) throw routeNotFound(kind, destination, table.id);
    if (route.origin === "CreateRouteTable") throw localRouteStays(destination, table.id);
    putRoutes(
      tx,
      table,
      table.routes.filter((each) => each !== route),
    );
    return {};
  },
});
