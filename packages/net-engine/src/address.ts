/**
 * IPv4 and IPv6 addresses as numbers (number for IPv4, bigint for IPv6), CIDR blocks as ranges, and the text
 * of both. It accepts the strict forms only: four decimal parts without leading zeros; no zones.
 */

/** An address as a number; its JavaScript type tells the family. */
export type Address = number | bigint;

/** The version of the Internet Protocol. */
export type Family = 4 | 6;

/** An inclusive range of addresses of one family. */
export interface AddressRange {
  readonly low: Address;
  readonly high: Address;
}

/** A CIDR block; host bits of the text are cleared. */
export interface Cidr extends AddressRange {
  readonly family: Family;
  readonly length: number;
}

const IPV4_MAX = 0xffff_ffff;
const IPV6_MAX = (1n << 128n) - 1n;

/** Every address of a family. */
export const everywhere: Readonly<Record<Family, AddressRange>> = {
  4: { low: 0, high: IPV4_MAX },
  6: { low: 0n, high: IPV6_MAX },
};

/** The family of an address. */
export function familyOf(address: Address): Family {
  return typeof address === "bigint" ? 6 : 4;
}

/** The next address; of the last one, a number past the end that only comparisons may see. */
export function nextAddress(address: Address): Address {
  return typeof address === "bigint" ? address + 1n : address + 1;
}

/** The previous address; of the first one, a number before the start that only comparisons may see. */
export function previousAddress(address: Address): Address {
  return typeof address === "bigint" ? address - 1n : address - 1;
}

/** Reads an address of either family, or returns undefined. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number | undefined {
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      address = address * 256 + part;
      part = 0;
      digits = 0;
      continue;
    }
    if (code < 48 || code > 57 || (digits === 1 && part === 0)) return undefined;
    part = part * 10 + code - 48;
    if (++digits > 3 || part > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? address * 256 + part : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const ipv4 = parseIpv4(part);
      if (ipv4 === undefined) return undefined;
      groups.push(Math.floor(ipv4 / 65_536), ipv4 % 65_536);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** Reads a CIDR block of either family, or returns undefined. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (typeof address === "bigint") {
    if (length > 128) return undefined;
    const size = 1n << BigInt(128 - length);
    const low = address - (address % size);
    return { family: 6, length, low, high: low + size - 1n };
  }
  if (length > 32) return undefined;
  const size = 2 ** (32 - length);
  const low = address - (address % size);
  return { family: 4, length, low, high: low + size - 1 };
}

/** Prints an address in its canonical form (RFC 5952 for IPv6). */
export function formatAddress(address: Address): string {
  if (typeof address === "number") {
    const high = Math.floor(address / 65_536);
    const low = address % 65_536;
    return `${Math.floor(high / 256)}.${high % 256}.${Math.floor(low / 256)}.${low % 256}`;
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((address >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  const zeros = longestZeros(groups);
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  if (zeros.length < 2) return text(groups);
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** Prints a CIDR block. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.low)}/${cidr.length}`;
}

/** Whether a range holds an address; false across families. */
export function contains(range: AddressRange, address: Address): boolean {
  return typeof range.low === typeof address && range.low <= address && address <= range.high;
}

/** Whether a range holds the whole of another; false across families. */
export function covers(outer: AddressRange, inner: AddressRange): boolean {
  return typeof outer.low === typeof inner.low && outer.low <= inner.low && inner.high <= outer.high;
}
