/** CIDR blocks as the rooms compare them: read from requests, told apart, fitted into one another. */
import { contains, familyOf, formatAddress, parseCidr, type Cidr } from "@casemate/net-engine";

/** A block of a row, which was checked when it was stored. */
export function storedBlock(text: string): Cidr {
  const block = parseCidr(text);
  if (block === undefined) throw new Error(`${text} is not a CIDR block.`);
  return block;
}

/** Whether two blocks have an address in common. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && one.low <= other.high && other.low <= one.high;
}

/** Whether every address of a block lies in another one. */
export function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.low <= inner.low && inner.high <= outer.high;
}

/** The blocks of a length that a block divides into, in order; made as they are asked for. */
export function* subblocks(block: Cidr, length: number): Generator<string> {
  const bits = block.family === 4 ? 32 : 128;
  const step = 2n ** BigInt(bits - length);
  const last = BigInt(block.high);
  for (let low = BigInt(block.low); low <= last; low += step) {
    yield `${formatAddress(block.family === 4 ? Number(low) : low)}/${length}`;
  }
}

/** The lowest free block of a length, or undefined when all of them meet one that is taken. */
export function freeSubblock(block: Cidr, length: number, taken: readonly Cidr[]): string | undefined {
  for (const candidate of subblocks(block, length)) {
    const parsed = storedBlock(candidate);
    if (!taken.some((other) => overlaps(parsed, other))) return candidate;
  }
  return undefined;
}

/** Whether an address of a row lies in a block of a row. */
export function addressIn(block: Cidr, address: string): boolean {
  const host = storedBlock(`${address}/${address.includes(":") ? 128 : 32}`);
  return familyOf(host.low) === block.family && contains(block, host.low);
}
