/** Assigning IPv6 addresses and prefixes to interfaces and taking them back, live. */
import { formatAddress, parseAddress } from "@casemate/net-engine";
import { drawIpv6s, namedIpv6s } from "../instance/launch/ipv6-allocation.ts";
import { ipv6Malformed } from "../instance/launch/faults.ts";
import { operation } from "../operation.ts";
import { subnets } from "../subnet/subnet.ts";
import { changeAddresses, fetchOwn } from "./address-change.ts";
import { parsePrefix, prefixLengths } from "./address-prefix.ts";
import { addressesMissing, addressFormsTwice, addressNotAssigned, prefixMalformed } from "./faults.ts";
import { networkInterfaces } from "./network-interface.ts";
import { checkCounts } from "./new-interface.ts";
import { takeIpv6Prefixes } from "./prefix-allocation.ts";

export const assignIpv6Addresses = operation("AssignIpv6Addresses", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = fetchOwn(tx, call, input.NetworkInterfaceId);
    const { Ipv6Addresses: named = [], Ipv6Prefixes: prefixes = [] } = input;
    const { Ipv6AddressCount: count, Ipv6PrefixCount: prefixCount } = input;
    checkCounts({ ipv6AddressCount: count, ipv6PrefixCount: prefixCount });
    if (named.length > 0 && count !== undefined) throw addressFormsTwice("ipv6Addresses", "ipv6AddressCount");
    if (prefixes.length > 0 && prefixCount !== undefined) {
      throw addressFormsTwice("ipv6Prefixes", "ipv6PrefixCount");
    }
    if (named.length + prefixes.length + (count ?? 0) + (prefixCount ?? 0) === 0) throw addressesMissing();
    const subnet = subnets.fetch(tx, call, row.subnetId);
    const addresses = [
      ...namedIpv6s(tx, subnet, named),
      ...drawIpv6s(tx, call, { subnet, count: count ?? 0 }),
    ];
    // The addresses stand before prefixes are drawn, so that no prefix covers one of them.
    const own = changeAddresses(tx, row, { ipv6s: list([...(row.ipv6s ?? []), ...addresses]) });
    const added = takeIpv6Prefixes(tx, call, { subnet, named: prefixes, count: prefixCount ?? 0 });
    changeAddresses(tx, own, { ipv6Prefixes: list([...(own.ipv6Prefixes ?? []), ...added]) });
    return {
      NetworkInterfaceId: row.id,
      AssignedIpv6Addresses: addresses,
      AssignedIpv6Prefixes: added,
    };
  },
});

export const unassignIpv6Addresses = operation("UnassignIpv6Addresses", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = fetchOwn(tx, call, input.NetworkInterfaceId);
    const addresses = (input.Ipv6Addresses ?? []).map((text) => {
      const parsed = parseAddress(text);
      if (typeof parsed !== "bigint") throw ipv6Malformed(text);
      return formatAddress(parsed);
    });
    const prefixes = (input.Ipv6Prefixes ?? []).map((text) => {
      const prefix = parsePrefix(text, 6);
      if (prefix === undefined) throw prefixMalformed(text, String(prefixLengths[6]));
      return prefix.text;
    });
    if (addresses.length + prefixes.length === 0) throw addressesMissing();
    const { ipv6s = [], ipv6Prefixes = [] } = row;
    const unknown =
      addresses.find((ip) => !ipv6s.includes(ip)) ??
      prefixes.find((prefix) => !ipv6Prefixes.includes(prefix));
    if (unknown !== undefined) throw addressNotAssigned(unknown, row.id);
    changeAddresses(tx, row, {
      ipv6s: list(ipv6s.filter((ip) => !addresses.includes(ip))),
      ipv6Prefixes: list(ipv6Prefixes.filter((prefix) => !prefixes.includes(prefix))),
    });
    return {
      NetworkInterfaceId: row.id,
      UnassignedIpv6Addresses: addresses,
      UnassignedIpv6Prefixes: prefixes,
    };
  },
});

/** What a row holds of a list: nothing instead of an empty one. */
function list(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
