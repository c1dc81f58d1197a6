/** Delegated prefixes: blocks of one length in each family. */
import { formatAddress, formatCidr, parseCidr, type Cidr } from "@casemate/net-engine";

/** The lengths of delegated prefixes. */
export const prefixLengths = { 4: 28, 6: 80 } as const;

/** A prefix as it is stored, or undefined for what is none. */
export function parsePrefix(text: string, family: 4 | 6): (Cidr & { readonly text: string }) | undefined {
  const cidr = parseCidr(text);
  if (cidr?.family !== family || cidr.length !== prefixLengths[family]) return undefined;
  // Host bits would make two texts of one prefix.
  const canonical = formatCidr(cidr);
  return { ...cidr, text: canonical };
}

/** The addresses of an IPv4 prefix. */
export function ipv4sIn(prefix: string): readonly string[] {
  const cidr = parsePrefix(prefix, 4);
  if (cidr === undefined) throw new Error(`${prefix} is not a prefix.`);
  const low = Number(cidr.low);
  return Array.from({ length: 2 ** (32 - prefixLengths[4]) }, (_, index) => formatAddress(low + index));
}

/** The IPv6 prefix that an address would lie in. */
export function ipv6PrefixOf(address: string): string {
  const cidr = parsePrefix(`${address}/${prefixLengths[6]}`, 6);
  if (cidr === undefined) throw new Error(`${address} is not an IPv6 address.`);
  return cidr.text;
}
