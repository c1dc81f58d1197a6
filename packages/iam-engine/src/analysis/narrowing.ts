// To which accounts and organizations the conditions of a statement narrow "everybody" down.

import type { ParsedCondition } from "../policy.ts";
import { arnAccount } from "./caller-class.ts";

/** What is left of everybody; undefined where no condition says. */
export interface Narrowing {
  /** Whether only service principals are left. */
  readonly services: boolean;
  readonly accounts: readonly string[] | undefined;
  readonly organizations: readonly string[] | undefined;
}

const ACCOUNT_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:sourceaccount",
  "aws:sourceowner",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
]);
const ARN_KEYS: ReadonlySet<string> = new Set(["aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"]);
const ORGANIZATION_KEYS: ReadonlySet<string> = new Set([
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
]);

/** Reads conditions that are known to keep strangers out. */
export function narrowing(conditions: readonly ParsedCondition[]): Narrowing {
  let services = false;
  let accounts: readonly string[] | undefined;
  let organizations: readonly string[] | undefined;
  for (const condition of conditions) {
    const key = condition.key.text.toLowerCase();
    if (key === "aws:principalservicename") services = true;
    accounts = common(accounts, accountsOf(condition, key));
    organizations = common(organizations, organizationsOf(condition, key));
  }
  return { services, accounts, organizations };
}

function accountsOf({ values }: ParsedCondition, key: string): readonly string[] | undefined {
  if (ACCOUNT_KEYS.has(key)) return values.map(({ text }) => text);
  if (!ARN_KEYS.has(key)) return undefined;
  const accounts = values.map(({ text }) => arnAccount(text));
  // The ARN of a bucket has no account in it.
  return accounts.every((account) => account !== undefined) ? accounts : undefined;
}

function organizationsOf({ values }: ParsedCondition, key: string): readonly string[] | undefined {
  if (!ORGANIZATION_KEYS.has(key)) return undefined;
  return values.map(({ text }) => text.split("/")[0] ?? text);
}

function common(
  known: readonly string[] | undefined,
  found: readonly string[] | undefined,
): readonly string[] | undefined {
  if (found === undefined) return known;
  const distinct = [...new Set(found)];
  return known === undefined ? distinct : distinct.filter((item) => known.includes(item));
}
