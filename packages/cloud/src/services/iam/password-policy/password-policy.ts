/**
 * The password policy of an account: what passwords must be like, how long they hold and which may come
 * back.
 */
import { collection, type ReadTx } from "@casemate/store";
import { accounts } from "../account/account.ts";
import { passwordPolicyViolation } from "./password-policy-faults.ts";

/** Characters of a password when an account's own policy does not say. */
export const passwordLengthMinOfPolicy = 6;
/** Characters of a password in an account without a policy of its own. */
export const passwordLengthMinDefault = 8;
/** Kinds of characters that a password has in an account without a policy of its own. */
export const passwordKindsMinDefault = 3;
/** The most former passwords that a policy can shut out. */
export const passwordReusePreventionMax = 24;

/** An account's own policy. */
export interface PasswordPolicyRow {
  readonly accountId: string;
  readonly lengthMin: number;
  readonly symbols: boolean;
  readonly numbers: boolean;
  readonly uppercase: boolean;
  readonly lowercase: boolean;
  /** Whether every user may change its own password, whatever its policies leave open. */
  readonly usersMayChange: boolean;
  /** Days that a password holds; undefined: forever. */
  readonly ageMaxDays?: number | undefined;
  /** How many of the last passwords may not come back; undefined: all may. */
  readonly reusePrevention?: number | undefined;
  /** Whether an administrator must help once a password has expired. */
  readonly hardExpiry: boolean;
}

export const passwordPolicies = collection<PasswordPolicyRow>({
  kind: "iam/password-policy",
  key: (row) => row.accountId,
});

/** The account's own policy, or undefined when it has none. */
export function findPasswordPolicy(tx: ReadTx, accountId: string): PasswordPolicyRow | undefined {
  return tx.get(passwordPolicies, accountId);
}

const kinds = {
  lowercase: /[a-z]/,
  uppercase: /[A-Z]/,
  numbers: /[0-9]/,
  symbols: /[!@#$%^&*()_+\-=[\]{}|']/,
} as const;
const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

/**
 * Refuses a password that the account's policy, or the default one, does not take. @throws
 * passwordPolicyViolation
 */
export function checkPasswordForm(tx: ReadTx, accountId: string, password: string): void {
  const policy = findPasswordPolicy(tx, accountId);
  if (policy === undefined) {
    checkDefaultForm(password, [tx.get(accounts, accountId)?.name]);
    return;
  }
  const lacking = kindNames.some((kind) => policy[kind] && !kinds[kind].test(password));
  if (lacking || password.length < policy.lengthMin) throw passwordPolicyViolation();
}

/**
 * Refuses a password that AWS's own rules for root users do not take; the policy of the account is for its
 * users alone. @throws passwordPolicyViolation
 */
export function checkRootPasswordForm(tx: ReadTx, accountId: string, password: string): void {
  const account = tx.get(accounts, accountId);
  checkDefaultForm(password, [account?.name, account?.email]);
}

function checkDefaultForm(password: string, plain: readonly (string | undefined)[]): void {
  const enough = kindNames.filter((kind) => kinds[kind].test(password)).length >= passwordKindsMinDefault;
  if (plain.includes(password) || !enough || password.length < passwordLengthMinDefault) {
    throw passwordPolicyViolation();
  }
}
