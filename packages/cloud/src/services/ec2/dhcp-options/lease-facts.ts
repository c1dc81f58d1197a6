/** What the lease of an interface says: its address, its subnet, and the options that its VPC has. */
import { formatAddress, nextAddress, parseCidr } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { guestHostname } from "../instance/instance-names.ts";
import { instances } from "../instance/instance.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import { amazonProvidedDns, dhcpOptions } from "./dhcp-options.ts";

/** A lease as of now. */
export interface LeaseFacts {
  readonly mac: string;
  /** The interface's primary address. */
  readonly address: string;
  /** How many bits of it name the subnet. */
  readonly prefixLength: number;
  /** The subnet's first address, where its router answers. */
  readonly gateway: string;
  /** The first label of what an instance calls itself; absent where no instance has the interface. */
  readonly hostName: string | undefined;
  readonly domainName: string | undefined;
  readonly nameServers: readonly string[];
  readonly timeServers: readonly string[];
  readonly netbiosNameServers: readonly string[];
  readonly netbiosNodeType: number | undefined;
}

/** The lease of the interface that has the address in the VPC. */
export function leaseFacts(tx: ReadTx, vpcId: string, address: string): LeaseFacts | undefined {
  const [row] = tx.by(networkInterfaces.collection, "address", `${vpcId}/${address}`);
  const vpc = tx.get(vpcs.collection, vpcId);
  const block = row && parseCidr(tx.get(subnets.collection, row.subnetId)?.cidr ?? "");
  const [primary] = row?.privateIps ?? [];
  if (row === undefined || vpc === undefined || block === undefined || primary === undefined)
    return undefined;
  const set = tx.get(dhcpOptions.collection, vpc.dhcpOptionsId);
  const values = (key: string): readonly string[] =>
    set?.configurations.find((each) => each.key === key)?.values ?? [];
  const instance = row.attachment && tx.get(instances.collection, row.attachment.instanceId);
  const resolver = secondAddress(vpc.cidrs[0]?.cidr);
  const [nodeType] = values("netbios-node-type");
  return {
    mac: row.mac,
    address: primary,
    prefixLength: block.length,
    gateway: formatAddress(nextAddress(block.low)),
    hostName: instance && guestHostname(tx, instance, primary).split(".")[0],
    domainName: values("domain-name")[0],
    nameServers: ipv4s(
      values("domain-name-servers").map((value) => (value === amazonProvidedDns ? resolver : value)),
    ),
    timeServers: ipv4s(values("ntp-servers")),
    netbiosNameServers: values("netbios-name-servers"),
    netbiosNodeType: nodeType === undefined ? undefined : Number(nodeType),
  };
}

/** The second address of a block, where the resolver of a VPC answers. */
export function secondAddress(text: string | undefined): string | undefined {
  const block = text === undefined ? undefined : parseCidr(text);
  return block && formatAddress(nextAddress(nextAddress(block.low)));
}

/** A lease holds IPv4 addresses alone. */
function ipv4s(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value) => value !== undefined && !value.includes(":")).map(String);
}
