/**
 * The interfaces of an instance as its machine is to have them, and whether it has them. What is being
 * detached is not among them: it goes with its network.
 */
import { formatAddress, formatCidr, parseCidr } from "@casemate/net-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { NetworkDriver } from "../../../kit/index.ts";
import type { MachineAddress, MachineInterface, ObservedMachine } from "../../../kit/machine-driver.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { subnets } from "../subnet/subnet.ts";
import { interfacesOf } from "./instance-view.ts";
import type { InstanceRow } from "./instance.ts";

/** The router's link-local address, where IPv6 leaves a subnet. */
const ipv6Gateway = "fe80::1";

/** The interfaces that are attached or to be so, the primary first. */
export function attachedInterfaces(tx: ReadTx, instanceId: string): readonly NetworkInterfaceRow[] {
  return interfacesOf(tx, instanceId).filter(({ attachment }) => attachment?.status !== "detaching");
}

/** They as a machine driver is told of them. */
export function machineInterfaces(
  tx: ReadTx,
  instanceId: string,
  network: Pick<NetworkDriver, "netnsOf">,
): readonly MachineInterface[] {
  return attachedInterfaces(tx, instanceId).map((row) => ({
    eniId: row.id,
    netns: network.netnsOf(row.number),
    mac: row.mac,
    ipv4: row.privateIps[0] ?? "",
    deviceIndex: row.attachment?.deviceIndex ?? 0,
    addresses: addressesOf(tx, row),
    prefixes: [...(row.ipv4Prefixes ?? []), ...(row.ipv6Prefixes ?? [])],
  }));
}

function addressesOf(tx: ReadTx, row: NetworkInterfaceRow): readonly MachineAddress[] {
  const subnet = tx.get(subnets.collection, row.subnetId);
  const block = subnet && parseCidr(subnet.cidr);
  if (block?.family !== 4) return [];
  // The first address after the network's own is the router's.
  const gateway = formatAddress(Number(block.low) + 1);
  return [
    ...row.privateIps.map((address) => ({ address, length: block.length, gateway })),
    ...(row.ipv6s ?? []).map((address) => ({ address, length: 128, gateway: ipv6Gateway })),
  ];
}

/** Whether a running machine is to be plugged anew. */
export function needsPlugging(tx: ReadTx, row: InstanceRow, machine: ObservedMachine): boolean {
  const rows = attachedInterfaces(tx, row.id);
  if (rows.some(({ attachment }) => attachment?.status === "attaching")) return true;
  if (machine.addresses === undefined) return false;
  const wanted = rows.flatMap(({ privateIps, ipv6s = [], ipv4Prefixes = [], ipv6Prefixes = [] }) => [
    ...privateIps,
    ...ipv6s,
    ...[...ipv4Prefixes, ...ipv6Prefixes].map(canonical),
  ]);
  const has = new Set(machine.addresses);
  return has.size !== new Set(wanted).size || wanted.some((each) => !has.has(each));
}

function canonical(prefix: string): string {
  const cidr = parseCidr(prefix);
  return cidr === undefined ? prefix : formatCidr(cidr);
}

/** Writes that what was to be attached is there, as far as the rows still say so. */
export function settleAttachments(tx: Tx, instanceId: string, plugged: readonly string[]): void {
  for (const row of interfacesOf(tx, instanceId)) {
    const { attachment } = row;
    if (attachment?.status !== "attaching" || !plugged.includes(row.id)) continue;
    networkInterfaces.change(tx, row, { attachment: { ...attachment, status: "attached" } });
  }
}
