/**
 * What rules count for against the limit of a group. IPv4 and IPv6 are counted apart; a rule that names a
 * group counts for both, one that names a prefix list for every entry that the list may have.
 */
import type { ReadTx } from "@casemate/store";
import { prefixLists, weightOf } from "../prefix-list/prefix-list.ts";
import { rulesPerGroupExceeded } from "./faults.ts";
import type { RulePeer, SecurityGroupRuleRow } from "./security-group.ts";

/** Rules that a group may have in one direction and address family. */
export const rulesPerDirectionMax = 60;

/** How rules are counted: in a family, and with another weight for some prefix lists where one is given. */
export interface Counting {
  readonly family: "ipv4" | "ipv6";
  readonly weight?: (listId: string) => number | undefined;
}

/** A rule as it is counted. */
type CountedRule = Pick<SecurityGroupRuleRow, "peer" | "region">;

/** Refuses a rule that its group has no room for beside the others. @throws rulesPerGroupExceeded */
export function checkRoom(tx: ReadTx, others: readonly CountedRule[], added: CountedRule): void {
  for (const family of ["ipv4", "ipv6"] as const) {
    if (rulesWeightOf(tx, [added], { family }) === 0) continue;
    if (rulesWeightOf(tx, [...others, added], { family }) > rulesPerDirectionMax)
      throw rulesPerGroupExceeded();
  }
}

/** What rules of one direction count for in a family. */
export function rulesWeightOf(tx: ReadTx, rules: readonly CountedRule[], counting: Counting): number {
  return rules.reduce((sum, rule) => sum + weightOfPeer(tx, rule, counting), 0);
}

function weightOfPeer(
  tx: ReadTx,
  { peer, region }: { readonly peer: RulePeer; readonly region: string },
  { family, weight }: Counting,
): number {
  switch (peer.kind) {
    case "ipv4":
    case "ipv6":
      return peer.kind === family ? 1 : 0;
    case "group":
      return 1;
    case "prefix-list": {
      const list = tx.get(prefixLists.collection, peer.prefixListId);
      if (list !== undefined && list.family.toLowerCase() !== family) return 0;
      return weight?.(peer.prefixListId) ?? weightOf(tx, region, peer.prefixListId);
    }
  }
}
