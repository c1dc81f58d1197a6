/** The row of a new subnet: under its VPC's default network ACL, with a number that no other has. */
import type { ReadTx, Tx } from "@casemate/store";
import type { Call, Tags } from "../../../kit/index.ts";
import { networkAcls } from "../network-acl/network-acl.ts";
import { networkTopic } from "../network/network-topic.ts";
import type { Zone } from "../zone/zones.ts";
import { subnetsExceeded } from "./faults.ts";
import { subnets, type SubnetRow } from "./subnet.ts";

/** Subnets that one VPC may have. */
export const subnetsPerVpcMax = 200;
/** The highest number of a subnet that marks of packets have room for. */
const numberMax = 32_767;

/** What a new subnet is made from; its blocks are free and lie in the VPC's. */
export interface NewSubnet {
  readonly vpcId: string;
  readonly cidr: string;
  readonly ipv6Cidr?: string | undefined;
  readonly zone: Zone;
  readonly isDefault: boolean;
  readonly tags: Tags;
}

/** Puts it. @throws subnetsExceeded */
export function putSubnet(tx: Tx, call: Call, asked: NewSubnet): SubnetRow {
  const { vpcId, cidr, ipv6Cidr, zone, isDefault, tags } = asked;
  const others = tx.by(subnets.collection, "vpc", vpcId);
  if (others.length >= subnetsPerVpcMax) throw subnetsExceeded();
  const row = subnets.put(tx, {
    id: call.newId("subnet"),
    accountId: call.accountId,
    region: call.region,
    tags,
    vpcId,
    number: freeNumber(others),
    cidr,
    ...(ipv6Cidr === undefined
      ? {}
      : { ipv6: { associationId: call.newId("subnet-cidr-assoc"), cidr: ipv6Cidr } }),
    zone: zone.name,
    zoneId: zone.id,
    state: "available",
    defaultForAz: isDefault,
    mapPublicIpOnLaunch: isDefault,
    networkAclId: defaultAclId(tx, vpcId),
    networkAclAssociationId: call.newId("aclassoc"),
    hostnameType: "ip-name",
  });
  tx.wish(networkTopic);
  return row;
}

/**
 * The number after the highest, so that what the kernel still holds of a deleted subnet is not taken for a
 * new one; below it once the highest is reached.
 */
function freeNumber(others: readonly SubnetRow[]): number {
  const taken = new Set(others.map(({ number }) => number));
  const highest = Math.max(0, ...taken);
  if (highest < numberMax) return highest + 1;
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
}

function defaultAclId(tx: ReadTx, vpcId: string): string {
  const found = tx.by(networkAcls.collection, "vpc", vpcId).find(({ isDefault }) => isDefault);
  if (found === undefined) throw new Error(`${vpcId} has no default network ACL.`);
  return found.id;
}
