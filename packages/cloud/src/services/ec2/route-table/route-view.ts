/** Route tables as the API shows them, and the filters of DescribeRouteTables. */
import type { ReadTx } from "@casemate/store";
import type { Route, RouteTable, RouteTableAssociation } from "@casemate/wire/ec2";
import { tagsView, type FilterTable } from "../../../kit/index.ts";
import { instances } from "../instance/instance.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { targetStands } from "./route-model.ts";
import { associationsOf, type AssociationRow, type RouteRow, type RouteTableRow } from "./route-table.ts";

/** Whether a route's target is there: a route to something that is gone drops what it matches. */
export function routeState(tx: ReadTx, table: RouteTableRow, route: RouteRow): "active" | "blackhole" {
  return targetStands(tx, table.vpcId, route.target) && machineRuns(tx, route) ? "active" : "blackhole";
}

/** An interface whose instance does not run takes no packets. */
function machineRuns(tx: ReadTx, route: RouteRow): boolean {
  const id = interfaceOf(tx, route)?.attachment?.instanceId;
  const state = id === undefined ? undefined : tx.get(instances.collection, id)?.state;
  return state === undefined || state === "running" || state === "pending";
}

function interfaceOf(tx: ReadTx, { target }: RouteRow): NetworkInterfaceRow | undefined {
  return target.kind === "network-interface" ? tx.get(networkInterfaces.collection, target.id) : undefined;
}

/** A route as the API shows it. */
export function routeView(tx: ReadTx, table: RouteTableRow, route: RouteRow): Route {
  return {
    ...destinationView(route.destination),
    ...targetView(tx, route),
    Origin: route.origin,
    State: routeState(tx, table, route),
  };
}

function destinationView(destination: string): Route {
  if (destination.startsWith("pl-")) return { DestinationPrefixListId: destination };
  return destination.includes(":")
    ? { DestinationIpv6CidrBlock: destination }
    : { DestinationCidrBlock: destination };
}

function targetView(tx: ReadTx, route: RouteRow): Route {
  const { target } = route;
  switch (target.kind) {
    case "local":
      return { GatewayId: "local" };
    case "internet-gateway":
      return { GatewayId: target.id };
    case "egress-only-internet-gateway":
      return { EgressOnlyInternetGatewayId: target.id };
    case "nat-gateway":
      return { NatGatewayId: target.id };
    case "vpc-peering":
      return { VpcPeeringConnectionId: target.id };
    case "network-interface": {
      const row = interfaceOf(tx, route);
      const InstanceId = row?.attachment?.instanceId;
      return {
        NetworkInterfaceId: target.id,
        ...(InstanceId === undefined ? {} : { InstanceId, InstanceOwnerId: row?.accountId }),
      };
    }
  }
}

/** Every value of one member over the routes of a table. */
function ofRoutes(member: (route: Route) => string | undefined): FilterTable<RouteTableRow>[string] {
  return (row, tx) =>
    row.routes.map((route) => member(routeView(tx, row, route))).filter((value) => value !== undefined);
}

function ofAssociations(
  member: (each: AssociationRow) => string | undefined,
): FilterTable<RouteTableRow>[string] {
  return (row, tx) =>
    associationsOf(tx, row)
      .map(member)
      .filter((value) => value !== undefined);
}

/** The filters of DescribeRouteTables. */
export const routeTableFilters: FilterTable<RouteTableRow> = {
  "association.gateway-id": ofAssociations((each) => (each.with === "gateway" ? each.gateway.id : undefined)),
  "association.main": ofAssociations((each) => String(each.with === "vpc")),
  "association.route-table-association-id": ofAssociations(({ id }) => id),
  "association.route-table-id": ofAssociations(({ table }) => table.id),
  "association.subnet-id": ofAssociations((each) => (each.with === "subnet" ? each.subnet.id : undefined)),
  "owner-id": (row) => row.accountId,
  "route-table-id": (row) => row.id,
  "route.destination-cidr-block": ofRoutes((route) => route.DestinationCidrBlock),
  "route.destination-ipv6-cidr-block": ofRoutes((route) => route.DestinationIpv6CidrBlock),
  "route.destination-prefix-list-id": ofRoutes((route) => route.DestinationPrefixListId),
  "route.egress-only-internet-gateway-id": ofRoutes((route) => route.EgressOnlyInternetGatewayId),
  "route.gateway-id": ofRoutes((route) => route.GatewayId),
  "route.instance-id": ofRoutes((route) => route.InstanceId),
  "route.nat-gateway-id": ofRoutes((route) => route.NatGatewayId),
  "route.origin": ofRoutes((route) => route.Origin),
  "route.state": ofRoutes((route) => route.State),
  "route.transit-gateway-id": ofRoutes((route) => route.TransitGatewayId),
  "route.vpc-peering-connection-id": ofRoutes((route) => route.VpcPeeringConnectionId),
  "vpc-id": (row) => row.vpcId,
};

/** The route table as the API shows it. */
export function routeTableView(row: RouteTableRow, tx: ReadTx): RouteTable {
  return {
    RouteTableId: row.id,
    VpcId: row.vpcId,
    OwnerId: row.accountId,
    Routes: row.routes.map((route) => routeView(tx, row, route)),
    Associations: associationsOf(tx, row).map(associationView),
    PropagatingVgws: [],
    Tags: tagsView(row.tags),
  };
}

function associationView(each: AssociationRow): RouteTableAssociation {
  return {
    Main: each.with === "vpc",
    RouteTableAssociationId: each.id,
    RouteTableId: each.table.id,
    ...(each.with === "subnet" ? { SubnetId: each.subnet.id } : {}),
    ...(each.with === "gateway" ? { GatewayId: each.gateway.id } : {}),
    AssociationState: { State: "associated" },
  };
}
