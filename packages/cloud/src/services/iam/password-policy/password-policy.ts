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
  const has = (kind: keyof typeof kinds): boolean => kinds[kind].test(password);
  if (policy === undefined) {
    const plain = password === tx.get(accounts, accountId)?.name;
    const enough = kindNames.filter(has).length >= passwordKindsMinDefault;
    if (plain || !enough || password.length < passwordLengthMinDefault) throw passwordPolicyViolation();
    return;
  }
  const lacking = kindNames.some((kind) => policy[kind] && !has(kind));
  if (lacking || password.length < policy.lengthMin) throw passwordPolicyViolation();
}
