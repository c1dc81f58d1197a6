/** Changing the addresses of a standing interface: within its instance's limits, and into effect at once. */
import type { ReadTx, Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { fetchInstanceType } from "../instance-type/instance-types.ts";
import { instances, instanceTopic } from "../instance/instance.ts";
import { networkTopic } from "../network/network-topic.ts";
import { checkAddressRoom } from "./attachment.ts";
import { interfaceNotOwn } from "./faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";
import type { AddressColumns } from "./new-interface.ts";

/**
 * An interface that the caller may change: not one that a gateway keeps. @throws interfaceNotOwn and as
 * fetch
 */
export function fetchOwn(tx: ReadTx, call: Call, id: string): NetworkInterfaceRow {
  const row = networkInterfaces.fetch(tx, call, id);
  if (row.requester !== undefined) throw interfaceNotOwn();
  return row;
}

/** Changes addresses. @throws the faults of limits */
export function changeAddresses(
  tx: Tx,
  row: NetworkInterfaceRow,
  changes: Partial<AddressColumns & Pick<NetworkInterfaceRow, "publicIps">>,
): NetworkInterfaceRow {
  const changed = networkInterfaces.change(tx, row, changes);
  const instance = row.attachment && tx.get(instances.collection, row.attachment.instanceId);
  if (instance !== undefined) checkAddressRoom(fetchInstanceType(instance.instanceType), changed);
  tx.wish(networkTopic);
  tx.wish(instanceTopic);
  return changed;
}
