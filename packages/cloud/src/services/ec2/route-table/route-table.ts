/**
 * Route tables: the row, its routes and what is associated with it. Every block of the VPC has a route of its
 * own in each of its tables, which leads to the VPC itself until it is given another target.
 */
import type { ReadTx, Tx } from "@casemate/store";
import { fault, resource, type Call, type OwnedRow } from "../../../kit/index.ts";
import { internetGateways, type InternetGatewayRow } from "../internet-gateway/internet-gateway.ts";
import { malformedId } from "../malformed-id.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";

/** Where a route leads. */
export type RouteTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "egress-only-internet-gateway"; readonly id: string }
  | { readonly kind: "nat-gateway"; readonly id: string }
  | { readonly kind: "vpc-peering"; readonly id: string }
  | { readonly kind: "network-interface"; readonly id: string };

/** A route. */
export interface RouteRow {
  /** A block in canonical form, or the id of a prefix list. */
  readonly destination: string;
  readonly target: RouteTarget;
  readonly origin: "CreateRouteTable" | "CreateRoute";
}

/** A route table. */
export interface RouteTableRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  /** Distinguishes the tables of one VPC to the packet filter. */
  readonly number: number;
  /** The routes of the VPC's own blocks, and those that were made. */
  readonly routes: readonly RouteRow[];
  /** Set on the VPC's main table. */
  readonly mainAssociationId?: string | undefined;
}

export const routeTableNotFound = fault({
  code: "InvalidRouteTableID.NotFound",
  message: (id: string) => `The routeTable ID '${id}' does not exist`,
});
export const routeTableMalformed = malformedId("InvalidRouteTableId.Malformed", "rtb");

export const routeTables = resource<RouteTableRow, "vpc" | "main-association" | "prefix-list">({
  service: "ec2",
  type: "route-table",
  prefix: "rtb",
  indexes: {
    vpc: (row) => row.vpcId,
    "main-association": (row) => row.mainAssociationId,
    "prefix-list": (row) =>
      row.routes.map(({ destination }) => destination).filter((text) => text.startsWith("pl-")),
  },
  notFound: routeTableNotFound,
  malformed: routeTableMalformed,
  keys: (row) => ({
    "ec2:RouteTableID": row.id,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

/** A number that no table of the VPC has. */
export function freeTableNumber(tx: ReadTx, vpcId: string): number {
  const taken = new Set(tx.by(routeTables.collection, "vpc", vpcId).map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
}

/** The routes that a table is born with: of the VPC's own blocks. */
export function localRoutesOf(blocks: readonly { readonly cidr: string }[]): readonly RouteRow[] {
  return blocks.map(({ cidr }) => ({
    destination: cidr,
    target: { kind: "local" },
    origin: "CreateRouteTable",
  }));
}

/** Makes the main table that a VPC is born with. */
export function makeMainRouteTable(
  tx: Tx,
  call: Call,
  of: { readonly vpcId: string; readonly cidrs: readonly { readonly cidr: string }[] },
): RouteTableRow {
  const { vpcId, cidrs } = of;
  return routeTables.put(tx, {
    accountId: call.accountId,
    region: call.region,
    tags: {},
    id: call.newId("rtb"),
    vpcId,
    number: freeTableNumber(tx, vpcId),
    routes: localRoutesOf(cidrs),
    mainAssociationId: call.newId("rtbassoc"),
  });
}

/** What a route table is associated with. */
export type AssociationRow =
  | { readonly id: string; readonly table: RouteTableRow; readonly with: "vpc" }
  | {
      readonly id: string;
      readonly table: RouteTableRow;
      readonly with: "subnet";
      readonly subnet: SubnetRow;
    }
  | {
      readonly id: string;
      readonly table: RouteTableRow;
      readonly with: "gateway";
      readonly gateway: InternetGatewayRow;
    };

/** The associations of a table: as the main one, with subnets, with gateways. */
export function associationsOf(tx: ReadTx, table: RouteTableRow): readonly AssociationRow[] {
  const { id, mainAssociationId } = table;
  const main =
    mainAssociationId === undefined ? [] : [{ id: mainAssociationId, table, with: "vpc" } as const];
  const bySubnet = tx
    .by(subnets.collection, "route-table", id)
    .map((subnet) => ({ id: subnet.routeTableAssociationId ?? "", table, with: "subnet", subnet }) as const);
  const byGateway = tx
    .by(internetGateways.collection, "route-table", id)
    .map(
      (gateway) => ({ id: gateway.routeTableAssociationId ?? "", table, with: "gateway", gateway }) as const,
    );
  return [...main, ...bySubnet, ...byGateway];
}

/** The caller's association with this id, or undefined. */
export function findAssociation(tx: ReadTx, call: Call, id: string): AssociationRow | undefined {
  const [subnet] = subnets.by(tx, call, { index: "route-table-association", value: id });
  const [gateway] = internetGateways.by(tx, call, { index: "route-table-association", value: id });
  const [main] = routeTables.by(tx, call, { index: "main-association", value: id });
  if (main !== undefined) return { id, table: main, with: "vpc" };
  const tableId = subnet?.routeTableId ?? gateway?.routeTableId;
  const table = tableId === undefined ? undefined : routeTables.find(tx, call, tableId);
  if (table === undefined) return undefined;
  if (subnet !== undefined) return { id, table, with: "subnet", subnet };
  return gateway && { id, table, with: "gateway", gateway };
}
