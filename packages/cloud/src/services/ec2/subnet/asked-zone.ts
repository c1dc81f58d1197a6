/** The zone that a subnet is asked for in, by name or by id. */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { zonesOf, type Zone } from "../zone/zones.ts";
import { subnetZoneInvalid, zoneGivenTwice } from "./faults.ts";
import { subnets } from "./subnet.ts";

/** How requests name a zone. */
export interface ZoneInput {
  readonly AvailabilityZone?: string | undefined;
  readonly AvailabilityZoneId?: string | undefined;
}

/** The zone that is named, or undefined where none is. @throws zoneGivenTwice, subnetZoneInvalid */
export function askedZone(call: Call, input: ZoneInput): Zone | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  if (name !== undefined && id !== undefined) throw zoneGivenTwice();
  if (name === undefined && id === undefined) return undefined;
  const zones = zonesOf(call.region);
  const found = zones.find((zone) => (name === undefined ? zone.id === id : zone.name === name));
  if (found !== undefined) return found;
  const [value, parameter] =
    name === undefined ? [id ?? "", "availabilityZoneId"] : [name, "availabilityZone"];
  const known = zones.map((zone) => (name === undefined ? zone.id : zone.name)).join(", ");
  throw subnetZoneInvalid(value, parameter, known);
}

/** The zone with the fewest subnets of a VPC, for a request that leaves the choice open. */
export function emptiestZone(tx: ReadTx, call: Call, vpcId: string): Zone {
  const present = tx.by(subnets.collection, "vpc", vpcId);
  const count = ({ name }: Zone): number => present.filter(({ zone }) => zone === name).length;
  const [first, ...rest] = zonesOf(call.region);
  if (first === undefined) throw new Error(`${call.region} has no zones.`);
  return rest.reduce((best, zone) => (count(zone) < count(best) ? zone : best), first);
}
