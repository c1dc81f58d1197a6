/** The addresses that a request asks for an interface, in one form whichever members say so. */
import type {
  CreateNetworkInterfaceRequest,
  InstanceNetworkInterfaceSpecification,
} from "@casemate/wire/ec2";
import { ipv6FormsTwice } from "../instance/launch/faults.ts";
import { addressFormsTwice, primaryTwice } from "./faults.ts";

/** The addresses of a new interface. */
export interface AskedAddresses {
  /** The primary one; absent, it is drawn. */
  readonly primary: string | undefined;
  readonly secondaries: readonly string[];
  readonly secondaryCount: number;
  readonly ipv4Prefixes: readonly string[];
  readonly ipv4PrefixCount: number;
  readonly ipv6s: readonly string[];
  /** Absent, the subnet decides. */
  readonly ipv6Count: number | undefined;
  readonly ipv6Prefixes: readonly string[];
  readonly ipv6PrefixCount: number;
}

/** What both forms of a new interface say of its addresses. */
type Source = Pick<
  CreateNetworkInterfaceRequest & InstanceNetworkInterfaceSpecification,
  | "Ipv4PrefixCount"
  | "Ipv4Prefixes"
  | "Ipv6AddressCount"
  | "Ipv6Addresses"
  | "Ipv6PrefixCount"
  | "Ipv6Prefixes"
  | "PrivateIpAddress"
  | "PrivateIpAddresses"
  | "SecondaryPrivateIpAddressCount"
>;

/** Reads them. @throws primaryTwice, addressFormsTwice, ipv6FormsTwice */
export function askedAddresses(from: Source): AskedAddresses {
  const listed = from.PrivateIpAddresses ?? [];
  const primaries = listed.filter(({ Primary }) => Primary === true);
  if (primaries.length + (from.PrivateIpAddress === undefined ? 0 : 1) > 1) throw primaryTwice();
  const secondaries = listed
    .filter(({ Primary }) => Primary !== true)
    .map(({ PrivateIpAddress: address = "" }) => address);
  const secondaryCount = from.SecondaryPrivateIpAddressCount ?? 0;
  const ipv4Prefixes = (from.Ipv4Prefixes ?? []).map(({ Ipv4Prefix: prefix = "" }) => prefix);
  const ipv6s = (from.Ipv6Addresses ?? []).map(({ Ipv6Address: address = "" }) => address);
  const ipv6Prefixes = (from.Ipv6Prefixes ?? []).map(({ Ipv6Prefix: prefix = "" }) => prefix);
  const refuse = (named: readonly string[], count: number | undefined, names: [string, string]): void => {
    if (named.length > 0 && count !== undefined) throw addressFormsTwice(...names);
  };
  refuse(secondaries, from.SecondaryPrivateIpAddressCount, [
    "privateIpAddresses",
    "secondaryPrivateIpAddressCount",
  ]);
  refuse(ipv4Prefixes, from.Ipv4PrefixCount, ["ipv4Prefixes", "ipv4PrefixCount"]);
  refuse(ipv6Prefixes, from.Ipv6PrefixCount, ["ipv6Prefixes", "ipv6PrefixCount"]);
  if (ipv6s.length > 0 && from.Ipv6AddressCount !== undefined) throw ipv6FormsTwice();
  return {
    primary: from.PrivateIpAddress ?? primaries[0]?.PrivateIpAddress,
    secondaries,
    secondaryCount,
    ipv4Prefixes,
    ipv4PrefixCount: from.Ipv4PrefixCount ?? 0,
    ipv6s,
    ipv6Count: from.Ipv6AddressCount,
    ipv6Prefixes,
    ipv6PrefixCount: from.Ipv6PrefixCount ?? 0,
  };
}

/** Whether single addresses or prefixes are named, which only one interface can have. */
export function namesAddresses(asked: AskedAddresses): boolean {
  const named = [...asked.secondaries, ...asked.ipv4Prefixes, ...asked.ipv6s, ...asked.ipv6Prefixes];
  return asked.primary !== undefined || named.length > 0;
}
