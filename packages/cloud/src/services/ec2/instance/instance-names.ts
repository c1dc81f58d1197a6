/**
 * What an instance is called: by the API and the resolver of its VPC, and by itself, where the options of its
 * VPC name a domain.
 */
import type { ReadTx } from "@casemate/store";
import { dhcpOptions, domainNameOption } from "../dhcp-options/dhcp-options.ts";
import { privateDnsName, privateDomain, publicDnsName } from "../dns-name.ts";
import { vpcs } from "../vpc/vpc.ts";
import type { InstanceNaming, InstanceRow } from "./instance.ts";

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

/** The public name of an address, where the VPC that it leads to gives such names. */
export function publicNameIn(
  tx: ReadTx,
  { vpcId, region }: { readonly vpcId: string; readonly region: string },
  publicIp: string,
): string | undefined {
  const vpc = tx.get(vpcs.collection, vpcId);
  return vpc?.enableDnsSupport && vpc.enableDnsHostnames ? publicDnsName(region, publicIp) : undefined;
}
