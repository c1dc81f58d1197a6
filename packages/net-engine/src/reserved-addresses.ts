/**
 * The addresses of a VPC that belong to its router: the gateway of each subnet and the resolver at plus two.
 */
import { formatAddress, type Cidr, type Family } from "./address.ts";

/** The gateway address of a subnet's IPv4 block. */
export function subnetGateway(cidr: Cidr): string {
  return formatAddress(Number(cidr.low) + 1);
}

/** The resolver address of a VPC: its primary IPv4 block's base plus two; IPv6 has none. */
export function vpcResolver(cidrs: readonly Cidr[], family: Family): string[] {
  const primary = cidrs.find((cidr) => cidr.family === 4);
  return family === 6 || primary === undefined ? [] : [formatAddress(Number(primary.low) + 2)];
}
