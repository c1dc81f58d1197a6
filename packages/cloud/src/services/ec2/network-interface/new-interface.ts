/** Making an interface: its addresses, its number on this host, its row. */
import type { Tx } from "@casemate/store";
import type { Call, Tags } from "../../../kit/index.ts";
import { takeNumber } from "../host-number.ts";
import { drawMac, takePrivateAddress } from "../instance/launch/address-allocation.ts";
import { countInvalid, hostFull } from "../instance/launch/faults.ts";
import { drawIpv6s, namedIpv6s } from "../instance/launch/ipv6-allocation.ts";
import type { SubnetRow } from "../subnet/subnet.ts";
import type { AskedAddresses } from "./asked-addresses.ts";
import { interfacesExceeded } from "./faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";
import { takeIpv4Prefixes, takeIpv6Prefixes } from "./prefix-allocation.ts";

/** Interfaces that an account may have in a region. */
export const networkInterfacesPerRegionMax = 5000;

/** The columns that hold an interface's addresses. */
export type AddressColumns = Pick<
  NetworkInterfaceRow,
  "privateIps" | "ipv6s" | "ipv4Prefixes" | "ipv6Prefixes"
>;

/** How many IPv6 addresses a new interface draws, beside those that are named. */
export function ipv6Draws({ ipv6s, ipv6Count }: AskedAddresses, subnet: SubnetRow): number {
  if (ipv6s.length > 0) return 0;
  return ipv6Count ?? Number(subnet.ipv6 !== undefined && subnet.assignIpv6AddressOnCreation === true);
}

/** How many addresses and prefixes an interface has, or is to have. */
export interface AddressCounts {
  readonly privateIps: { readonly length: number };
  readonly ipv6s?: { readonly length: number } | undefined;
  readonly ipv4Prefixes?: { readonly length: number } | undefined;
  readonly ipv6Prefixes?: { readonly length: number } | undefined;
}

/** How many addresses a new interface would have. */
export function countedAddresses(asked: AskedAddresses, subnet: SubnetRow): AddressCounts {
  return {
    privateIps: { length: 1 + asked.secondaries.length + asked.secondaryCount },
    ipv6s: { length: asked.ipv6s.length + ipv6Draws(asked, subnet) },
    ipv4Prefixes: { length: asked.ipv4Prefixes.length + asked.ipv4PrefixCount },
    ipv6Prefixes: { length: asked.ipv6Prefixes.length + asked.ipv6PrefixCount },
  };
}

/** Refuses a number of addresses that is none. @throws countInvalid */
export function checkCounts(counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== undefined && !(Number.isInteger(count) && count >= 0)) {
      throw countInvalid(name, String(count));
    }
  }
}

/** Takes what is asked for from a subnet. @throws the faults of addresses and prefixes */
export function takeAddresses(
  tx: Tx,
  call: Call,
  { subnet, asked }: { readonly subnet: SubnetRow; readonly asked: AskedAddresses },
): AddressColumns {
  checkCounts({
    secondaryPrivateIpAddressCount: asked.secondaryCount,
    ipv4PrefixCount: asked.ipv4PrefixCount,
    ipv6AddressCount: asked.ipv6Count,
    ipv6PrefixCount: asked.ipv6PrefixCount,
  });
  const named = [...asked.secondaries, ...(asked.primary === undefined ? [] : [asked.primary])];
  const others = (address: string): readonly string[] => named.filter((each) => each !== address);
  const primary = takePrivateAddress(tx, call, { subnet, asked: asked.primary, taken: asked.secondaries });
  const privateIps = [primary];
  for (const secondary of asked.secondaries) {
    const taken = [...privateIps, ...others(secondary)];
    privateIps.push(takePrivateAddress(tx, call, { subnet, asked: secondary, taken }));
  }
  for (let index = 0; index < asked.secondaryCount; index += 1) {
    privateIps.push(takePrivateAddress(tx, call, { subnet, taken: privateIps }));
  }
  const ipv4Prefixes = takeIpv4Prefixes(tx, call, {
    subnet,
    named: asked.ipv4Prefixes,
    count: asked.ipv4PrefixCount,
    taken: privateIps,
  });
  const ipv6s = [
    ...namedIpv6s(tx, subnet, asked.ipv6s),
    ...drawIpv6s(tx, call, { subnet, count: ipv6Draws(asked, subnet) }),
  ];
  const ipv6Prefixes = takeIpv6Prefixes(tx, call, {
    subnet,
    named: asked.ipv6Prefixes,
    count: asked.ipv6PrefixCount,
  });
  return {
    privateIps,
    ...(ipv6s.length === 0 ? {} : { ipv6s }),
    ...(ipv4Prefixes.length === 0 ? {} : { ipv4Prefixes }),
    ...(ipv6Prefixes.length === 0 ? {} : { ipv6Prefixes }),
  };
}

/** What a new interface is made from. */
export interface NewInterface {
  readonly subnet: SubnetRow;
  readonly groupIds: readonly string[];
  readonly addresses: AskedAddresses;
  readonly description: string;
  readonly tags: Tags;
}

/**
 * The row of a new interface that nothing has yet. @throws the faults of addresses, interfacesExceeded,
 * hostFull
 */
export function newInterface(tx: Tx, call: Call, made: NewInterface): NetworkInterfaceRow {
  const { subnet } = made;
  if (networkInterfaces.list(tx, call).length >= networkInterfacesPerRegionMax) {
    throw interfacesExceeded(String(networkInterfacesPerRegionMax));
  }
  const id = call.newId("eni");
  const number = takeNumber(tx, "eni", id);
  if (number === undefined) throw hostFull();
  return networkInterfaces.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: made.tags,
    number,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    mac: drawMac(call),
    description: made.description,
    ...takeAddresses(tx, call, { subnet, asked: made.addresses }),
    publicIps: [],
    autoPublicIp: false,
    securityGroupIds: made.groupIds,
    sourceDestCheck: true,
    status: "available",
    createdAt: call.now,
  });
}
