/** Blocks of addresses across a peering: neither side may have one that meets the other's. */
import type { ReadTx } from "@casemate/store";
import { overlaps, storedBlock } from "../cidr-block.ts";
import { blocksOf, vpcs, type VpcRow } from "../vpc/vpc.ts";
import { blockOfPeer } from "./faults.ts";
import { peersOf } from "./peering-connection.ts";

/** Whether two VPCs have addresses in common. */
export function meet(one: VpcRow, other: VpcRow): boolean {
  const others = blocksOf(other).map(({ cidr }) => storedBlock(cidr));
  return blocksOf(one).some(({ cidr }) => others.some((block) => overlaps(block, storedBlock(cidr))));
}

/** Checks a block that a VPC is to have as well. @throws blockOfPeer */
export function checkBlockOfPeers(tx: ReadTx, vpcId: string, cidr: string): void {
  for (const { other } of peersOf(tx, vpcId)) {
    const peer = tx.get(vpcs.collection, other.vpcId);
    if (peer === undefined) continue;
    if (blocksOf(peer).some((block) => overlaps(storedBlock(block.cidr), storedBlock(cidr)))) {
      throw blockOfPeer(cidr, peer.id);
    }
  }
}
