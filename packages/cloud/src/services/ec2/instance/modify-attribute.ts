/**
 * ModifyInstanceAttribute and ResetInstanceAttribute: one attribute at a time; what a machine is made from,
 * only while it is stopped.
 */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { fetchInstanceType } from "../instance-type/instance-types.ts";
import { checkAddressRoom, checkInterfaceRoom } from "../network-interface/attachment.ts";
import { setInterfaceGroups } from "../network-interface/interface-groups.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { securityGroups } from "../security-group/security-group.ts";
import {
  attributeKeys,
  attributeUnmodifiable,
  attributeValueInvalid,
  readAttributeChange,
  type AttributeChange,
} from "./attribute-change.ts";
import { interfacesOf } from "./instance-view.ts";
import { changeInstance, instanceInWrongState, instances, type InstanceRow } from "./instance.ts";
import { onlyInterface } from "./only-interface.ts";
import { readUserData, sealUserData } from "./user-data.ts";

/** The instance, which is not ending. @throws the instance's faults, instanceInWrongState */
export function fetchModifiable(tx: Tx, call: Call, id: string): InstanceRow {
  const row = instances.fetch(tx, call, id);
  if (row.state === "shutting-down" || row.state === "terminated") {
    throw instanceInWrongState(row.id, "is not in a state from which it can be modified.");
  }
  return row;
}

export const modifyInstanceAttribute = operation("ModifyInstanceAttribute", {
  access: "write",
  honours: [
    "Attribute",
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "Groups",
    "InstanceId",
    "InstanceInitiatedShutdownBehavior",
    "InstanceType",
    "SourceDestCheck",
    "UserData",
    "Value",
  ],
  needs(input, call) {
    const groupIds = [
      ...(input.Groups ?? []),
      ...(input.Attribute === "groupSet" && input.Value !== undefined ? [input.Value] : []),
    ];
    return [
      call.need(instances.target(call, input.InstanceId), attributeKeys(input)),
      ...[...new Set(groupIds)].map((id) => call.need(securityGroups.target(call, id))),
    ];
  },
  handle(tx, input, call) {
    const change = readAttributeChange(input);
    apply(tx, call, { row: fetchModifiable(tx, call, input.InstanceId), change });
    return {};
  },
});

function apply(
  tx: Tx,
  call: Call,
  asked: { readonly row: InstanceRow; readonly change: AttributeChange },
): void {
  const { row, change } = asked;
  switch (change.name) {
    case "DisableApiStop":
      changeInstance(tx, row, { disableApiStop: change.value });
      return;
    case "DisableApiTermination":
      changeInstance(tx, row, { disableApiTermination: change.value });
      return;
    case "EbsOptimized":
      changeInstance(tx, stopped(row), { ebsOptimized: change.value });
      return;
    case "InstanceInitiatedShutdownBehavior":
      changeInstance(tx, row, { shutdownBehavior: shutdownBehaviorOf(change.value) });
      return;
    case "InstanceType":
      changeInstance(tx, stopped(row), { instanceType: roomyType(tx, row, change.value) });
      return;
    case "UserData":
      putUserData(tx, call, { row: stopped(row), base64: change.value });
      return;
    case "SourceDestCheck":
      setSourceDestCheck(tx, onlyInterface(tx, row), change.value);
      return;
    case "Groups":
      setInterfaceGroups(tx, call, { row: onlyInterface(tx, row), groupIds: change.value });
  }
}

function stopped(row: InstanceRow): InstanceRow {
  if (row.state !== "stopped") throw instanceInWrongState(row.id, "is not in the 'stopped' state.");
  return row;
}

function shutdownBehaviorOf(value: string): "stop" | "terminate" {
  if (value === "stop" || value === "terminate") return value;
  throw attributeValueInvalid(value, "InstanceInitiatedShutdownBehavior");
}

/** A type that has room for the instance's interfaces and their addresses. @throws the faults of both */
function roomyType(tx: Tx, row: InstanceRow, name: string): string {
  const type = fetchInstanceType(name);
  const interfaces = interfacesOf(tx, row.id);
  checkInterfaceRoom(type, interfaces.length);
  for (const each of interfaces) checkAddressRoom(type, each);
  return type.id;
}

function putUserData(
  tx: Tx,
  call: Call,
  asked: { readonly row: InstanceRow; readonly base64: string },
): void {
  const { sealedUserData: _before, ...rest } = asked.row;
  const userData = readUserData(asked.base64);
  const after =
    userData === undefined ? {} : { sealedUserData: sealUserData(call.environment, asked.row.id, userData) };
  changeInstance(tx, rest, after);
}

/** Sets whether an interface drops packets that are neither from nor for it. */
export function setSourceDestCheck(tx: Tx, row: NetworkInterfaceRow, value: boolean): void {
  networkInterfaces.change(tx, row, { sourceDestCheck: value });
  tx.wish(networkTopic);
}

export const resetInstanceAttribute = operation("ResetInstanceAttribute", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(instances.target(call, input.InstanceId))],
  handle(tx, input, call) {
    if (input.Attribute !== "sourceDestCheck") throw attributeUnmodifiable(input.Attribute);
    const row = fetchModifiable(tx, call, input.InstanceId);
    setSourceDestCheck(tx, onlyInterface(tx, row), true);
    return {};
  },
});
