/** Which IPv4 blocks a VPC may have: their size, and what AWS restricts beside a block that it has. */
import { formatCidr, parseCidr, type Cidr } from "@casemate/net-engine";
import { covers, overlaps, storedBlock } from "../cidr-block.ts";
import {
  blockMalformed,
  vpcBlockConflict,
  vpcBlockInvalid,
  vpcBlockRestricted,
  vpcBlocksExceeded,
} from "./faults.ts";
import type { VpcRow } from "./vpc.ts";

/** The shortest and the longest prefix of an IPv4 block of a VPC. */
export const ipv4Lengths = { shortest: 16, longest: 28 } as const;
/** Blocks of one family that a VPC may have. */
export const blocksPerFamilyMax = 5;

/**
 * What no VPC may have: addresses with a meaning of their own, multicast, and everything above it.
 * Differs: a VPC may not have 192.0.0.0/24, in which gateway endpoints are served.
 */
const unusable = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/3"].map(
  storedBlock,
);
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(storedBlock);
const benchmarkRange = storedBlock("198.19.0.0/16");
const servicesOfTens = { beside: storedBlock("10.0.0.0/15"), restricted: storedBlock("10.0.0.0/16") };
const defaultVpcRange = storedBlock("172.31.0.0/16");

/** Reads a block of a request in its canonical form. @throws blockMalformed */
export function readBlock(text: string, family: 4 | 6, parameter: string): Cidr & { readonly text: string } {
  const block = parseCidr(text);
  if (block?.family !== family) throw blockMalformed(text, parameter);
  return { ...block, text: formatCidr(block) };
}

/** Checks the size and place of a block. @throws blockMalformed, vpcBlockInvalid */
export function readVpcBlock(text: string): string {
  const block = readBlock(text, 4, "cidrBlock");
  const sized = block.length >= ipv4Lengths.shortest && block.length <= ipv4Lengths.longest;
  if (!sized || unusable.some((range) => overlaps(range, block))) throw vpcBlockInvalid(text);
  return block.text;
}

/**
 * Checks a block that a VPC is to have beside those it has.
 *
 * @throws vpcBlockRestricted, vpcBlockConflict, vpcBlocksExceeded
 */
export function checkSecondaryBlock(vpc: VpcRow, cidr: string): void {
  const block = storedBlock(cidr);
  const present = vpc.cidrs.map((each) => storedBlock(each.cidr));
  const conflict = present.find((other) => overlaps(other, block));
  if (conflict !== undefined) throw vpcBlockConflict(cidr, formatCidr(conflict));
  if (present.some((other) => restricted(other, block))) throw vpcBlockRestricted(cidr);
  if (present.length >= blocksPerFamilyMax) throw vpcBlocksExceeded(vpc.id, String(blocksPerFamilyMax));
}

/** Whether a VPC with a block may not have another one beside it. */
function restricted(present: Cidr, block: Cidr): boolean {
  const home = rangeOf(present);
  const other = rangeOf(block);
  if (other !== undefined && other !== home) return true;
  if (overlaps(block, benchmarkRange)) return !covers(benchmarkRange, present);
  if (overlaps(present, servicesOfTens.beside) && overlaps(block, servicesOfTens.restricted)) return true;
  return home === privateRanges[1] && overlaps(block, defaultVpcRange);
}

/** The private range that a block lies in; blocks of /16 and longer lie in one or in none. */
function rangeOf(block: Cidr): Cidr | undefined {
  return privateRanges.find((range) => covers(range, block));
}
