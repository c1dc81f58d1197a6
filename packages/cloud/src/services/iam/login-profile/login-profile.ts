/**
 * The passwords of users: the row. Only hashes are kept, sealed, the one in force first and former ones
 * behind it as long as a password policy may ask for them.
 */
import { generatePasswordSalt, passwordHash, samePasswordHash } from "@casemate/key-engine";
import { collection, type ReadTx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { noWrongGuesses, type WrongGuesses } from "../guess-limit.ts";
import {
  checkPasswordForm,
  findPasswordPolicy,
  passwordReusePreventionMax,
} from "../password-policy/password-policy.ts";
import { passwordPolicyViolation } from "../password-policy/password-policy-faults.ts";
import type { UserRow } from "../user/user.ts";

/** A user's password. */
export interface LoginProfileRow {
  /** The user's unique id. */
  readonly userId: string;
  readonly accountId: string;
  readonly salt: string;
  /** The hashes, newest first. */
  readonly sealedHashes: string;
  readonly createdAt: number;
  /** When the password in force was set. */
  readonly changedAt: number;
  readonly resetRequired: boolean;
  readonly wrong: WrongGuesses;
}

export const loginProfiles = collection<LoginProfileRow>()({
  kind: "iam/login-profile",
  key: (row) => row.userId,
  indexes: { account: (row) => row.accountId },
});

/** A password that is being set. */
export interface NewPassword {
  readonly user: UserRow;
  readonly password: string;
  readonly resetRequired: boolean;
  readonly now: number;
}

/**
 * The profile of a user with a new password; a row that the user had keeps its past.
 * @throws passwordPolicyViolation
 */
export function withPassword(
  tx: ReadTx,
  environment: CloudEnvironment,
  { user, password, resetRequired, now }: NewPassword,
): LoginProfileRow {
  const { accountId, id: userId } = user;
  checkPasswordForm(tx, accountId, password);
  const row = tx.get(loginProfiles, userId);
  const salt = row?.salt ?? generatePasswordSalt(environment.random);
  const hash = passwordHash(password, salt);
  const former = row === undefined ? [] : openHashes(environment, row);
  const shut = former.slice(0, findPasswordPolicy(tx, accountId)?.reusePrevention ?? 0);
  if (shut.some((each) => samePasswordHash(each, hash))) throw passwordPolicyViolation();
  const hashes = [hash, ...former].slice(0, passwordReusePreventionMax);
  return {
    userId,
    accountId,
    salt,
    sealedHashes: environment.keyring.seal(JSON.stringify(hashes), { purpose: "password", user: userId }),
    createdAt: row?.createdAt ?? now,
    changedAt: now,
    resetRequired,
    wrong: noWrongGuesses,
  };
}

/** Whether this is the password in force. Guesses are for the caller to count. */
export function isPassword(environment: CloudEnvironment, row: LoginProfileRow, password: string): boolean {
  const [current = ""] = openHashes(environment, row);
  return samePasswordHash(current, passwordHash(password, row.salt));
}

/**
 * When the password in force expires by the account's policy, epoch milliseconds; undefined when it does
 * not.
 */
export function passwordExpiresAt(tx: ReadTx, row: LoginProfileRow): number | undefined {
  const days = findPasswordPolicy(tx, row.accountId)?.ageMaxDays;
  return days === undefined ? undefined : row.changedAt + days * 86_400_000;
}

function openHashes(environment: CloudEnvironment, row: LoginProfileRow): readonly string[] {
  const text = environment.keyring.open(row.sealedHashes, { purpose: "password", user: row.userId });
  // Sealed by withPassword: what opens has that form.
  return JSON.parse(text) as string[];
}
