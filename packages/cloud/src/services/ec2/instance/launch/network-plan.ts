/**
 * Where a launch puts its interface: the subnet, the groups, the addresses, from whichever form the request
 * uses.
 */
import type { ReadTx } from "@casemate/store";
import type { InstanceNetworkInterfaceSpecification, RunInstancesRequest } from "@casemate/wire/ec2";
import type { Call } from "../../../../kit/index.ts";
import { groupNameNotFound } from "../../security-group/faults.ts";
import { securityGroups, type SecurityGroupRow } from "../../security-group/security-group.ts";
import { subnets, type SubnetRow } from "../../subnet/subnet.ts";
import { vpcs } from "../../vpc/vpc.ts";
import { zoneNotFound } from "../../zone/operations.ts";
import { zonesOf } from "../../zone/zones.ts";
import {
  addressForMany,
  addressTwice,
  dedicatedUnavailable,
  groupElsewhere,
  groupFormsTwice,
  groupsPerInterfaceExceeded,
  groupsTwice,
  interfaceCount,
  interfaceUnsupported,
  ipv6FormsTwice,
  ipv6Twice,
  noDefaultSubnet,
  noDefaultVpc,
  subnetTwice,
  zoneMismatch,
} from "./faults.ts";

/** Security groups that an interface may have. */
export const groupsPerInterfaceMax = 5;

/** What the request says about its interface, in one form. */
export interface AskedInterface {
  readonly subnetId: string | undefined;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly associatePublicIp: boolean | undefined;
  readonly privateIp: string | undefined;
  /** How many IPv6 addresses it gets, or which; absent, its subnet decides. */
  readonly ipv6Count: number | undefined;
  readonly ipv6s: readonly string[];
  readonly description: string;
  readonly deleteOnTermination: boolean;
}

/** Where the interface goes. */
export interface NetworkPlan {
  readonly subnet: SubnetRow;
  readonly groups: readonly SecurityGroupRow[];
  readonly publicIp: boolean;
  /** How many IPv6 addresses are drawn, beside those that are named. */
  readonly ipv6Count: number;
  readonly asked: AskedInterface;
}

const honoured = new Set([
  "AssociatePublicIpAddress",
  "DeleteOnTermination",
  "Description",
  "DeviceIndex",
  "Groups",
  "Ipv6AddressCount",
  "Ipv6Addresses",
  "PrivateIpAddress",
  "SubnetId",
]);

/** The interface that a request asks for. @throws faults of contradictory and unsupported forms */
export function askedInterface(input: RunInstancesRequest): AskedInterface {
  const [spec, ...more] = input.NetworkInterfaces ?? [];
  if (spec === undefined) {
    return {
      subnetId: input.SubnetId,
      groupIds: input.SecurityGroupIds ?? [],
      groupNames: input.SecurityGroups ?? [],
      associatePublicIp: undefined,
      privateIp: input.PrivateIpAddress,
      ...askedIpv6(input),
      description: "",
      deleteOnTermination: true,
    };
  }
  if (input.SubnetId !== undefined) throw subnetTwice();
  if ((input.SecurityGroupIds ?? input.SecurityGroups ?? []).length > 0) throw groupsTwice();
  if (input.PrivateIpAddress !== undefined) throw addressTwice();
  if (input.Ipv6AddressCount !== undefined || (input.Ipv6Addresses ?? []).length > 0) throw ipv6Twice();
  if (more.length > 0 || (spec.DeviceIndex ?? 0) !== 0) throw interfaceCount();
  refuseUnsupported(spec);
  return {
    subnetId: spec.SubnetId,
    groupIds: spec.Groups ?? [],
    groupNames: [],
    associatePublicIp: spec.AssociatePublicIpAddress,
    privateIp: spec.PrivateIpAddress,
    ...askedIpv6(spec),
    description: spec.Description ?? "",
    deleteOnTermination: spec.DeleteOnTermination ?? true,
  };
}

/** The IPv6 addresses that a request or its interface asks for. @throws ipv6FormsTwice */
function askedIpv6(
  from: Pick<InstanceNetworkInterfaceSpecification, "Ipv6AddressCount" | "Ipv6Addresses">,
): Pick<AskedInterface, "ipv6Count" | "ipv6s"> {
  const ipv6s = (from.Ipv6Addresses ?? []).map(({ Ipv6Address: address = "" }) => address);
  if (ipv6s.length > 0 && from.Ipv6AddressCount !== undefined) throw ipv6FormsTwice();
  return { ipv6Count: from.Ipv6AddressCount, ipv6s };
}

function refuseUnsupported(spec: InstanceNetworkInterfaceSpecification): void {
  for (const [name, value] of Object.entries(spec)) {
    if (value === undefined || honoured.has(name)) continue;
    const ordinary =
      (name === "InterfaceType" && value === "interface") || (name === "NetworkCardIndex" && value === 0);
    if (!ordinary) throw interfaceUnsupported(name);
  }
}

/** The subnet that is meant: the named one, or the default one of the zone. Undefined when there is none. */
export function meantSubnet(
  tx: ReadTx,
  call: Call,
  asked: { readonly subnetId: string | undefined; readonly zone: string | undefined },
): SubnetRow | undefined {
  if (asked.subnetId !== undefined) return subnets.find(tx, call, asked.subnetId);
  const vpc = vpcs.list(tx, call).find(({ isDefault }) => isDefault);
  if (vpc === undefined) return undefined;
  const candidates = subnets
    .by(tx, call, { index: "vpc", value: vpc.id })
    .filter((row) => row.defaultForAz && (asked.zone === undefined || row.zone === asked.zone));
  return candidates.toSorted((a, b) => (a.zone < b.zone ? -1 : 1))[0];
}

/** The groups that are meant, as far as they exist: the named ones, or the VPC's default. */
export function meantGroups(
  tx: ReadTx,
  call: Call,
  asked: { readonly interface: AskedInterface; readonly vpcId: string | undefined },
): readonly SecurityGroupRow[] {
  const { groupIds, groupNames } = asked.interface;
  const inVpc =
    asked.vpcId === undefined ? [] : securityGroups.by(tx, call, { index: "vpc", value: asked.vpcId });
  if (groupIds.length === 0 && groupNames.length === 0) {
    return inVpc.filter(({ name }) => name === "default");
  }
  const byId = groupIds.map((id) => securityGroups.find(tx, call, id));
  const byName = groupNames.map((name) => inVpc.find((row) => row.name === name));
  const named = [...byId, ...byName].filter((row) => row !== undefined);
  return named.filter((row, index) => named.findIndex(({ id }) => id === row.id) === index);
}

/** The plan of a launch. @throws faults that name what is missing or contradicts */
export function networkPlan(tx: ReadTx, call: Call, input: RunInstancesRequest): NetworkPlan {
  const asked = askedInterface(input);
  const zone = input.Placement?.AvailabilityZone;
  if (zone !== undefined && !zonesOf(call.region).some(({ name }) => name === zone)) throw zoneNotFound(zone);
  const subnet = fetchSubnet(tx, call, { subnetId: asked.subnetId, zone });
  if (asked.subnetId !== undefined && asked.groupNames.length > 0) throw groupFormsTwice();
  for (const id of asked.groupIds) securityGroups.fetch(tx, call, id);
  const groups = meantGroups(tx, call, { interface: asked, vpcId: subnet.vpcId });
  const unknownName = asked.groupNames.find((name) => !groups.some((row) => row.name === name));
  if (unknownName !== undefined) throw groupNameNotFound(unknownName);
  const foreign = groups.find((row) => row.vpcId !== subnet.vpcId);
  if (foreign !== undefined) throw groupElsewhere(foreign.id, subnet.id);
  if (groups.length > groupsPerInterfaceMax) throw groupsPerInterfaceExceeded();
  const named = asked.privateIp !== undefined || asked.ipv6s.length > 0;
  if (named && input.MaxCount > 1) throw addressForMany();
  if (vpcs.fetch(tx, call, subnet.vpcId).tenancy === "dedicated") throw dedicatedUnavailable(subnet.vpcId);
  const ipv6Count = asked.ipv6s.length > 0 ? 0 : (asked.ipv6Count ?? Number(assignsIpv6(subnet)));
  const publicIp = asked.associatePublicIp ?? subnet.mapPublicIpOnLaunch;
  return { subnet, groups, publicIp, ipv6Count, asked };
}

/** Whether a subnet gives every new interface an IPv6 address. */
function assignsIpv6({ ipv6, assignIpv6AddressOnCreation: assigns }: SubnetRow): boolean {
  return ipv6 !== undefined && assigns === true;
}

function fetchSubnet(
  tx: ReadTx,
  call: Call,
  asked: { readonly subnetId: string | undefined; readonly zone: string | undefined },
): SubnetRow {
  const { subnetId, zone } = asked;
  if (subnetId !== undefined) {
    const row = subnets.fetch(tx, call, subnetId);
    if (zone !== undefined && zone !== row.zone) throw zoneMismatch(zone, row.id);
    return row;
  }
  const found = meantSubnet(tx, call, asked);
  if (found !== undefined) return found;
  const vpc = vpcs.list(tx, call).find(({ isDefault }) => isDefault);
  throw vpc === undefined ? noDefaultVpc() : noDefaultSubnet(vpc.id);
}
