/**
 * The pool that `AmazonProvidedIpv6CidrBlock` draws from. The whole cloud shares it, so that no two VPCs have
 * the same IPv6 block. It lies in the documentation range, which nobody on the internet has: what leaves the
 * cloud under such an address finds no way back. Unique local addresses would do so too, but resolvers rank
 * them behind IPv4, and guests would behave unlike guests on AWS.
 */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { formatAddress } from "@casemate/net-engine";
import { storedBlock } from "../cidr-block.ts";
import { vpcs } from "./vpc.ts";

/**
 * Where Amazon-provided IPv6 blocks come from. Differs: AWS gives blocks of its public space, Casemate blocks
 * of 2001:db8:1000::/36.
 */
export const ipv6Pool = "2001:db8:1000::/36";
/** The length of the IPv6 blocks that VPCs get. */
export const vpcIpv6Length = 56;

const pool = storedBlock(ipv6Pool);
const blockCount = 2 ** (vpcIpv6Length - pool.length);
const blockSize = 1n << BigInt(128 - vpcIpv6Length);

/** A free block of the pool, drawn at random: it has more of them than all VPCs of a host can have. */
export function takeIpv6Block(tx: Tx, call: Call): string {
  const start = new DataView(Uint8Array.from(call.environment.random(4)).buffer).getUint32(0);
  for (let step = 0; step < blockCount; step += 1) {
    const index = (start + step) % blockCount;
    const low = BigInt(pool.low) + BigInt(index) * blockSize;
    const block = `${formatAddress(low)}/${vpcIpv6Length}`;
    if (tx.by(vpcs.collection, "ipv6-block", block).length === 0) return block;
  }
  throw new Error("Every IPv6 block of the pool is taken.");
}
