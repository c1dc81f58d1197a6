// Address ranges as the policy checks need them: whether one is private, and its address without host bits.

import { parseIpRange } from "../../ip-range.ts";
import type { IpRange } from "../../ip-range.ts";

const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].flatMap(
  (text) => parseIpRange(text) ?? [],
);

/** Whether all of the range is private. */
export function isPrivateRange(range: IpRange): boolean {
  return PRIVATE_RANGES.some(
    (outer) =>
      outer.address.length === range.address.length &&
      range.prefix >= outer.prefix &&
      sameNetwork(outer.address, masked(range.address, outer.prefix)),
  );
}

function sameNetwork(left: readonly number[], right: readonly number[]): boolean {
  return left.every((word, index) => word === right[index]);
}

/** The range without the bits that its prefix masks; undefined when it has none, or is an address. */
export function networkOf(text: string, { address, prefix }: IpRange): string | undefined {
  if (!text.includes("/")) return undefined;
  const network = masked(address, prefix);
  if (sameNetwork(address, network)) return undefined;
  return `${network.length === 1 ? ipv4Text(network[0] ?? 0) : ipv6Text(network)}/${prefix}`;
}

function masked(address: readonly number[], prefix: number): readonly number[] {
  return address.map((word, index) => {
    const bits = Math.min(Math.max(prefix - index * 32, 0), 32);
    return bits === 0 ? 0 : (word & (0xffff_ffff << (32 - bits))) >>> 0;
  });
}

function ipv4Text(word: number): string {
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".");
}

function ipv6Text(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const text = groups.map((group) => group.toString(16)).join(":");
  // The longest run of zeros is left out, as usual.
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const [longest] = runs.toSorted((left, right) => right.length - left.length);
  return longest === undefined ? text : text.replace(longest, "::").replace(/:{3,}/, "::");
}
