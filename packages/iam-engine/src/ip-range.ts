// IPv4 and IPv6 addresses and CIDR ranges, compared as numbers. Refuses octets with leading zeros,
// zone indexes and prefixes longer than the address.

/** An address: one 32-bit word for IPv4, four for IPv6. */
export type IpAddress = readonly number[];

/** The longest way to write an address; a longer text is none. */
export const IP_CHARACTERS_MAX = 45;

export interface IpRange {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** Parses an address. An IPv4 address mapped into IPv6 is the IPv4 address. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const address = parseAnyAddress(text);
  return address !== undefined && isMapped(address) ? address.slice(3) : address;
}

/** Parses an address or a CIDR range; an address alone is a range of one. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const address = parseAnyAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = address.length * 32;
  const suffix = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(suffix) || Number(suffix) > bits) return undefined;
  const prefix = Number(suffix);
  if (isMapped(address) && prefix >= 96) return { address: address.slice(3), prefix: prefix - 96 };
  return { address, prefix };
}

/** Whether the address lies in the range; never when they are of different families. */
export function inIpRange(range: IpRange, address: IpAddress): boolean {
  if (range.address.length !== address.length) return false;
  let left = range.prefix;
  for (let index = 0; left > 0; index++, left -= 32) {
    const mask = left >= 32 ? -1 : ~(0xffff_ffff >>> left);
    if ((((range.address[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function isMapped(address: IpAddress): boolean {
  return address.length === 4 && address[0] === 0 && address[1] === 0 && address[2] === 0xffff;
}

function parseAnyAddress(text: string): IpAddress | undefined {
  if (text.length > IP_CHARACTERS_MAX) return undefined;
  const word = parseIpv4(text);
  if (word !== undefined) return [word];
  return text.includes(":") ? parseIpv6(text) : undefined;
}

// Read digit by digit: client addresses are tested in most requests.
function parseIpv4(text: string): number | undefined {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) {
      if (octet < 0) return undefined;
      word = word * 256 + octet;
      octet = -1;
      dots++;
    } else {
      // An octet with a leading zero is octal to some readers, so it is none here.
      if (code < 0x30 || code > 0x39 || octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + code - 0x30;
      if (octet > 255) return undefined;
    }
  }
  return octet < 0 || dots !== 3 ? undefined : word * 256 + octet;
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return [0, 2, 4, 6].map((index) => (groups[index] ?? 0) * 65_536 + (groups[index + 1] ?? 0));
}

// Only the last group of the address may be a dotted IPv4 address, which counts as two.
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const pieces = text.split(":");
  const groups: number[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (last && index === pieces.length - 1 && piece.includes(".")) {
      const word = parseIpv4(piece);
      if (word === undefined) return undefined;
      groups.push(Math.floor(word / 65_536), word % 65_536);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(piece)) return undefined;
      groups.push(Number.parseInt(piece, 16));
    }
  }
  return groups;
}
