/** The interfaces of a VPC that have a machine or a gateway to speak for. */
import type { ReadTx } from "@casemate/store";
import { isOfClosedGateway } from "../nat-gateway/nat-gateway-model.ts";
import { endpointTarget } from "../vpc-endpoint/endpoint-model.ts";
import { vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";

/** Those that packets are to reach, in the order of their ids. */
export function standingInterfaces(tx: ReadTx, vpcId: string): readonly NetworkInterfaceRow[] {
  return tx
    .by(networkInterfaces.collection, "vpc", vpcId)
    .filter(
      (row) =>
        row.status === "in-use" &&
        row.attachment?.status !== "detaching" &&
        !isOfClosedGateway(tx, row) &&
        !isOfClosedEndpoint(tx, row),
    );
}

/** Whether an interface belongs to an endpoint that no packet is to pass: not yet, or not any more. */
function isOfClosedEndpoint(tx: ReadTx, { requester }: NetworkInterfaceRow): boolean {
  if (requester?.interfaceType !== "vpc_endpoint") return false;
  const row = tx.get(vpcEndpoints.collection, requester.resourceId);
  return row === undefined || endpointTarget(tx, row) === undefined;
}
