/**
 * Where a launch puts its interfaces: subnets, groups and public addresses, as far as they are there.
 */
import type { ReadTx } from "@casemate/store";
import type { RunInstancesRequest } from "@casemate/wire/ec2";
import type { Call } from "../../../../kit/index.ts";
import { attachedElsewhere, interfaceNotOwn, interfaceTaken } from "../../network-interface/faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../../network-interface/network-interface.ts";
import { groupNameNotFound } from "../../security-group/faults.ts";
import { securityGroups, type SecurityGroupRow } from "../../security-group/security-group.ts";
import { isUsableIn } from "../../security-group/vpc-association.ts";
import { subnets, type SubnetRow } from "../../subnet/subnet.ts";
import { vpcs } from "../../vpc/vpc.ts";
import { zoneNotFound } from "../../zone/operations.ts";
import { zonesOf } from "../../zone/zones.ts";
import { askedInterfaces, type AskedInterface } from "./asked-interfaces.ts";
import {
  dedicatedUnavailable,
  groupElsewhere,
  groupFormsTwice,
  groupsPerInterfaceExceeded,
  noDefaultSubnet,
  noDefaultVpc,
  zoneMismatch,
} from "./faults.ts";

/** Security groups that an interface may have. */
export const groupsPerInterfaceMax = 5;

/** Where one interface of a launch comes from. */
export type InterfacePlan = NewInterfacePlan | ExistingInterfacePlan;

/** An interface to be made. */
export interface NewInterfacePlan {
  readonly kind: "new";
  readonly subnet: SubnetRow;
  readonly groups: readonly SecurityGroupRow[];
  readonly publicIp: boolean;
  readonly asked: AskedInterface;
}

/** An interface that exists already. */
export interface ExistingInterfacePlan {
  readonly kind: "existing";
  readonly subnet: SubnetRow;
  readonly row: NetworkInterfaceRow;
  readonly asked: AskedInterface;
}

/** The interfaces of a launch; the instance is where the first one is. */
export type NetworkPlan = readonly [InterfacePlan, ...InterfacePlan[]];

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
  asked: {
    readonly interface: Pick<AskedInterface, "groupIds" | "groupNames">;
    readonly vpcId: string | undefined;
  },
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
  const [primary, ...others] = askedInterfaces(input);
  const zone = input.Placement?.AvailabilityZone;
  if (zone !== undefined && !zonesOf(call.region).some(({ name }) => name === zone)) throw zoneNotFound(zone);
  const first = interfacePlan(tx, call, { asked: primary, zone, alone: others.length === 0 });
  const tenancy = tx.get(vpcs.collection, first.subnet.vpcId)?.tenancy;
  if (tenancy === "dedicated") throw dedicatedUnavailable(first.subnet.vpcId);
  const rest = others.map((asked) =>
    interfacePlan(tx, call, { asked, zone: first.subnet.zone, alone: false }),
  );
  return [first, ...rest];
}

interface Asking {
  readonly asked: AskedInterface;
  readonly zone: string | undefined;
  /** Whether the instance gets no other interface: only then does it get a public address by itself. */
  readonly alone: boolean;
}

function interfacePlan(tx: ReadTx, call: Call, { asked, zone, alone }: Asking): InterfacePlan {
  if (asked.existingId !== undefined) return existingPlan(tx, call, { asked, id: asked.existingId, zone });
  const subnet = fetchSubnet(tx, call, { subnetId: asked.subnetId, zone });
  if (asked.subnetId !== undefined && asked.groupNames.length > 0) throw groupFormsTwice();
  for (const id of asked.groupIds) securityGroups.fetch(tx, call, id);
  const groups = meantGroups(tx, call, { interface: asked, vpcId: subnet.vpcId });
  const unknownName = asked.groupNames.find((name) => !groups.some((row) => row.name === name));
  if (unknownName !== undefined) throw groupNameNotFound(unknownName);
  checkGroups(tx, { groups, subnet });
  const publicIp = asked.associatePublicIp ?? (alone && subnet.mapPublicIpOnLaunch);
  return { kind: "new", subnet, groups, publicIp, asked };
}

function existingPlan(
  tx: ReadTx,
  call: Call,
  wanted: { readonly asked: AskedInterface; readonly id: string; readonly zone: string | undefined },
): ExistingInterfacePlan {
  const { asked, id, zone } = wanted;
  const row = networkInterfaces.fetch(tx, call, id);
  if (row.requester !== undefined) throw interfaceNotOwn();
  if (row.status !== "available") throw interfaceTaken(id);
  const subnet = subnets.fetch(tx, call, row.subnetId);
  if (zone !== undefined && zone !== row.zone) throw attachedElsewhere();
  return { kind: "existing", subnet, row, asked };
}

/**
 * Refuses groups that an interface in a subnet cannot have. @throws groupElsewhere,
 * groupsPerInterfaceExceeded
 */
export function checkGroups(
  tx: ReadTx,
  wanted: { readonly groups: readonly SecurityGroupRow[]; readonly subnet: Pick<SubnetRow, "id" | "vpcId"> },
): void {
  const { groups, subnet } = wanted;
  const foreign = groups.find((row) => !isUsableIn(tx, row, subnet.vpcId));
  if (foreign !== undefined) throw groupElsewhere(foreign.id, subnet.id);
  if (groups.length > groupsPerInterfaceMax) throw groupsPerInterfaceExceeded();
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
