/**
 * What a user, a group or a role holds of policies: attached managed ones, inline ones and a boundary.
 */
import type { ReadTx, Tx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";

/** An inline policy. */
export interface InlinePolicyRow {
  readonly name: string;
  readonly document: string;
}

/** The policy side of a row. */
export interface PolicyHolder {
  /** ARNs of managed policies, in the order of attachment. */
  readonly attachedPolicyArns: readonly string[];
  readonly inlinePolicies: readonly InlinePolicyRow[];
  /** ARN of the managed policy that bounds it; a group has none. */
  readonly boundaryArn?: string | undefined;
}

/** A kind of holder, for the operations on policies that they have alike. */
export interface HolderKind<Row extends PolicyHolder> {
  /** As faults name it. */
  readonly type: "user" | "group" | "role";
  readonly inlineCharactersMax: number;
  /** The name of the quota for attached policies. */
  readonly attachmentQuota: string;
  find(tx: ReadTx, accountId: string, name: string): Row | undefined;
  /** @throws the kind's not-found fault */
  fetch(tx: ReadTx, call: Call, name: string): Row;
  /** One that the caller may change. @throws as fetch, and where only AWS changes it */
  fetchChangeable(tx: ReadTx, call: Call, name: string): Row;
  target(call: Call, name: string): Target;
  put(tx: Tx, row: Row): Row;
}
