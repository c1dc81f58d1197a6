/** What a launch says about its interfaces, from whichever form the request uses. */
import type { InstanceNetworkInterfaceSpecification, RunInstancesRequest } from "@casemate/wire/ec2";
import {
  askedAddresses,
  namesAddresses,
  type AskedAddresses,
} from "../../network-interface/asked-addresses.ts";
import { checkDevice } from "../../network-interface/attachment.ts";
import {
  addressForMany,
  addressTwice,
  deviceIndexMissing,
  deviceIndexTwice,
  existingInterfaceForMany,
  existingInterfaceTwice,
  existingInterfaceWith,
  existingKept,
  groupsTwice,
  interfaceUnsupported,
  ipv6Twice,
  primaryInterfaceMissing,
  publicIpForMany,
  subnetTwice,
} from "./faults.ts";

/** What the request says about one interface, in one form. */
export interface AskedInterface {
  readonly deviceIndex: number;
  /** Set where the interface exists already. */
  readonly existingId: string | undefined;
  readonly subnetId: string | undefined;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly associatePublicIp: boolean | undefined;
  readonly addresses: AskedAddresses;
  readonly description: string;
  readonly deleteOnTermination: boolean;
}

/** Members that only a new interface can have. */
const ofNewOnly = [
  "AssociatePublicIpAddress",
  "Description",
  "Groups",
  "Ipv4PrefixCount",
  "Ipv4Prefixes",
  "Ipv6AddressCount",
  "Ipv6Addresses",
  "Ipv6PrefixCount",
  "Ipv6Prefixes",
  "PrivateIpAddress",
  "PrivateIpAddresses",
  "SecondaryPrivateIpAddressCount",
  "SubnetId",
] as const satisfies readonly (keyof InstanceNetworkInterfaceSpecification)[];

const honoured: ReadonlySet<string> = new Set([
  ...ofNewOnly,
  "DeleteOnTermination",
  "DeviceIndex",
  "NetworkCardIndex",
  "NetworkInterfaceId",
]);

/**
 * The interfaces that a request asks for, the primary first. @throws faults of contradictory and
 * unsupported forms
 */
export function askedInterfaces(input: RunInstancesRequest): readonly [AskedInterface, ...AskedInterface[]] {
  const specs = input.NetworkInterfaces ?? [];
  if (specs.length === 0) return [plainInterface(input)];
  if (input.SubnetId !== undefined) throw subnetTwice();
  if ((input.SecurityGroupIds ?? input.SecurityGroups ?? []).length > 0) throw groupsTwice();
  if (input.PrivateIpAddress !== undefined) throw addressTwice();
  if (input.Ipv6AddressCount !== undefined || (input.Ipv6Addresses ?? []).length > 0) throw ipv6Twice();
  const asked = specs
    .map((spec) => askedInterface(spec, specs.length === 1))
    .toSorted((a, b) => a.deviceIndex - b.deviceIndex);
  if (new Set(asked.map(({ deviceIndex }) => deviceIndex)).size < asked.length) throw deviceIndexTwice();
  const [primary, ...others] = asked;
  if (primary?.deviceIndex !== 0) throw primaryInterfaceMissing();
  if (others.length > 0 && asked.some(({ associatePublicIp }) => associatePublicIp === true)) {
    throw publicIpForMany();
  }
  const existing = asked.map(({ existingId }) => existingId).filter((id) => id !== undefined);
  if (new Set(existing).size < existing.length) throw existingInterfaceTwice();
  if (input.MaxCount > 1) {
    if (existing.length > 0) throw existingInterfaceForMany();
    if (asked.some(({ addresses }) => namesAddresses(addresses))) throw addressForMany();
  }
  return [primary, ...others];
}

/** The interface of a request that speaks of the instance alone. */
function plainInterface(input: RunInstancesRequest): AskedInterface {
  const addresses = askedAddresses(input);
  if (input.MaxCount > 1 && namesAddresses(addresses)) throw addressForMany();
  return {
    deviceIndex: 0,
    existingId: undefined,
    subnetId: input.SubnetId,
    groupIds: input.SecurityGroupIds ?? [],
    groupNames: input.SecurityGroups ?? [],
    associatePublicIp: undefined,
    addresses,
    description: "",
    deleteOnTermination: true,
  };
}

function askedInterface(spec: InstanceNetworkInterfaceSpecification, alone: boolean): AskedInterface {
  for (const [name, value] of Object.entries(spec)) {
    if (value === undefined || honoured.has(name)) continue;
    if (!(name === "InterfaceType" && value === "interface")) throw interfaceUnsupported(name);
  }
  if (spec.DeviceIndex === undefined && !alone) throw deviceIndexMissing();
  const deviceIndex = spec.DeviceIndex ?? 0;
  checkDevice({ index: deviceIndex, card: spec.NetworkCardIndex });
  const existingId = spec.NetworkInterfaceId;
  if (existingId !== undefined) refuseBeside(spec);
  return {
    deviceIndex,
    existingId,
    subnetId: spec.SubnetId,
    groupIds: spec.Groups ?? [],
    groupNames: [],
    associatePublicIp: spec.AssociatePublicIpAddress,
    addresses: askedAddresses(spec),
    description: spec.Description ?? "",
    deleteOnTermination: spec.DeleteOnTermination ?? existingId === undefined,
  };
}

/** An interface that exists has its own addresses, groups and subnet. */
function refuseBeside(spec: InstanceNetworkInterfaceSpecification): void {
  const beside = ofNewOnly.find((name) => {
    const value = spec[name];
    return value !== undefined && !(typeof value === "object" && value.length === 0);
  });
  if (beside !== undefined) throw existingInterfaceWith(beside);
  if (spec.DeleteOnTermination === true) throw existingKept();
}
