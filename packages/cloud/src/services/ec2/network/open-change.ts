/** What happens to a row once the networks of its VPCs stand as its rows say. */
import type { Tx } from "@casemate/store";

/** A change that is under way. */
export interface OpenChange {
  /** The VPCs whose networks show it. */
  readonly vpcIds: readonly string[];
  /** Writes that it has happened; nothing where the row has moved on meanwhile. */
  settle(tx: Tx, now: number): void;
}
