/** The interfaces of a VPC that have a machine or a gateway to speak for. */
import type { ReadTx } from "@casemate/store";
import { isOfClosedGateway } from "../nat-gateway/nat-gateway-model.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";

/** Those that packets are to reach, in the order of their ids. */
export function standingInterfaces(tx: ReadTx, vpcId: string): readonly NetworkInterfaceRow[] {
  return tx
    .by(networkInterfaces.collection, "vpc", vpcId)
    .filter(
      (row) =>
        row.status === "in-use" && row.attachment?.status !== "detaching" && !isOfClosedGateway(tx, row),
    );
}
