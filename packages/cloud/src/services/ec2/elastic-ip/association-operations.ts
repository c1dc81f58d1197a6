/** Associating elastic IPs with instances and interfaces, and ending that. It takes effect on what runs. */
import type { Tx } from "@casemate/store";
import type { AssociateAddressRequest } from "@casemate/wire/ec2";
import type { Call, Need } from "../../../kit/index.ts";
import { instances } from "../instance/instance.ts";
import { instanceGone, onlyInterface } from "../instance/only-interface.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { interfaceNotOwn } from "../network-interface/faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { operation } from "../operation.ts";
import { associationNotFound } from "../route-table/faults.ts";
import { beginUse, endUse } from "./association.ts";
import { elasticIps, fetchByPublicIp, useOf, type ElasticIpRow, type ElasticIpUse } from "./elastic-ip.ts";
import {
  addressAssociated,
  addressNamedTwice,
  addressUnnamed,
  associateeNamedTwice,
  associateeUnnamed,
  associationNamedTwice,
  associationUnnamed,
  networkWithoutGateway,
  privateAddressElsewhere,
} from "./faults.ts";
import { addressNeed } from "./operations.ts";

export const associateAddress = operation("AssociateAddress", {
  access: "write",
  honours: [
    "AllocationId",
    "AllowReassociation",
    "InstanceId",
    "NetworkInterfaceId",
    "PrivateIpAddress",
    "PublicIp",
  ],
  needs: ({ AllocationId: id, PublicIp: publicIp, InstanceId, NetworkInterfaceId }, call) => [
    addressNeed(call, { id, publicIp }),
    ...(InstanceId === undefined ? [] : [call.need(instances.target(call, InstanceId))]),
    ...(NetworkInterfaceId === undefined
      ? []
      : [call.need(networkInterfaces.target(call, NetworkInterfaceId))]),
  ],
  handle(tx, input, call) {
    const row = fetchAddress(tx, call, input);
    const eni = fetchInterface(tx, call, input);
    if (eni.requester !== undefined) throw interfaceNotOwn();
    const privateIp = input.PrivateIpAddress ?? eni.privateIps[0] ?? "";
    if (!eni.privateIps.includes(privateIp)) throw privateAddressElsewhere(privateIp, eni.id);
    if (tx.by(internetGateways.collection, "vpc", eni.vpcId).length === 0) {
      throw networkWithoutGateway(eni.vpcId);
    }
    return {
      AssociationId: associate(tx, call, { row, eni, privateIp, may: input.AllowReassociation ?? true }),
    };
  },
});

interface Asked {
  readonly row: ElasticIpRow;
  readonly eni: NetworkInterfaceRow;
  readonly privateIp: string;
  /** Whether an address that is associated may be taken from where it is. */
  readonly may: boolean;
}

function associate(tx: Tx, call: Call, { row, eni, privateIp, may }: Asked): string {
  const use = useOf(tx, row);
  if (use === undefined) return beginUse(tx, call, { row, eni, privateIp });
  if (use.eni.requester !== undefined) throw interfaceNotOwn();
  const { associationId } = use.mapping.elastic;
  if (use.eni.id === eni.id && use.mapping.privateIp === privateIp) return associationId;
  if (!may) throw addressAssociated(row.id, associationId);
  endUse(tx, call, use);
  return beginUse(tx, call, { row, eni: networkInterfaces.fetch(tx, call, eni.id), privateIp });
}

function fetchAddress(tx: Tx, call: Call, { AllocationId, PublicIp }: AssociateAddressRequest): ElasticIpRow {
  if (AllocationId !== undefined && PublicIp !== undefined) throw addressNamedTwice();
  if (AllocationId !== undefined) return elasticIps.fetch(tx, call, AllocationId);
  if (PublicIp === undefined) throw addressUnnamed();
  return fetchByPublicIp(tx, call, PublicIp);
}

function fetchInterface(
  tx: Tx,
  call: Call,
  { InstanceId, NetworkInterfaceId }: AssociateAddressRequest,
): NetworkInterfaceRow {
  if (InstanceId !== undefined && NetworkInterfaceId !== undefined) throw associateeNamedTwice();
  if (NetworkInterfaceId !== undefined) return networkInterfaces.fetch(tx, call, NetworkInterfaceId);
  if (InstanceId === undefined) throw associateeUnnamed();
  const instance = instances.fetch(tx, call, InstanceId);
  if (instance.state === "pending" || instance.state === "shutting-down") {
    throw instanceGone(instance.state, instance.id);
  }
  return onlyInterface(tx, instance);
}

interface AssociationName {
  readonly AssociationId?: string | undefined;
  readonly PublicIp?: string | undefined;
}

/** The use with this association id, or undefined. */
function findUse(
  tx: Parameters<typeof useOf>[0],
  call: Call,
  associationId: string,
): ElasticIpUse | undefined {
  return elasticIps
    .list(tx, call)
    .map((row) => useOf(tx, row))
    .find((use) => use?.mapping.elastic.associationId === associationId);
}

function disassociationNeeds({ AssociationId, PublicIp }: AssociationName, call: Call): readonly Need[] {
  const use = AssociationId === undefined ? undefined : findUse(call.tx, call, AssociationId);
  const id = use?.mapping.elastic.allocationId;
  const address = addressNeed(call, { id, publicIp: PublicIp });
  return use === undefined ? [address] : [address, call.need(networkInterfaces.targetOf(use.eni, call.tx))];
}

export const disassociateAddress = operation("DisassociateAddress", {
  access: "write",
  honours: ["AssociationId", "PublicIp"],
  needs: disassociationNeeds,
  handle(tx, { AssociationId, PublicIp }, call) {
    if (AssociationId !== undefined && PublicIp !== undefined) throw associationNamedTwice();
    if (AssociationId === undefined && PublicIp === undefined) throw associationUnnamed();
    const use =
      AssociationId === undefined
        ? useOf(tx, fetchByPublicIp(tx, call, PublicIp ?? ""))
        : findUse(tx, call, AssociationId);
    if (use === undefined) {
      if (AssociationId !== undefined) throw associationNotFound(AssociationId);
      return {};
    }
    if (use.eni.requester !== undefined) throw interfaceNotOwn();
    endUse(tx, call, use);
    return {};
  },
});
