/** IP addresses as the bytes that certificates and DNS records carry. */
import { isIPv4, isIPv6 } from "node:net";

/**
 * The four or sixteen bytes of an address.
 * @throws RangeError for anything else, and for IPv6 with a dotted tail or a zone.
 */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split(".").map(Number));
  if (!isIPv6(address) || /[.%]/.test(address)) throw new RangeError(`${address} is not a plain address`);
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
