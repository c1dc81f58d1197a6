/** From routes to those of the network model: what does not stand is a black hole. */
import type { RouteModel, RouteTarget as ModelTarget } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { egressOnlyInternetGateways } from "../egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { forwards, natGateways } from "../nat-gateway/nat-gateway.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { peersOf } from "../vpc-peering-connection/peering-connection.ts";
import type { RouteRow, RouteTableRow, RouteTarget } from "./route-table.ts";

/** Whether a target takes packets of a VPC. */
export function targetStands(tx: ReadTx, vpcId: string, target: RouteTarget): boolean {
  switch (target.kind) {
    case "local":
      return true;
    case "internet-gateway":
      return tx.get(internetGateways.collection, target.id)?.vpcId === vpcId;
    case "egress-only-internet-gateway":
      return tx.get(egressOnlyInternetGateways.collection, target.id)?.vpcId === vpcId;
    case "nat-gateway": {
      const row = tx.get(natGateways.collection, target.id);
      return row?.vpcId === vpcId && forwards(row);
    }
    case "vpc-peering":
      return peersOf(tx, vpcId).some(({ row }) => row.id === target.id);
    case "network-interface": {
      const row = tx.get(networkInterfaces.collection, target.id);
      return row?.vpcId === vpcId && row.status === "in-use";
    }
  }
}

/** A route of a table, for the model of its VPC. */
export function routeModel(tx: ReadTx, table: RouteTableRow, { destination, target }: RouteRow): RouteModel {
  const stands = targetStands(tx, table.vpcId, target);
  return { destination, target: stands ? modelTarget(target) : { kind: "blackhole" } };
}

function modelTarget(target: RouteTarget): ModelTarget {
  return target.kind === "network-interface" ? { kind: "eni", eniId: target.id } : target;
}
