/** What observation makes of a NAT gateway: its row and its interface change here, in one place. */
import type { ReadTx, Tx } from "@casemate/store";
import { releaseNumber } from "../host-number.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { natGateways, type NatGatewayRow } from "./nat-gateway.ts";

/** How long a gateway that is gone is still described, milliseconds. */
export const goneShownMs = 60 * 60 * 1000;

/** Why a pending gateway cannot come to be, or undefined when it can. */
export function failureOf(tx: ReadTx, row: NatGatewayRow): NatGatewayRow["failure"] {
  if (row.connectivity === "private") return undefined;
  if (tx.by(internetGateways.collection, "vpc", row.vpcId).length === 0) {
    return {
      code: "Gateway.NotAttached",
      message: `Network ${row.vpcId} has no Internet gateway attached`,
    };
  }
  const { allocationId = "", associationId } = row.address;
  if (associationId !== undefined) return undefined;
  return {
    code: "Resource.AlreadyAssociated",
    message: `Elastic IP address ${allocationId} is already associated`,
  };
}

/** Packets pass it. */
export function becameAvailable(tx: Tx, row: NatGatewayRow): void {
  natGateways.change(tx, row, { state: "available" });
}

/** It cannot come to be: what it took is free again. */
export function becameFailed(
  tx: Tx,
  row: NatGatewayRow,
  failure: NonNullable<NatGatewayRow["failure"]>,
): void {
  removeInterface(tx, row);
  natGateways.change(tx, row, { state: "failed", failure });
}

/** No packet passes it any more: its interface goes, and its elastic IP is free again. */
export function becameDeleted(tx: Tx, row: NatGatewayRow, now: number): void {
  removeInterface(tx, row);
  natGateways.change(tx, row, { state: "deleted", deletedAt: now });
}

function removeInterface(tx: Tx, { address }: NatGatewayRow): void {
  const eni = tx.get(networkInterfaces.collection, address.networkInterfaceId);
  if (eni === undefined) return;
  releaseNumber(tx, "eni", eni.number);
  networkInterfaces.remove(tx, eni);
  tx.wish(networkTopic);
}

/** Forgets gateways that have been gone long enough; whether there was any. */
export function forgetGone(tx: Tx, now: number): void {
  for (const row of tx.scan(natGateways.collection)) {
    const goneAt = row.state === "failed" ? row.createdAt : row.deletedAt;
    if (goneAt !== undefined && now - goneAt > goneShownMs) natGateways.remove(tx, row);
  }
}
