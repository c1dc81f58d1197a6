/** What keeps a VPC from being deleted. A room whose rows belong to VPCs adds its question here. */
import type { ReadTx } from "@casemate/store";
import { egressOnlyInternetGateways } from "../egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { networkAcls } from "../network-acl/network-acl.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { routeTables } from "../route-table/route-table.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { groupVpcAssociations } from "../security-group/vpc-association.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import { peersOf } from "../vpc-peering-connection/peering-connection.ts";

type Question = (tx: ReadTx, vpcId: string) => boolean;

/** Each tells whether something of its kind is there that the VPC was not born with. */
const questions: readonly Question[] = [
  (tx, id) => tx.by(subnets.collection, "vpc", id).length > 0,
  (tx, id) => tx.by(networkInterfaces.collection, "vpc", id).length > 0,
  (tx, id) => tx.by(internetGateways.collection, "vpc", id).length > 0,
  (tx, id) => tx.by(egressOnlyInternetGateways.collection, "vpc", id).length > 0,
  (tx, id) =>
    tx.by(routeTables.collection, "vpc", id).some(({ mainAssociationId }) => mainAssociationId === undefined),
  (tx, id) => tx.by(networkAcls.collection, "vpc", id).some(({ isDefault }) => !isDefault),
  (tx, id) => tx.by(securityGroups.collection, "vpc", id).some(({ name }) => name !== "default"),
  (tx, id) => peersOf(tx, id).length > 0,
  (tx, id) => tx.by(groupVpcAssociations, "vpc", id).length > 0,
  (tx, id) => tx.by(vpcEndpoints.collection, "vpc", id).length > 0,
];

/** Whether anything keeps a VPC from being deleted. */
export function hasDependents(tx: ReadTx, vpcId: string): boolean {
  return questions.some((asks) => asks(tx, vpcId));
}
