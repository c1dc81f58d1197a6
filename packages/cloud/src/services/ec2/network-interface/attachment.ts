/**
 * What an instance can have attached: how many interfaces, at which indexes, with how many addresses, all as
 * its type says. The rows change here; what runs follows by the reconcilers.
 */
import type { ReadTx, Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import {
  fetchInstanceType,
  isCurrentGeneration,
  type InstanceTypeRow,
} from "../instance-type/instance-types.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import type { InstanceRow } from "../instance/instance.ts";
import type { OpenChange } from "../network/open-change.ts";
import {
  attachedElsewhere,
  attachmentLimitExceeded,
  deviceIndexInvalid,
  deviceIndexTaken,
  ipv6AddressesExceeded,
  networkCardInvalid,
  prefixesUnsupported,
  privateAddressesExceeded,
} from "./faults.ts";
import type { AddressCounts } from "./new-interface.ts";
import { elasticIps, networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";

/** Refuses addresses that an interface of an instance of this type cannot have. */
export function checkAddressRoom(type: InstanceTypeRow, columns: AddressCounts): void {
  const { privateIps, ipv6s = [], ipv4Prefixes = [], ipv6Prefixes = [] } = columns;
  if (ipv4Prefixes.length + ipv6Prefixes.length > 0 && !isCurrentGeneration(type)) {
    throw prefixesUnsupported(type.id);
  }
  if (privateIps.length + ipv4Prefixes.length > type.addressesPerInterfaceMax)
    throw privateAddressesExceeded();
  if (ipv6s.length + ipv6Prefixes.length > type.addressesPerInterfaceMax) throw ipv6AddressesExceeded();
}

/**
 * Refuses a number of interfaces that an instance of this type cannot have. @throws attachmentLimitExceeded
 */
export function checkInterfaceRoom(type: InstanceTypeRow, count: number): void {
  if (count > type.interfacesMax) throw attachmentLimitExceeded(String(count), type.id);
}

/** The highest device index there is. */
const deviceIndexMax = 31;

/** Refuses a place that no interface can take. @throws deviceIndexInvalid, networkCardInvalid */
export function checkDevice(device: { readonly index: number; readonly card: number | undefined }): void {
  const { index, card } = device;
  if (!Number.isInteger(index) || index < 0 || index > deviceIndexMax)
    throw deviceIndexInvalid(String(index));
  if (card !== undefined && card !== 0) throw networkCardInvalid(String(card));
}

/**
 * Refuses an attachment to an instance that has no room or is elsewhere. @throws the faults of this module
 */
export function checkAttachable(
  tx: ReadTx,
  instance: InstanceRow,
  wanted: { readonly row: NetworkInterfaceRow; readonly index: number; readonly card: number | undefined },
): void {
  const { row, index } = wanted;
  checkDevice(wanted);
  if (row.zone !== instance.zone) throw attachedElsewhere();
  const type = fetchInstanceType(instance.instanceType);
  const present = interfacesOf(tx, instance.id);
  if (present.some(({ attachment }) => attachment?.deviceIndex === index)) {
    throw deviceIndexTaken(instance.id, String(index));
  }
  checkInterfaceRoom(type, present.length + 1);
  checkAddressRoom(type, row);
}

/** Attaches an interface; whoever reconciles the instance says when it is there. */
export function attach(
  tx: Tx,
  call: Call,
  made: {
    readonly row: NetworkInterfaceRow;
    readonly instance: Pick<InstanceRow, "id" | "accountId">;
    readonly index: number;
    readonly deleteOnTermination: boolean;
    readonly status: "attaching" | "attached";
  },
): NetworkInterfaceRow {
  const { row, instance, index, deleteOnTermination, status } = made;
  return networkInterfaces.change(tx, row, {
    status: "in-use",
    attachment: {
      id: call.newId("eni-attach"),
      instanceId: instance.id,
      ...(instance.accountId === row.accountId ? {} : { instanceOwnerId: instance.accountId }),
      deviceIndex: index,
      networkCardIndex: 0,
      attachedAt: call.now,
      deleteOnTermination,
      status,
    },
  });
}

/** An interface outlives its attachment; a public address that came with running does not. */
export function endAttachment(tx: Tx, row: NetworkInterfaceRow): NetworkInterfaceRow {
  const { attachment: _ended, ...rest } = row;
  return networkInterfaces.put(tx, {
    ...rest,
    publicIps: elasticIps(row),
    autoPublicIp: false,
    status: "available",
  });
}

/** The attachments that have ended once the networks stand without them. */
export function openDetachments(tx: ReadTx): readonly OpenChange[] {
  return [...tx.scan(networkInterfaces.collection)]
    .filter(({ attachment }) => attachment?.status === "detaching")
    .map(({ id, vpcId, attachment }) => ({
      vpcIds: [vpcId],
      settle: (tx: Tx) => {
        const row = tx.get(networkInterfaces.collection, id);
        if (row?.attachment?.id === attachment?.id && row !== undefined) endAttachment(tx, row);
      },
    }));
}
