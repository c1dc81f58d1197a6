/** Which blocks a subnet may have: inside the VPC's, of AWS's sizes, apart from those of the others. */
import type { ReadTx } from "@casemate/store";
import { covers, overlaps, storedBlock } from "../cidr-block.ts";
import { ipv4Lengths, readBlock } from "../vpc/ipv4-block.ts";
import type { VpcRow } from "../vpc/vpc.ts";
import { subnetBlockConflict, subnetBlockInvalid } from "./faults.ts";
import { subnets } from "./subnet.ts";

/** The lengths of IPv6 blocks of subnets; every fourth is one. */
export const subnetIpv6Lengths = { shortest: 44, longest: 64, step: 4 } as const;

/** A subnet's IPv4 block. @throws blockMalformed, subnetBlockInvalid, subnetBlockConflict */
export function readSubnetBlock(tx: ReadTx, vpc: VpcRow, text: string): string {
  const block = readBlock(text, 4, "cidrBlock");
  const sized = block.length >= ipv4Lengths.shortest && block.length <= ipv4Lengths.longest;
  const inside = vpc.cidrs.some(({ cidr }) => covers(storedBlock(cidr), block));
  if (!sized || !inside) throw subnetBlockInvalid(text);
  const others = tx.by(subnets.collection, "vpc", vpc.id).map(({ cidr }) => storedBlock(cidr));
  if (others.some((other) => overlaps(other, block))) throw subnetBlockConflict(block.text);
  return block.text;
}

/** A subnet's IPv6 block. @throws blockMalformed, subnetBlockInvalid, subnetBlockConflict */
export function readSubnetIpv6Block(tx: ReadTx, vpc: VpcRow, text: string): string {
  const block = readBlock(text, 6, "ipv6CidrBlock");
  const { shortest, longest, step } = subnetIpv6Lengths;
  const sized = block.length >= shortest && block.length <= longest && block.length % step === 0;
  const inside = (vpc.ipv6Cidrs ?? []).some(({ cidr }) => covers(storedBlock(cidr), block));
  if (!sized || !inside) throw subnetBlockInvalid(text);
  const others = tx
    .by(subnets.collection, "vpc", vpc.id)
    .flatMap(({ ipv6 }) => (ipv6 === undefined ? [] : [storedBlock(ipv6.cidr)]));
  if (others.some((other) => overlaps(other, block))) throw subnetBlockConflict(block.text);
  return block.text;
}
