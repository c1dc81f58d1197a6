/**
 * What observation makes of an instance: the rows change here, in one place, whether a guest, a user or a
 * crash brought it about.
 */
import type { Tx } from "@casemate/store";
import { profileAssociations } from "../instance-profile-association/association.ts";
import { endAttachment } from "../network-interface/attachment.ts";
import { removeInterface } from "../network-interface/create-operations.ts";
import { elasticIps, networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { volumes } from "../volume/volume.ts";
import { interfacesOf } from "./instance-view.ts";
import { attachedInterfaces, settleAttachments } from "./machine-interfaces.ts";
import { changeInstance, instances, transitionReason, type InstanceRow } from "./instance.ts";

/** The machine runs. */
export function becameRunning(tx: Tx, row: InstanceRow): void {
  const { stateReason: _reason, ...rest } = row;
  instances.put(tx, { ...rest, state: "running" });
  const enis = attachedInterfaces(tx, row.id).map(({ id }) => id);
  settleAttachments(tx, row.id, enis);
}

/** The machine is gone, its disk stays; a public address that came with running goes. */
export function becameStopped(tx: Tx, row: InstanceRow): void {
  for (const eni of interfacesOf(tx, row.id)) {
    networkInterfaces.change(tx, eni, { publicIps: elasticIps(eni) });
  }
  tx.wish(networkTopic);
  instances.change(tx, row, { state: "stopped", forced: false, rebootsDone: row.rebootsAsked });
}

/**
 * Nothing is left of the machine: its interfaces, volumes and association go with it; the row is shown a
 * while longer.
 */
export function becameTerminated(tx: Tx, row: InstanceRow, now: number): void {
  for (const eni of interfacesOf(tx, row.id)) {
    if (eni.attachment?.deleteOnTermination === false) {
      endAttachment(tx, eni);
      continue;
    }
    removeInterface(tx, eni);
  }
  for (const volume of tx.by(volumes.collection, "instance", row.id)) volumes.remove(tx, volume);
  for (const association of tx.by(profileAssociations.collection, "instance", row.id)) {
    profileAssociations.remove(tx, association);
  }
  tx.wish(networkTopic);
  const { sealedUserData: _data, ...rest } = row;
  instances.put(tx, { ...rest, state: "terminated", terminatedAt: now });
}

/** The guest shut itself down: it stops or terminates, as the instance says. */
export function shutItselfDown(tx: Tx, row: InstanceRow, now: number): void {
  const reason = {
    stateReason: {
      code: "Client.InstanceInitiatedShutdown",
      message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    },
    stateTransitionReason: transitionReason("Instance initiated", now),
  };
  if (row.shutdownBehavior === "terminate") changeInstance(tx, row, { ...reason, state: "shutting-down" });
  else becameStopped(tx, changeInstance(tx, row, reason));
}

/**
 * The machine ended or would not start, and nobody asked for it. An instance that never ran is terminated, as
 * on AWS.
 */
export function failed(tx: Tx, row: InstanceRow): void {
  const reason = {
    stateReason: { code: "Server.InternalError", message: "Server.InternalError: Internal error on launch" },
    stateTransitionReason: "Server.InternalError",
  };
  if (row.state === "pending" && row.starts === 1) {
    changeInstance(tx, row, { ...reason, state: "shutting-down" });
  } else becameStopped(tx, changeInstance(tx, row, reason));
}

/** How long a terminated instance is still described, milliseconds. */
export const terminatedShownMs = 60 * 60 * 1000;

/** Forgets instances that were terminated long enough ago. */
export function forgetTerminated(tx: Tx, now: number): void {
  for (const row of tx.scan(instances.collection)) {
    if (row.terminatedAt !== undefined && now - row.terminatedAt > terminatedShownMs) {
      instances.remove(tx, row);
    }
  }
}
