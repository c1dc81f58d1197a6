/**
 * Addresses of new interfaces: a private one from the subnet, a public one from the operator's pool, and a
 * MAC of its own.
 */
import { contains, formatAddress, parseAddress, parseCidr, type Cidr } from "@casemate/net-engine";
import type { Tx } from "@casemate/store";
import type { Call } from "../../../../kit/index.ts";
import { addressIn, storedBlock } from "../../cidr-block.ts";
import { elasticIps } from "../../elastic-ip/elastic-ip.ts";
import { networkInterfaces } from "../../network-interface/network-interface.ts";
import { reservationsOf } from "../../subnet/reservation.ts";
import type { SubnetRow } from "../../subnet/subnet.ts";
import { addressInUse, addressOutside, addressReserved, publicPoolEmpty, subnetFull } from "./faults.ts";

/** Addresses at the start of a subnet that nobody gets: network, router, resolver, reserved. */
const reservedAtStart = 4;

interface Ipv4Block {
  readonly low: number;
  readonly high: number;
}

function blockOf(text: string): Ipv4Block & Cidr {
  const cidr = parseCidr(text);
  if (cidr?.family !== 4) throw new Error(`${text} is not an IPv4 block.`);
  return { ...cidr, low: Number(cidr.low), high: Number(cidr.high) };
}

/**
 * The asked address, or a free one of the subnet. @throws addressOutside, addressReserved, addressInUse,
 * subnetFull
 */
export function takePrivateAddress(
  tx: Tx,
  call: Call,
  wanted: {
    subnet: SubnetRow;
    asked?: string | undefined;
    /** Addresses that the same interface gets at the same time. */
    taken?: readonly string[] | undefined;
  },
): string {
  const { subnet, asked, taken = [] } = wanted;
  const block = blockOf(subnet.cidr);
  const first = block.low + reservedAtStart;
  const last = block.high - 1;
  const inUse = (address: string): boolean =>
    taken.includes(address) ||
    tx.by(networkInterfaces.collection, "address", `${subnet.vpcId}/${address}`).length > 0;
  const reserved = reservationsOf(tx, subnet.id).map(({ cidr }) => storedBlock(cidr));
  if (asked !== undefined) {
    const address = parseAddress(asked);
    if (address === undefined || !contains(block, address)) throw addressOutside(asked);
    if (Number(address) < first || Number(address) > last) throw addressReserved(asked);
    if (inUse(asked)) throw addressInUse(asked);
    return asked;
  }
  const isTaken = (address: string): boolean =>
    inUse(address) || reserved.some((range) => addressIn(range, address));
  return draw(call, { first, last, inUse: isTaken }) ?? refuse(subnetFull(subnet.id));
}

/** A free public address of the pool: neither an interface nor an account has it. @throws publicPoolEmpty */
export function takePublicAddress(tx: Tx, call: Call): string {
  return findPublicAddress(tx, call) ?? refuse(publicPoolEmpty());
}

/** A free public address of the pool, or undefined when there is none left. */
export function findPublicAddress(tx: Tx, call: Call): string | undefined {
  const block = blockOf(call.environment.settings.publicIpPool);
  const inUse = (address: string): boolean =>
    tx.by(networkInterfaces.collection, "public-address", address).length > 0 ||
    tx.by(elasticIps.collection, "public-ip", address).length > 0;
  return draw(call, { first: block.low + 1, last: block.high - 1, inUse });
}

/** A random free address, so that one that was just given back is not given at once to somebody else. */
function draw(
  call: Call,
  range: { readonly first: number; readonly last: number; readonly inUse: (address: string) => boolean },
): string | undefined {
  const size = range.last - range.first + 1;
  const start = new DataView(Uint8Array.from(call.environment.random(4)).buffer).getUint32(0);
  for (let step = 0; step < size; step += 1) {
    const address = formatAddress(range.first + ((start + step) % size));
    if (!range.inUse(address)) return address;
  }
  return undefined;
}

/** A locally administered MAC address; its last bytes are random, its first two are those of EC2's. */
export function drawMac(call: Call): string {
  const bytes = [0x02, ...call.environment.random(5)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function refuse(refusal: Error): never {
  throw refusal;
}
