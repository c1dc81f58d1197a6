/**
 * What an instance is called: by the API and the resolver of its VPC, and by itself, where the options of its
 * VPC name a domain.
 */
import type { ReadTx } from "@casemate/store";
import {
  amazonProvidedDns,
  dhcpOptions,
  domainNameOption,
  nameServersOption,
  noDhcpOptions,
} from "../dhcp-options/dhcp-options.ts";
import { privateDnsName, privateDomain, publicDnsName } from "../dns-name.ts";
import { vpcs } from "../vpc/vpc.ts";
import type { InstanceNaming, InstanceRow } from "./instance.ts";

/** Where the resolver of every VPC answers. */
const vpcResolverAddress = "169.254.169.253";

/** How an instance is named that was launched without anything said about it. */
export const ordinaryNaming: InstanceNaming = {
  hostnameType: "ip-name",
  resourceNameDnsA: false,
  resourceNameDnsAaaa: false,
};

/** The private name of an instance: of its primary address, or of its id. */
export function instanceName({ id, region, naming }: InstanceRow, primaryIp: string): string {
  return naming?.hostnameType === "resource-name"
    ? `${id}.${privateDomain(region)}`
    : privateDnsName(region, primaryIp);
}

/** What an instance calls itself: its name, in the domain that the options of its VPC give. */
export function guestHostname(tx: ReadTx, row: InstanceRow, primaryIp: string): string {
  const name = instanceName(row, primaryIp);
  const vpc = tx.get(vpcs.collection, row.vpcId);
  const options = vpc && tx.get(dhcpOptions.collection, vpc.dhcpOptionsId);
  const given = options?.configurations.find(({ key }) => key === domainNameOption)?.values[0];
  // A value may hold several domains, which Linux searches in turn; the first one names the host.
  const [domain] = (given ?? privateDomain(row.region)).split(" ");
  return `${name.slice(0, name.indexOf("."))}.${domain}`;
}

/** The longest host name that a kernel keeps. */
const hostnameLengthMax = 63;

/** The same as its machine is named, whose kernel keeps no more of a long one than its first part. */
export function machineHostname(tx: ReadTx, row: InstanceRow, primaryIp: string): string {
  const name = guestHostname(tx, row, primaryIp);
  return name.length <= hostnameLengthMax ? name : name.slice(0, name.indexOf("."));
}

// Differs: a sandbox takes its name servers when it starts; on AWS a change arrives with the next lease.

/** The name servers of an instance, as the options of its VPC say; undefined without any word of them. */
export function nameServersOf(tx: ReadTx, { vpcId }: InstanceRow): readonly string[] | undefined {
  const dhcpOptionsId = tx.get(vpcs.collection, vpcId)?.dhcpOptionsId;
  if (dhcpOptionsId === noDhcpOptions) return [];
  const options = dhcpOptionsId === undefined ? undefined : tx.get(dhcpOptions.collection, dhcpOptionsId);
  const given = options?.configurations.find(({ key }) => key === nameServersOption)?.values;
  if (options === undefined) return undefined;
  return (given ?? []).map((server) => (server === amazonProvidedDns ? vpcResolverAddress : server));
}

/** The public name of an address, where the VPC that it leads to gives such names. */
export function publicNameIn(
  tx: ReadTx,
  { vpcId, region }: { readonly vpcId: string; readonly region: string },
  publicIp: string,
): string | undefined {
  const vpc = tx.get(vpcs.collection, vpcId);
  return vpc?.enableDnsSupport && vpc.enableDnsHostnames ? publicDnsName(region, publicIp) : undefined;
}
