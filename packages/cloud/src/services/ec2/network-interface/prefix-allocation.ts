/** Prefixes of interfaces: blocks of their subnet that nothing else has an address in. */
import { formatAddress } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { covers, overlaps, storedBlock, subblocks } from "../cidr-block.ts";
import {
  addressInUse,
  addressOutside,
  addressReserved,
  subnetWithoutIpv6,
} from "../instance/launch/faults.ts";
import { reservationsOf } from "../subnet/reservation.ts";
import type { SubnetRow } from "../subnet/subnet.ts";
import { ipv4sIn, parsePrefix, prefixLengths } from "./address-prefix.ts";
import { prefixesExhausted, prefixMalformed } from "./faults.ts";
import { networkInterfaces } from "./network-interface.ts";

/** Draws before an IPv6 block counts as full. */
const drawsMax = 256;

/** Which prefixes an interface is to get. */
export interface AskedPrefixes {
  readonly subnet: SubnetRow;
  readonly named: readonly string[];
  /** How many more are drawn. */
  readonly count: number;
  /** IPv4 addresses that the same interface gets at the same time. */
  readonly taken?: readonly string[] | undefined;
}

/**
 * IPv4 prefixes; those drawn come from the subnet's reservations for prefixes, if it has any.
 *
 * @throws prefixMalformed, addressOutside, addressReserved, addressInUse, prefixesExhausted
 */
export function takeIpv4Prefixes(tx: ReadTx, call: Call, asked: AskedPrefixes): readonly string[] {
  const { subnet, named, count, taken = [] } = asked;
  const block = storedBlock(subnet.cidr);
  const [first, last] = [Number(block.low) + 3, Number(block.high)];
  const edges = [storedBlock(`${formatAddress(first)}/32`), storedBlock(`${formatAddress(last)}/32`)];
  const isReserved = (prefix: string): boolean =>
    edges.some((edge) => overlaps(edge, storedBlock(prefix))) ||
    Number(storedBlock(prefix).low) === Number(block.low);
  const isFree = (prefix: string): boolean =>
    ipv4sIn(prefix).every(
      (ip) =>
        !taken.includes(ip) &&
        tx.by(networkInterfaces.collection, "address", `${subnet.vpcId}/${ip}`).length === 0,
    );
  const chosen = named.map((text): string => {
    const prefix = parsePrefix(text, 4);
    if (prefix === undefined) throw prefixMalformed(text, String(prefixLengths[4]));
    if (!covers(block, prefix)) throw addressOutside(text);
    if (isReserved(prefix.text)) throw addressReserved(text);
    if (!isFree(prefix.text)) throw addressInUse(text);
    return prefix.text;
  });
  if (new Set(chosen).size < chosen.length) throw addressInUse(named[0] ?? "");
  if (count === 0) return chosen;
  const reservations = reservationsOf(tx, subnet.id);
  const kept = reservations.filter(({ use, cidr }) => use === "prefix" && !cidr.includes(":"));
  const explicit = reservations.filter(({ use }) => use === "explicit").map(({ cidr }) => storedBlock(cidr));
  const sources = kept.length > 0 ? kept.map(({ cidr }) => storedBlock(cidr)) : [block];
  const candidates = sources.flatMap((source) =>
    source.length > prefixLengths[4] ? [] : [...subblocks(source, prefixLengths[4])],
  );
  const free = rotated(call, candidates).filter(
    (prefix) =>
      !chosen.includes(prefix) &&
      !isReserved(prefix) &&
      !explicit.some((range) => overlaps(range, storedBlock(prefix))) &&
      isFree(prefix),
  );
  if (free.length < count) throw prefixesExhausted();
  return [...chosen, ...free.slice(0, count)];
}

/** The list from a random place on, so that a prefix just given back is not given at once to another. */
function rotated(call: Call, list: readonly string[]): readonly string[] {
  const start = new DataView(Uint8Array.from(call.environment.random(4)).buffer).getUint32(0);
  const at = list.length === 0 ? 0 : start % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/**
 * IPv6 prefixes of the subnet's block.
 * @throws subnetWithoutIpv6, prefixMalformed, addressOutside, addressReserved, addressInUse,
 * prefixesExhausted
 */
export function takeIpv6Prefixes(tx: ReadTx, call: Call, asked: AskedPrefixes): readonly string[] {
  const { subnet, named, count } = asked;
  if (named.length === 0 && count === 0) return [];
  if (subnet.ipv6 === undefined) throw subnetWithoutIpv6(subnet.id);
  const block = storedBlock(subnet.ipv6.cidr);
  const [low, high] = [BigInt(block.low), BigInt(block.high)];
  const isFree = (prefix: string): boolean =>
    tx.by(networkInterfaces.collection, "ipv6-prefix", `${subnet.vpcId}/${prefix}`).length === 0;
  const isEdge = (prefix: string): boolean => {
    const { low: start, high: end } = storedBlock(prefix);
    return BigInt(start) === low || BigInt(end) === high;
  };
  const chosen = named.map((text): string => {
    const prefix = parsePrefix(text, 6);
    if (prefix === undefined) throw prefixMalformed(text, String(prefixLengths[6]));
    if (!covers(block, prefix)) throw addressOutside(text);
    if (isEdge(prefix.text)) throw addressReserved(text);
    if (!isFree(prefix.text)) throw addressInUse(text);
    return prefix.text;
  });
  if (new Set(chosen).size < chosen.length) throw addressInUse(named[0] ?? "");
  const size = 2n ** BigInt(128 - prefixLengths[6]);
  const places = (high - low + 1n) / size;
  const explicit = reservationsOf(tx, subnet.id)
    .filter(({ use }) => use === "explicit")
    .map(({ cidr }) => storedBlock(cidr));
  const drawn: string[] = [];
  for (let draw = 0; drawn.length < count; draw += 1) {
    if (draw === drawsMax * count) throw prefixesExhausted();
    const random = call.environment.random(8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const prefix = `${formatAddress(low + (random % places) * size)}/${prefixLengths[6]}`;
    const known = chosen.includes(prefix) || drawn.includes(prefix);
    if (known || isEdge(prefix) || !isFree(prefix)) continue;
    if (!explicit.some((range) => overlaps(range, storedBlock(prefix)))) drawn.push(prefix);
  }
  return [...chosen, ...drawn];
}
