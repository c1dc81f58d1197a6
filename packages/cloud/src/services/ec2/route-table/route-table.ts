/** Route tables: the row, its routes and its faults. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
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
