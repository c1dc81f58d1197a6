/** The data types of the SSH protocol (RFC 4251, section 5), written and strictly read. */
import { KeyPairFault } from "./key-pair-fault.ts";

/** string: its length and its bytes. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** mpint of a number that is not negative, from big-endian bytes. */
export function sshInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const short = bytes.subarray(start);
  return sshString((short[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), short]) : short);
}

/**
 * The strings that a blob consists of.
 * @throws KeyPairFault when it does not end where the last string ends
 */
export function sshStrings(blob: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    const end = at + 4 <= blob.length ? at + 4 + blob.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > blob.length) throw new KeyPairFault("format", "The key ends too early.");
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return strings;
}
