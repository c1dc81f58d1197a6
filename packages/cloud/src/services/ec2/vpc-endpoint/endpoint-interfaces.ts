/** The interfaces that endpoints and endpoint services keep for themselves. */
import type { ReadTx, Tx } from "@casemate/store";
import type { SubnetConfiguration } from "@casemate/wire/ec2";
import type { Call } from "../../../kit/index.ts";
import { releaseNumber, takeNumber } from "../host-number.ts";
import { drawMac, takePrivateAddress } from "../instance/launch/address-allocation.ts";
import { hostFull } from "../instance/launch/faults.ts";
import {
  networkInterfaces,
  type NetworkInterfaceRow,
  type RequesterRow,
} from "../network-interface/network-interface.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import { subnetConfigurationUnsupported, subnetElsewhere, zoneTwice } from "./faults.ts";
import type { EndpointInterface } from "./vpc-endpoint.ts";

/** What a kept interface is made from. */
export interface KeptInterface {
  readonly subnet: SubnetRow;
  readonly address?: string | undefined;
  readonly groupIds: readonly string[];
  readonly description: string;
  readonly interfaceType: RequesterRow["interfaceType"];
  readonly resourceId: string;
}

/** Puts an interface that its users cannot change. @throws the faults of addresses, hostFull */
export function putKeptInterface(tx: Tx, call: Call, made: KeptInterface): NetworkInterfaceRow {
  const { subnet, interfaceType, resourceId } = made;
  const id = call.newId("eni");
  const number = takeNumber(tx, "eni", id);
  if (number === undefined) throw hostFull();
  return networkInterfaces.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: {},
    number,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    mac: drawMac(call),
    description: made.description,
    privateIps: [takePrivateAddress(tx, call, { subnet, asked: made.address })],
    publicIps: [],
    autoPublicIp: false,
    securityGroupIds: made.groupIds,
    sourceDestCheck: true,
    status: "in-use",
    requester: {
      interfaceType,
      resourceId,
      attachmentId: call.newId("ela-attach"),
      attachedAt: call.now,
    },
    createdAt: call.now,
  });
}

/** Takes a kept interface away, and gives its number back. */
export function removeKeptInterface(tx: Tx, id: string): void {
  const row = tx.get(networkInterfaces.collection, id);
  if (row === undefined) return;
  releaseNumber(tx, "eni", row.number);
  networkInterfaces.remove(tx, row);
}

/** Subnets that an endpoint is to stand in, and the addresses asked for in them. */
export interface AskedSubnets {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly configurations: readonly SubnetConfiguration[];
  /** Subnets that it stands in already. */
  readonly present: readonly SubnetRow[];
}

/** A subnet with the address asked for in it. */
export interface AskedSubnet {
  readonly subnet: SubnetRow;
  readonly address: string | undefined;
}

/**
 * The subnets, which are of the VPC and of one zone each. @throws the faults of subnets, subnetElsewhere,
 * zoneTwice, subnetConfigurationUnsupported
 */
export function fetchSubnets(tx: ReadTx, call: Call, asked: AskedSubnets): readonly AskedSubnet[] {
  const ids = [...new Set(asked.subnetIds)];
  const rows = subnets.fetchAll(tx, call, ids);
  const zones = new Set(asked.present.map(({ zone }) => zone));
  for (const { id, vpcId, zone } of rows) {
    if (vpcId !== asked.vpcId) throw subnetElsewhere(id, asked.vpcId);
    if (zones.has(zone)) throw zoneTwice(zone);
    zones.add(zone);
  }
  for (const { SubnetId = "", Ipv6 } of asked.configurations) {
    if (!ids.includes(SubnetId)) throw subnetConfigurationUnsupported(`${SubnetId} is not among the subnets`);
    if (Ipv6 !== undefined) throw subnetConfigurationUnsupported("there are no IPv6 endpoints");
  }
  const addressOf = new Map(asked.configurations.map(({ SubnetId, Ipv4 }) => [SubnetId, Ipv4]));
  return rows.map((subnet) => ({ subnet, address: addressOf.get(subnet.id) }));
}

/** Puts the interfaces of an endpoint into subnets. @throws the faults of addresses, hostFull */
export function putEndpointInterfaces(
  tx: Tx,
  call: Call,
  of: {
    readonly id: string;
    readonly asked: readonly AskedSubnet[];
    readonly groupIds: readonly string[];
  },
): readonly EndpointInterface[] {
  return of.asked.map(({ subnet, address }) => {
    const eni = putKeptInterface(tx, call, {
      subnet,
      address,
      groupIds: of.groupIds,
      description: `VPC Endpoint Interface ${of.id}`,
      interfaceType: "vpc_endpoint",
      resourceId: of.id,
    });
    return { subnetId: subnet.id, networkInterfaceId: eni.id };
  });
}
