/**
 * The X.509 name constraints extension, written and read for permitted subtrees only. With it a root that
 * guests trust can vouch for Casemate's own names and for nothing else on the internet.
 */
import { BlockList, isIP } from "node:net";
import { addressBytes } from "../address-bytes.ts";

/** The object identifier of the extension. */
export const nameConstraintsOid = "2.5.29.30";

/** What a root may vouch for: DNS names with everything below them, and address blocks. */
export interface PermittedNames {
  readonly names: readonly string[];
  /** CIDR blocks, IPv4 or IPv6. */
  readonly blocks: readonly string[];
}

const sequence = 0x30;
const permittedSubtrees = 0xa0;
const dnsName = 0x82;
const ipAddress = 0x87;

/** The DER value of the extension. @throws RangeError for a block that is not a CIDR block. */
export function encodeNameConstraints(permitted: PermittedNames): Uint8Array {
  const bases = [
    ...permitted.names.map((name) => element(dnsName, Buffer.from(name, "ascii"))),
    ...permitted.blocks.map((block) => element(ipAddress, addressAndMask(block))),
  ];
  const subtrees = Buffer.concat(bases.map((base) => element(sequence, base)));
  return element(sequence, element(permittedSubtrees, subtrees));
}

/** Reads what `encodeNameConstraints` wrote. @throws RangeError for anything else. */
export function decodeNameConstraints(der: Uint8Array): PermittedNames {
  const names: string[] = [];
  const blocks: string[] = [];
  const outer = only(elements(der), sequence);
  const subtrees = only(elements(outer), permittedSubtrees);
  for (const subtree of elements(subtrees)) {
    const base = elements(subtree.value)[0];
    if (base?.tag === dnsName) names.push(Buffer.from(base.value).toString("ascii"));
    else if (base?.tag === ipAddress) blocks.push(blockOf(base.value));
    else throw new RangeError("Unknown form of name constraint");
  }
  return { names, blocks };
}

/** Whether a DNS name, `*.` in front or not, or an address lies within what is permitted. */
export function isPermitted(subject: string, permitted: PermittedNames): boolean {
  const family = isIP(subject);
  if (family !== 0) {
    const list = new BlockList();
    for (const block of permitted.blocks) {
      const { base, prefix } = parseBlock(block);
      list.addSubnet(base, prefix, isIP(base) === 4 ? "ipv4" : "ipv6");
    }
    return list.check(subject, family === 4 ? "ipv4" : "ipv6");
  }
  const name = subject.toLowerCase().replace(/^\*\./, "");
  return permitted.names.some((base) => name === base || name.endsWith(`.${base}`));
}

interface Element {
  readonly tag: number;
  readonly value: Uint8Array;
}

function element(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function elements(der: Uint8Array): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < der.length) {
    const tag = der[at] ?? 0;
    const first = der[at + 1] ?? 0;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (extra > 2) throw new RangeError("A name constraint is too long");
    let length = first < 0x80 ? first : 0;
    for (let index = 0; index < extra; index++) length = length * 256 + (der[at + 2 + index] ?? 0);
    const start = at + 2 + extra;
    if (start + length > der.length) throw new RangeError("A name constraint is cut short");
    found.push({ tag, value: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function only(found: readonly Element[], tag: number): Uint8Array {
  const [first, second] = found;
  if (first === undefined || second !== undefined || first.tag !== tag)
    throw new RangeError("Unknown form of name constraints");
  return first.value;
}

function parseBlock(block: string): { readonly base: string; readonly prefix: number } {
  const [base = "", length = "", more] = block.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(base)] ?? -1;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (more !== undefined || !(prefix >= 0 && prefix <= bits))
    throw new RangeError(`${block} is not a CIDR block`);
  return { base, prefix };
}

function addressAndMask(block: string): Uint8Array {
  const { base, prefix } = parseBlock(block);
  const address = addressBytes(base);
  const mask = address.map((_, index) => (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))) & 0xff);
  return Uint8Array.from([...address, ...mask]);
}

function blockOf(value: Uint8Array): string {
  const half = value.length / 2;
  if (half !== 4 && half !== 16) throw new RangeError("A name constraint has no whole address");
  const prefix = value.subarray(half).reduce((sum, byte) => sum + Math.clz32(~byte & 0xff) - 24, 0);
  const address = value.subarray(0, half);
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0)).toString(16),
  );
  return `${half === 4 ? address.join(".") : groups.join(":")}/${prefix}`;
}
