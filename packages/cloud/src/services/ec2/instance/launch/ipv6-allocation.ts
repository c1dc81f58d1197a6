/** IPv6 addresses of new interfaces, from the block of their subnet. */
import { formatAddress, parseAddress, type Address } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../../kit/index.ts";
import { addressIn, storedBlock } from "../../cidr-block.ts";
import { ipv6PrefixOf } from "../../network-interface/address-prefix.ts";
import { networkInterfaces } from "../../network-interface/network-interface.ts";
import { reservationsOf } from "../../subnet/reservation.ts";
import type { SubnetRow } from "../../subnet/subnet.ts";
import {
  addressInUse,
  addressOutside,
  addressReserved,
  ipv6Malformed,
  subnetFull,
  subnetWithoutIpv6,
} from "./faults.ts";

/** Addresses at the start of a subnet's IPv6 block that nobody gets, and at its end. */
const reservedIpv6 = { atStart: 4n, atEnd: 1n } as const;
/** Draws before a subnet counts as full; a block of /64 never is. */
const drawsMax = 64;

interface Place {
  readonly low: bigint;
  readonly high: bigint;
  readonly isFree: (address: string) => boolean;
}

/** Where addresses of a subnet are taken from. @throws subnetWithoutIpv6 */
function placeIn(tx: ReadTx, subnet: SubnetRow): Place {
  if (subnet.ipv6 === undefined) throw subnetWithoutIpv6(subnet.id);
  const block = storedBlock(subnet.ipv6.cidr);
  return {
    low: BigInt(block.low) + reservedIpv6.atStart,
    high: BigInt(block.high) - reservedIpv6.atEnd,
    isFree: (address) => {
      const prefix = ipv6PrefixOf(address);
      const beside = tx.by(networkInterfaces.collection, "ipv6-prefix", `${subnet.vpcId}/${prefix}`);
      return !beside.some(
        ({ ipv6s, ipv6Prefixes }) => ipv6s?.includes(address) || ipv6Prefixes?.includes(prefix),
      );
    },
  };
}

/** Addresses that nobody named, drawn at random outside of reservations. @throws subnetFull */
export function drawIpv6s(
  tx: ReadTx,
  call: Call,
  of: { subnet: SubnetRow; count: number },
): readonly string[] {
  const { subnet, count } = of;
  if (count === 0) return [];
  const place = placeIn(tx, subnet);
  const reserved = reservationsOf(tx, subnet.id).map(({ cidr }) => storedBlock(cidr));
  const size = place.high - place.low + 1n;
  const taken: string[] = [];
  for (let draw = 0; taken.length < count; draw += 1) {
    if (draw === drawsMax * count) throw subnetFull(subnet.id);
    const address = formatAddress(place.low + (randomBits(call) % size));
    const free = place.isFree(address) && !taken.includes(address);
    if (free && !reserved.some((block) => addressIn(block, address))) taken.push(address);
  }
  return taken;
}

/**
 * Addresses that the caller named, in canonical form.
 *
 * @throws ipv6Malformed, addressOutside, addressReserved, addressInUse
 */
export function namedIpv6s(tx: ReadTx, subnet: SubnetRow, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const place = placeIn(tx, subnet);
  const block = storedBlock(subnet.ipv6?.cidr ?? "");
  const taken: string[] = [];
  for (const name of names) {
    const parsed: Address | undefined = parseAddress(name);
    if (typeof parsed !== "bigint") throw ipv6Malformed(name);
    const address = formatAddress(parsed);
    if (!addressIn(block, address)) throw addressOutside(name);
    if (parsed < place.low || parsed > place.high) throw addressReserved(name);
    if (!place.isFree(address) || taken.includes(address)) throw addressInUse(name);
    taken.push(address);
  }
  return taken;
}

function randomBits(call: Call): bigint {
  return call.environment.random(16).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
