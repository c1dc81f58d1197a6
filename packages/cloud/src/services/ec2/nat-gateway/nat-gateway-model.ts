/** The NAT gateways of a VPC, for its network model. */
import type { NatGatewayModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { forwards, natGateways } from "./nat-gateway.ts";

/** The gateways that packets are to pass. */
export function natGatewayModels(tx: ReadTx, vpcId: string): readonly NatGatewayModel[] {
  return tx
    .by(natGateways.collection, "vpc", vpcId)
    .filter(forwards)
    .map(({ id, address }) => ({ id, eniId: address.networkInterfaceId }));
}

/** Whether an interface belongs to a gateway that no packet is to pass any more. */
export function isOfClosedGateway(tx: ReadTx, { requester }: NetworkInterfaceRow): boolean {
  if (requester?.interfaceType !== "nat_gateway") return false;
  const row = tx.get(natGateways.collection, requester.resourceId);
  return row === undefined || !forwards(row);
}
