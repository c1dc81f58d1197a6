/**
 * The DNS names that addresses have: private ones inside a VPC, public ones everywhere. us-east-1 spells both
 * its own way.
 */

/** The domain of a region's private names. */
export function privateDomain(region: string): string {
  return region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
}

/** The name of a private address, `ip-10-0-1-5.ec2.internal`. */
export function privateDnsName(region: string, ip: string): string {
  return `ip-${ip.replaceAll(".", "-")}.${privateDomain(region)}`;
}

/** The name of a public address, `ec2-203-0-113-5.compute-1.amazonaws.com`. */
export function publicDnsName(region: string, ip: string): string {
  const zone = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${ip.replaceAll(".", "-")}.${zone}.amazonaws.com`;
}
