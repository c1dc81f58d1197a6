/** Assigning secondary private addresses and IPv4 prefixes to interfaces and taking them back, live. */
import type { Tx } from "@casemate/store";
import type { AssignPrivateIpAddressesRequest } from "@casemate/wire/ec2";
import type { Call } from "../../../kit/index.ts";
import { takePrivateAddress } from "../instance/launch/address-allocation.ts";
import { operation } from "../operation.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import { prefixLengths, parsePrefix } from "./address-prefix.ts";
import { changeAddresses, fetchOwn } from "./address-change.ts";
import {
  addressesMissing,
  addressFormsTwice,
  addressNotAssigned,
  prefixMalformed,
  primaryUnassignable,
} from "./faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";
import { checkCounts } from "./new-interface.ts";
import { takeIpv4Prefixes } from "./prefix-allocation.ts";

export const assignPrivateIpAddresses = operation("AssignPrivateIpAddresses", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = fetchOwn(tx, call, input.NetworkInterfaceId);
    const { PrivateIpAddresses: named = [], Ipv4Prefixes: prefixes = [] } = input;
    const { SecondaryPrivateIpAddressCount: count, Ipv4PrefixCount: prefixCount } = input;
    checkCounts({ secondaryPrivateIpAddressCount: count, ipv4PrefixCount: prefixCount });
    if (named.length > 0 && count !== undefined) {
      throw addressFormsTwice("privateIpAddresses", "secondaryPrivateIpAddressCount");
    }
    if (prefixes.length > 0 && prefixCount !== undefined) {
      throw addressFormsTwice("ipv4Prefixes", "ipv4PrefixCount");
    }
    if (named.length + prefixes.length + (count ?? 0) + (prefixCount ?? 0) === 0) throw addressesMissing();
    const subnet = subnets.fetch(tx, call, row.subnetId);
    const { addresses, moved } = takeSecondaries(tx, call, { row, subnet, input });
    const added = takeIpv4Prefixes(tx, call, {
      subnet,
      named: prefixes,
      count: prefixCount ?? 0,
      taken: [...row.privateIps, ...addresses],
    });
    const own = networkInterfaces.fetch(tx, call, row.id);
    changeAddresses(tx, own, {
      privateIps: [...own.privateIps, ...addresses],
      publicIps: [...own.publicIps, ...moved],
      ...(added.length === 0 ? {} : { ipv4Prefixes: [...(own.ipv4Prefixes ?? []), ...added] }),
    });
    return {
      NetworkInterfaceId: row.id,
      AssignedPrivateIpAddresses: addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
      AssignedIpv4Prefixes: added.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    };
  },
});

interface Taken {
  readonly addresses: readonly string[];
  /** Elastic IPs that come with addresses of other interfaces. */
  readonly moved: NetworkInterfaceRow["publicIps"];
}

function takeSecondaries(
  tx: Tx,
  call: Call,
  wanted: {
    readonly row: NetworkInterfaceRow;
    readonly subnet: SubnetRow;
    readonly input: AssignPrivateIpAddressesRequest;
  },
): Taken {
  const { row, subnet, input } = wanted;
  const addresses: string[] = [];
  const moved: NetworkInterfaceRow["publicIps"][number][] = [];
  for (const asked of input.PrivateIpAddresses ?? []) {
    // An address that this interface has already stays where it is.
    if (row.privateIps.slice(1).includes(asked)) continue;
    if (input.AllowReassignment === true) moved.push(...releaseSecondary(tx, row, asked));
    addresses.push(takePrivateAddress(tx, call, { subnet, asked, taken: addresses }));
  }
  for (let index = 0; index < (input.SecondaryPrivateIpAddressCount ?? 0); index += 1) {
    addresses.push(takePrivateAddress(tx, call, { subnet, taken: addresses }));
  }
  return { addresses, moved };
}

/** Takes a secondary address from another interface of the subnet; its elastic IP, if any, goes with it. */
function releaseSecondary(
  tx: Tx,
  to: NetworkInterfaceRow,
  address: string,
): NetworkInterfaceRow["publicIps"] {
  const [holder] = tx.by(networkInterfaces.collection, "address", `${to.vpcId}/${address}`);
  const foreign = holder?.accountId !== to.accountId || holder.subnetId !== to.subnetId;
  if (holder === undefined || foreign || holder.id === to.id || holder.requester !== undefined) return [];
  if (!holder.privateIps.slice(1).includes(address)) return [];
  changeAddresses(tx, holder, {
    privateIps: holder.privateIps.filter((ip) => ip !== address),
    publicIps: holder.publicIps.filter(({ privateIp }) => privateIp !== address),
  });
  return holder.publicIps.filter(({ privateIp }) => privateIp === address);
}

export const unassignPrivateIpAddresses = operation("UnassignPrivateIpAddresses", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = fetchOwn(tx, call, input.NetworkInterfaceId);
    const { PrivateIpAddresses: addresses = [] } = input;
    const prefixes = (input.Ipv4Prefixes ?? []).map((text) => {
      const prefix = parsePrefix(text, 4);
      if (prefix === undefined) throw prefixMalformed(text, String(prefixLengths[4]));
      return prefix.text;
    });
    if (addresses.length + prefixes.length === 0) throw addressesMissing();
    const [primary = ""] = row.privateIps;
    if (addresses.includes(primary)) throw primaryUnassignable(primary, row.id);
    const unknown =
      addresses.find((ip) => !row.privateIps.includes(ip)) ??
      prefixes.find((prefix) => !(row.ipv4Prefixes ?? []).includes(prefix));
    if (unknown !== undefined) throw addressNotAssigned(unknown, row.id);
    changeAddresses(tx, row, {
      privateIps: row.privateIps.filter((ip) => !addresses.includes(ip)),
      publicIps: row.publicIps.filter(({ privateIp }) => !addresses.includes(privateIp)),
      ipv4Prefixes: without(row.ipv4Prefixes, prefixes),
    });
    return {};
  },
});

function without(
  list: readonly string[] | undefined,
  gone: readonly string[],
): readonly string[] | undefined {
  const left = (list ?? []).filter((each) => !gone.includes(each));
  return left.length === 0 ? undefined : left;
}
