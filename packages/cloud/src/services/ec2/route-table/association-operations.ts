/**
 * What a route table holds for: subnets, the gateway that packets come in by (an edge association), and as
 * the main table every subnet without one of its own.
 */
import type { Tx } from "@casemate/store";
import type { RouteTableAssociationState } from "@casemate/wire/ec2";
import type { Call, Need } from "../../../kit/index.ts";
import { internetGatewayNotAttached } from "../internet-gateway/faults.ts";
import { internetGateways, type InternetGatewayRow } from "../internet-gateway/internet-gateway.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import { checkRouteAtGateway } from "./edge-routes.ts";
import {
  associationConflict,
  associationNotFound,
  associationWithBoth,
  associationWithNothing,
  mainAtGateway,
  mainUndisassociable,
  tableElsewhere,
} from "./faults.ts";
import {
  associationsOf,
  findAssociation,
  routeTables,
  type AssociationRow,
  type RouteTableRow,
} from "./route-table.ts";

const associated: RouteTableAssociationState = { State: "associated" };

export const associateRouteTable = operation("AssociateRouteTable", {
  access: "write",
  honours: ["GatewayId", "RouteTableId", "SubnetId"],
  needs: (input, call) => [
    call.need(routeTables.target(call, input.RouteTableId)),
    ...(input.SubnetId === undefined ? [] : [call.need(subnets.target(call, input.SubnetId))]),
    ...(input.GatewayId === undefined ? [] : [call.need(internetGateways.target(call, input.GatewayId))]),
  ],
  handle(tx, { GatewayId, RouteTableId, SubnetId }, call) {
    const table = routeTables.fetch(tx, call, RouteTableId);
    if (GatewayId !== undefined && SubnetId !== undefined) throw associationWithBoth();
    if (SubnetId !== undefined) {
      const subnet = subnets.fetch(tx, call, SubnetId);
      if (subnet.routeTableId === table.id) return answer(subnet.routeTableAssociationId);
      if (subnet.routeTableId !== undefined) throw associationConflict(table.id);
      return answer(associateSubnet(tx, call, { table, subnet }));
    }
    if (GatewayId === undefined) throw associationWithNothing();
    const gateway = internetGateways.fetch(tx, call, GatewayId);
    if (gateway.routeTableId === table.id) return answer(gateway.routeTableAssociationId);
    if (gateway.routeTableId !== undefined) throw associationConflict(table.id);
    return answer(associateGateway(tx, call, { table, gateway }));
  },
});

function answer(AssociationId: string | undefined): {
  AssociationId: string | undefined;
  AssociationState: RouteTableAssociationState;
} {
  return { AssociationId, AssociationState: associated };
}

/** Puts a subnet under a table of its own. @throws tableElsewhere */
function associateSubnet(
  tx: Tx,
  call: Call,
  { table, subnet }: { readonly table: RouteTableRow; readonly subnet: SubnetRow },
): string {
  if (subnet.vpcId !== table.vpcId) throw tableElsewhere(table.id, "network", subnet.vpcId);
  const id = call.newId("rtbassoc");
  subnets.change(tx, subnet, { routeTableId: table.id, routeTableAssociationId: id });
  tx.wish(networkTopic);
  return id;
}

/** Puts what comes in by a gateway under a table. @throws the faults of edge routes, tableElsewhere */
function associateGateway(
  tx: Tx,
  call: Call,
  { table, gateway }: { readonly table: RouteTableRow; readonly gateway: InternetGatewayRow },
): string {
  if (gateway.vpcId === undefined) throw internetGatewayNotAttached(gateway.id, table.vpcId);
  if (gateway.vpcId !== table.vpcId) throw tableElsewhere(table.id, "network gateway", gateway.id);
  if (table.mainAssociationId !== undefined) throw mainAtGateway(table.id);
  for (const route of table.routes) checkRouteAtGateway(tx, table, route);
  const id = call.newId("rtbassoc");
  internetGateways.change(tx, gateway, { routeTableId: table.id, routeTableAssociationId: id });
  tx.wish(networkTopic);
  return id;
}

/** The needs of a change to an association: on its table, and on what it is with. */
function associationNeeds(call: Call, id: string): readonly Need[] {
  const found = findAssociation(call.tx, call, id);
  if (found === undefined) return [call.need(routeTables.fresh(call))];
  const table = call.need(routeTables.targetOf(found.table, call.tx));
  switch (found.with) {
    case "vpc":
      return [table];
    case "subnet":
      return [table, call.need(subnets.targetOf(found.subnet, call.tx))];
    case "gateway":
      return [table, call.need(internetGateways.targetOf(found.gateway, call.tx))];
  }
}

function fetchAssociation(tx: Tx, call: Call, id: string): AssociationRow {
  const found = findAssociation(tx, call, id);
  if (found === undefined) throw associationNotFound(id);
  return found;
}

/** Ends the association of a subnet or a gateway. @throws mainUndisassociable */
function disassociate(tx: Tx, found: AssociationRow): void {
  switch (found.with) {
    case "vpc":
      throw mainUndisassociable(found.id);
    case "subnet": {
      const { routeTableId: _table, routeTableAssociationId: _id, ...rest } = found.subnet;
      subnets.put(tx, rest);
      break;
    }
    case "gateway": {
      const { routeTableId: _table, routeTableAssociationId: _id, ...rest } = found.gateway;
      internetGateways.put(tx, rest);
      break;
    }
  }
  tx.wish(networkTopic);
}

export const disassociateRouteTable = operation("DisassociateRouteTable", {
  access: "write",
  honours: ["AssociationId"],
  needs: (input, call) => associationNeeds(call, input.AssociationId),
  handle(tx, input, call) {
    disassociate(tx, fetchAssociation(tx, call, input.AssociationId));
    return {};
  },
});

export const replaceRouteTableAssociation = operation("ReplaceRouteTableAssociation", {
  access: "write",
  honours: ["AssociationId", "RouteTableId"],
  needs: (input, call) => [
    call.need(routeTables.target(call, input.RouteTableId)),
    ...associationNeeds(call, input.AssociationId),
  ],
  handle(tx, input, call) {
    const found = fetchAssociation(tx, call, input.AssociationId);
    const table = routeTables.fetch(tx, call, input.RouteTableId);
    return {
      NewAssociationId: table.id === found.table.id ? found.id : replace(tx, call, { found, table }),
      AssociationState: associated,
    };
  },
});

function replace(
  tx: Tx,
  call: Call,
  { found, table }: { readonly found: AssociationRow; readonly table: RouteTableRow },
): string {
  switch (found.with) {
    case "vpc":
      return moveMain(tx, call, { from: found.table, to: table });
    case "subnet":
      return associateSubnet(tx, call, { table, subnet: found.subnet });
    case "gateway":
      return associateGateway(tx, call, { table, gateway: found.gateway });
  }
}

/** Makes another table the main one of its VPC. @throws tableElsewhere, mainAtGateway */
function moveMain(
  tx: Tx,
  call: Call,
  { from, to }: { readonly from: RouteTableRow; readonly to: RouteTableRow },
): string {
  if (from.vpcId !== to.vpcId) throw tableElsewhere(to.id, "network", from.vpcId);
  if (associationsOf(tx, to).some((each) => each.with === "gateway")) throw mainAtGateway(to.id);
  const { mainAssociationId: _ended, ...rest } = from;
  routeTables.put(tx, rest);
  const id = call.newId("rtbassoc");
  routeTables.change(tx, to, { mainAssociationId: id });
  tx.wish(networkTopic);
  return id;
}
