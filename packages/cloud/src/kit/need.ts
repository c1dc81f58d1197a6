/**
 * Needs: what an operation must be allowed to do, stated on real ARNs with the condition keys of the
 * resource. The request path decides them in order; the first refusal wins.
 */
import type { CompiledPolicy } from "@casemate/iam-engine";
import type { Tags } from "./principal.ts";

/** A value of a condition key; undefined means that the key is absent, which is not the same as empty. */
export type KeyValue = string | number | boolean | readonly string[] | undefined;

/** Condition keys of one need, by their documented names (`ec2:Vpc`, `aws:ResourceTag/team`). */
export type ConditionKeys = Readonly<Record<string, KeyValue>>;

/** What an action is done to. */
export interface Target {
  /** The ARN, with `*` where the id is not known yet, or `*` for actions without resource. */
  readonly arn: string;
  /** The account that owns it. */
  readonly accountId: string;
  /** Its condition keys, tags included. */
  readonly keys: ConditionKeys;
  /** Its resource policy, where its kind has one. */
  readonly resourcePolicy?: CompiledPolicy | undefined;
  /** A role's trust policy. */
  readonly trustPolicy?: CompiledPolicy | undefined;
  /** Whether a grant on it names the caller and covers the action. */
  readonly grant?: boolean | undefined;
  /** Whether identity policies count only where its policy delegates to its account, as for KMS keys. */
  readonly trustIsThePolicy?: boolean | undefined;
}

/** One permission that an operation needs. */
export interface Need {
  /** The IAM action, such as `ec2:RunInstances`. */
  readonly action: string;
  readonly target: Target;
  /** Keys of the request itself, beside those of the target and the global ones. */
  readonly keys: ConditionKeys;
}

/**
 * What the few operations answer that need no permission at all, such as sts:GetCallerIdentity. Any other
 * empty list is an oversight, and the request path then asks for the operation's own action on `*`.
 */
export const noPermissionNeeded: readonly Need[] = Object.freeze([]);

/** The keys that tags of an existing resource give. */
export function resourceTagKeys(tags: Tags, prefix?: string): Record<string, KeyValue> {
  const keys: Record<string, KeyValue> = {};
  for (const [key, value] of Object.entries(tags)) {
    keys[`aws:ResourceTag/${key}`] = value;
    if (prefix !== undefined) keys[`${prefix}:ResourceTag/${key}`] = value;
  }
  return keys;
}

/** The keys that tags asked for in a request give; none when no tags are asked for. */
export function requestTagKeys(tags: Tags): Record<string, KeyValue> {
  const names = Object.keys(tags);
  if (names.length === 0) return {};
  const keys: Record<string, KeyValue> = { "aws:TagKeys": names };
  for (const [key, value] of Object.entries(tags)) keys[`aws:RequestTag/${key}`] = value;
  return keys;
}
