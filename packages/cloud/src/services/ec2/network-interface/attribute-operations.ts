/**
 * ModifyNetworkInterfaceAttribute, ResetNetworkInterfaceAttribute and DescribeNetworkInterfaceAttribute: one
 * attribute at a time, live.
 */
import type { Tx } from "@casemate/store";
import type {
  DescribeNetworkInterfaceAttributeResult,
  ModifyNetworkInterfaceAttributeRequest,
  NetworkInterfaceAttribute,
} from "@casemate/wire/ec2";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import {
  attributeUnmodifiable,
  attributeValueMissing,
  noAttribute,
  severalAttributes,
} from "../instance/attribute-change.ts";
import { instances } from "../instance/instance.ts";
import { takePublicAddress } from "../instance/launch/address-allocation.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { setInterfaceGroups } from "./interface-groups.ts";
import { attachmentNotFound, interfaceNotOwn } from "./faults.ts";
import { networkInterfaceView } from "./interface-view.ts";
import {
  networkInterfaces,
  primaryPublicIp,
  withPublicIp,
  type NetworkInterfaceRow,
} from "./network-interface.ts";

/** The attributes that a request names. */
function named(input: ModifyNetworkInterfaceAttributeRequest): ConditionKeys {
  return {
    ...(input.Attachment && { Attachment: input.Attachment.AttachmentId }),
    ...(input.AssociatePublicIpAddress !== undefined && {
      AssociatePublicIpAddress: input.AssociatePublicIpAddress,
    }),
    ...(input.Description && { Description: input.Description.Value ?? "" }),
    ...(input.Groups?.length ? { Groups: input.Groups } : {}),
    ...(input.SourceDestCheck && { SourceDestCheck: input.SourceDestCheck.Value }),
  };
}

function attributeKeys(input: ModifyNetworkInterfaceAttributeRequest): ConditionKeys {
  const attributes = Object.entries(named(input));
  const names = attributes.map(([name]) => name);
  return {
    "ec2:Attribute": names.length > 1 ? names : names[0],
    ...Object.fromEntries(attributes.map(([name, value]) => [`ec2:Attribute/${name}`, value])),
  };
}

export const modifyNetworkInterfaceAttribute = operation("ModifyNetworkInterfaceAttribute", {
  access: "write",
  honours: [
    "AssociatePublicIpAddress",
    "Attachment",
    "Description",
    "Groups",
    "NetworkInterfaceId",
    "SourceDestCheck",
  ],
  needs: (input, call) => [
    call.need(networkInterfaces.target(call, input.NetworkInterfaceId), attributeKeys(input)),
    ...[...new Set(input.Groups)].map((id) => call.need(securityGroups.target(call, id))),
  ],
  handle(tx, input, call) {
    const row = networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (row.requester !== undefined) throw interfaceNotOwn();
    const asked = Object.keys(named(input)).length;
    if (asked === 0) throw noAttribute();
    if (asked > 1) throw severalAttributes();
    if (input.AssociatePublicIpAddress !== undefined) {
      setPublicAddress(tx, call, { row, wanted: input.AssociatePublicIpAddress });
    } else if (input.Groups?.length) setInterfaceGroups(tx, call, { row, groupIds: input.Groups });
    else networkInterfaces.change(tx, row, change(row, input));
    tx.wish(networkTopic);
    return {};
  },
});

function change(
  row: NetworkInterfaceRow,
  input: ModifyNetworkInterfaceAttributeRequest,
): Partial<NetworkInterfaceRow> {
  if (input.Description !== undefined) return { description: input.Description.Value ?? "" };
  if (input.SourceDestCheck !== undefined) {
    const { Value: value } = input.SourceDestCheck;
    if (value === undefined) throw attributeValueMissing("value");
    return { sourceDestCheck: value };
  }
  return attachmentChange(row, input.Attachment ?? {});
}

function attachmentChange(
  { attachment }: NetworkInterfaceRow,
  asked: NonNullable<ModifyNetworkInterfaceAttributeRequest["Attachment"]>,
): Partial<NetworkInterfaceRow> {
  const { AttachmentId: id, DeleteOnTermination: deleteOnTermination, ...others } = asked;
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (other !== undefined) throw attributeUnmodifiable(other[0]);
  if (id === undefined) throw attributeValueMissing("attachmentId");
  if (deleteOnTermination === undefined) throw attributeValueMissing("deleteOnTermination");
  if (attachment?.id !== id) throw attachmentNotFound(id);
  return { attachment: { ...attachment, deleteOnTermination } };
}

/** An address of Amazon's comes to the primary interface of an instance that runs, and goes. */
function setPublicAddress(
  tx: Tx,
  call: Call,
  { row, wanted }: { readonly row: NetworkInterfaceRow; readonly wanted: boolean },
): void {
  const others = row.publicIps.filter(({ elastic }) => elastic !== undefined);
  const asked = networkInterfaces.change(tx, row, {
    autoPublicIp: wanted,
    publicIps: wanted ? row.publicIps : others,
  });
  const { attachment } = row;
  const state = attachment && tx.get(instances.collection, attachment.instanceId)?.state;
  const runs = attachment?.deviceIndex === 0 && (state === "running" || state === "pending");
  if (wanted && runs && primaryPublicIp(asked) === undefined) {
    networkInterfaces.change(tx, asked, withPublicIp(asked, takePublicAddress(tx, call)));
  }
}

export const resetNetworkInterfaceAttribute = operation("ResetNetworkInterfaceAttribute", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (row.requester !== undefined) throw interfaceNotOwn();
    if (input.SourceDestCheck === undefined) throw noAttribute();
    networkInterfaces.change(tx, row, { sourceDestCheck: true });
    tx.wish(networkTopic);
    return {};
  },
});

type View = ReturnType<typeof networkInterfaceView>;

const readers: Readonly<
  Record<NetworkInterfaceAttribute, (view: View) => DescribeNetworkInterfaceAttributeResult>
> = {
  associatePublicIpAddress: (view) => ({ AssociatePublicIpAddress: view.Association !== undefined }),
  attachment: (view) => ({ Attachment: view.Attachment }),
  description: (view) => ({ Description: { Value: view.Description } }),
  groupSet: (view) => ({ Groups: view.Groups ?? [] }),
  sourceDestCheck: (view) => ({ SourceDestCheck: { Value: view.SourceDestCheck } }),
};

export const describeNetworkInterfaceAttribute = operation("DescribeNetworkInterfaceAttribute", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const row = networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (input.Attribute === undefined) throw noAttribute();
    return { NetworkInterfaceId: row.id, ...readers[input.Attribute](networkInterfaceView(row, tx)) };
  },
});
