/**
 * How an elastic IP comes to stand for a private address and ceases to. The address that came with a running
 * instance gives way to an elastic one; another comes when the elastic one goes.
 */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { findPublicAddress } from "../instance/launch/address-allocation.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances } from "../instance/instance.ts";
import {
  networkInterfaces,
  primaryPublicIp,
  withPublicIp,
  type NetworkInterfaceRow,
} from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import type { ElasticIpRow, ElasticIpUse } from "./elastic-ip.ts";

/** Lets an elastic IP stand for a private address of an interface, instead of whatever did. */
export function beginUse(
  tx: Tx,
  call: Call,
  made: { readonly row: ElasticIpRow; readonly eni: NetworkInterfaceRow; readonly privateIp: string },
): string {
  const { row, eni, privateIp } = made;
  const associationId = call.newId("eipassoc");
  const elastic = { allocationId: row.id, associationId };
  const others = eni.publicIps.filter((each) => each.privateIp !== privateIp);
  networkInterfaces.change(tx, eni, {
    publicIps: [...others, { privateIp, publicIp: row.publicIp, elastic }],
  });
  tx.wish(networkTopic);
  return associationId;
}

/** Ends the use of an elastic IP. Its tracked flows end with it. */
export function endUse(tx: Tx, call: Call, { eni, mapping }: ElasticIpUse): void {
  const publicIps = eni.publicIps.filter(({ publicIp }) => publicIp !== mapping.publicIp);
  const left = networkInterfaces.change(tx, eni, { publicIps });
  tx.wish(networkTopic);
  if (!getsPublicAddress(tx, left)) return;
  // An empty pool keeps nobody from giving an address up.
  const publicIp = findPublicAddress(tx, call);
  if (publicIp !== undefined) networkInterfaces.change(tx, left, withPublicIp(left, publicIp));
}

/** Whether an interface is to have an address of Amazon's now: the only one of an instance that runs. */
function getsPublicAddress(tx: Tx, eni: NetworkInterfaceRow): boolean {
  const id = eni.attachment?.instanceId;
  const instance = id === undefined ? undefined : tx.get(instances.collection, id);
  const runs = instance?.state === "running" || instance?.state === "pending";
  return (
    eni.autoPublicIp &&
    primaryPublicIp(eni) === undefined &&
    runs &&
    interfacesOf(tx, instance.id).length === 1
  );
}
