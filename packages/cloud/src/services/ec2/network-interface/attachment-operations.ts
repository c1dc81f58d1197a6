/**
 * Attaching interfaces to instances and detaching them while these run: the rows say what is wished, the
 * reconcilers what is so.
 */
import type { Call, Need } from "../../../kit/index.ts";
import { instances, instanceTopic } from "../instance/instance.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { attach, checkAttachable } from "./attachment.ts";
import {
  attachmentForeign,
  attachmentMalformed,
  attachmentNotFound,
  attachmentUnsettled,
  instanceNotReady,
  interfaceNotOwn,
  interfaceTaken,
  primaryUndetachable,
} from "./faults.ts";
import { attachableTarget, findAttachable } from "./interface-permission.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";

export const attachNetworkInterface = operation("AttachNetworkInterface", {
  access: "write",
  honours: ["DeviceIndex", "InstanceId", "NetworkCardIndex", "NetworkInterfaceId"],
  needs: (input, call) => [
    call.need(instances.target(call, input.InstanceId)),
    call.need(attachableTarget(call, input.NetworkInterfaceId)),
  ],
  handle(tx, input, call) {
    const instance = instances.fetch(tx, call, input.InstanceId);
    const row =
      findAttachable(tx, call, input.NetworkInterfaceId) ??
      networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (row.requester !== undefined) throw interfaceNotOwn();
    if (instance.state !== "running" && instance.state !== "stopped") throw instanceNotReady(instance.id);
    if (row.status !== "available") throw interfaceTaken(row.id);
    const index = input.DeviceIndex;
    checkAttachable(tx, instance, { row, index, card: input.NetworkCardIndex });
    const attached = attach(tx, call, {
      row,
      instance,
      index,
      deleteOnTermination: false,
      status: "attaching",
    });
    tx.wish(networkTopic);
    tx.wish(instanceTopic);
    return { AttachmentId: attached.attachment?.id, NetworkCardIndex: 0 };
  },
});

/** The interface that is attached so, if the caller owns it or the instance. */
function findAttached(call: Call, attachmentId: string): NetworkInterfaceRow | undefined {
  return call.tx
    .by(networkInterfaces.collection, "attachment", attachmentId)
    .find(
      ({ accountId, region, attachment }) =>
        region === call.region &&
        (accountId === call.accountId || attachment?.instanceOwnerId === call.accountId),
    );
}

export const detachNetworkInterface = operation("DetachNetworkInterface", {
  access: "write",
  // Nothing here waits for a guest, so what is forced and what is not comes to the same.
  honours: "all",
  needs(input, call): readonly Need[] {
    const row = findAttached(call, input.AttachmentId);
    return [
      call.need(instances.target(call, row?.attachment?.instanceId ?? "*")),
      call.need(row === undefined ? networkInterfaces.fresh(call) : detachableTarget(call, row)),
    ];
  },
  handle(tx, input, call) {
    const { AttachmentId: id } = input;
    if (id.startsWith("ela-attach-")) throw attachmentForeign();
    if (!/^eni-attach-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw attachmentMalformed(id);
    const row = findAttached(call, id);
    if (row?.attachment === undefined) throw attachmentNotFound(id);
    const { attachment } = row;
    if (attachment.deviceIndex === 0) throw primaryUndetachable();
    if (attachment.status === "detaching") throw attachmentUnsettled(id, attachment.status);
    networkInterfaces.change(tx, row, { attachment: { ...attachment, status: "detaching" } });
    tx.wish(networkTopic);
    tx.wish(instanceTopic);
    return {};
  },
});

/** The owner of an instance may detach from it what another account's interface is. */
function detachableTarget(call: Call, row: NetworkInterfaceRow): Need["target"] {
  const target = networkInterfaces.targetOf(row, call.tx);
  if (row.accountId === call.accountId) return target;
  return { arn: target.arn, accountId: call.accountId, keys: {} };
}
