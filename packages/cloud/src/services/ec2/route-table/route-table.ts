/** Route tables: the row, its routes and its faults. */
import type { ReadTx } from "@casemate/store";
import type { Route, RouteTable } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { malformedId } from "../malformed-id.ts";

/** Where a route leads. */
export type RouteTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "network-interface"; readonly id: string };

/** A route. */
export interface RouteRow {
  readonly destination: string;
  readonly target: RouteTarget;
  readonly origin: "CreateRouteTable" | "CreateRoute";
}

/** A route table. */
export interface RouteTableRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  /** Distinguishes the tables of one VPC to the packet filter, 1 to 255. */
  readonly number: number;
  readonly routes: readonly RouteRow[];
  /** Set on the VPC's main table. */
  readonly mainAssociationId?: string | undefined;
  /** Explicit subnet associations. */
  readonly associations: readonly { readonly id: string; readonly subnetId: string }[];
}

export const routeTableNotFound = fault({
  code: "InvalidRouteTableID.NotFound",
  message: (id: string) => `The routeTable ID '${id}' does not exist`,
});
export const routeTableMalformed = malformedId("InvalidRouteTableId.Malformed", "rtb");

export const routeTableFaults = [routeTableNotFound, routeTableMalformed];

export const routeTables = resource<RouteTableRow, "vpc">({
  service: "ec2",
  type: "route-table",
  prefix: "rtb",
  indexes: { vpc: (row) => row.vpcId },
  notFound: routeTableNotFound,
  malformed: routeTableMalformed,
  keys: (row) => ({
    "ec2:RouteTableID": row.id,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

/** Whether a route's target is there: a route to something that is gone drops what it matches. */
function routeState(route: RouteRow, tx: ReadTx): "active" | "blackhole" {
  const { target } = route;
  switch (target.kind) {
    case "local":
      return "active";
    case "internet-gateway":
      return tx.get(internetGateways.collection, target.id)?.vpcId === undefined ? "blackhole" : "active";
    case "network-interface":
      return tx.get(networkInterfaces.collection, target.id)?.status === "in-use" ? "active" : "blackhole";
  }
}

/** The gateway of a route as the API names it; `local` for the VPC itself. */
function gatewayOf({ target }: RouteRow): string | undefined {
  if (target.kind === "local") return "local";
  return target.kind === "internet-gateway" ? target.id : undefined;
}

/** The filters of DescribeRouteTables. */
export const routeTableFilters: FilterTable<RouteTableRow> = {
  "association.main": (row) => String(row.mainAssociationId !== undefined),
  "association.route-table-association-id": (row) => associationIds(row),
  "association.route-table-id": (row) => row.id,
  "association.subnet-id": (row) => row.associations.map(({ subnetId }) => subnetId),
  "owner-id": (row) => row.accountId,
  "route-table-id": (row) => row.id,
  "route.destination-cidr-block": (row) => row.routes.map(({ destination }) => destination),
  "route.gateway-id": (row) => row.routes.map(gatewayOf).filter((id) => id !== undefined),
  "route.origin": (row) => row.routes.map(({ origin }) => origin),
  "route.state": (row, tx) => row.routes.map((route) => routeState(route, tx)),
  "vpc-id": (row) => row.vpcId,
};

function associationIds(row: RouteTableRow): readonly string[] {
  const ids = row.associations.map(({ id }) => id);
  return row.mainAssociationId === undefined ? ids : [row.mainAssociationId, ...ids];
}

/** The route table as the API shows it. */
export function routeTableView(row: RouteTableRow, tx: ReadTx): RouteTable {
  const associated = { State: "associated" } as const;
  const main =
    row.mainAssociationId === undefined
      ? []
      : [
          {
            Main: true,
            RouteTableAssociationId: row.mainAssociationId,
            RouteTableId: row.id,
            AssociationState: associated,
          },
        ];
  return {
    RouteTableId: row.id,
    VpcId: row.vpcId,
    OwnerId: row.accountId,
    Routes: row.routes.map((route) => routeView(route, tx)),
    Associations: [
      ...main,
      ...row.associations.map(({ id, subnetId }) => ({
        Main: false,
        RouteTableAssociationId: id,
        RouteTableId: row.id,
        SubnetId: subnetId,
        AssociationState: associated,
      })),
    ],
    PropagatingVgws: [],
    Tags: tagsView(row.tags),
  };
}

function routeView(route: RouteRow, tx: ReadTx): Route {
  const { target } = route;
  return {
    DestinationCidrBlock: route.destination,
    GatewayId: gatewayOf(route),
    NetworkInterfaceId: target.kind === "network-interface" ? target.id : undefined,
    Origin: route.origin,
    State: routeState(route, tx),
  };
}
