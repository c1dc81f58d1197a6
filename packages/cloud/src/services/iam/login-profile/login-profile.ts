/**
 * The passwords of users and of root users: the row. Only hashes are kept, sealed, the one in force first and
 * former ones behind it as long as a password policy may ask for them.
 */
import { generatePasswordSalt, passwordHash, samePasswordHash } from "@casemate/key-engine";
import { collection, type ReadTx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { noWrongGuesses, type WrongGuesses } from "../guess-limit.ts";
import {
  checkPasswordForm,
  checkRootPasswordForm,
  findPasswordPolicy,
  passwordReusePreventionMax,
} from "../password-policy/password-policy.ts";
import { passwordPolicyViolation } from "../password-policy/password-policy-faults.ts";
import type { UserRow } from "../user/user.ts";

/** The password of a user or of a root user. */
export interface LoginProfileRow {
  /** The user's unique id; of a root user that is the id of its account. */
  readonly userId: string;
  readonly accountId: string;
  readonly salt: string;
  /** The hashes, newest first. */
  readonly sealedHashes: string;
  readonly createdAt: number;
  /** When the password in force was set. */
  readonly changedAt: number;
  readonly resetRequired: boolean;
  /** Drawn anew with each password: whatever began with another one can be told by it. */
  readonly passwordId?: string | undefined;
  readonly wrong: WrongGuesses;
}

export const loginProfiles = collection<LoginProfileRow>()({
  kind: "iam/login-profile",
  key: (row) => row.userId,
  indexes: { account: (row) => row.accountId },
});

/** Whose password it is: a user, or a root user, whose id is that of its account. */
export type PasswordOwner = Pick<UserRow, "accountId" | "id">;

/** The root user of an account. */
export function rootOwner(accountId: string): PasswordOwner {
  return { accountId, id: accountId };
}

/** The password of a user, by unique id, or of the root. */
export function findLoginProfile(tx: ReadTx, accountId: string, holder: string): LoginProfileRow | undefined {
  return tx.get(loginProfiles, holder === rootHolder ? accountId : holder);
}

/** A hash that was worked out before, and the salt it was worked out with. */
export interface SaltedHash {
  readonly salt: string;
  readonly hash: string;
}

/** A password that is being set. */
export interface NewPassword {
  readonly user: PasswordOwner;
  readonly password: string;
  /** Its hash, which counts if it was made with the user's salt. */
  readonly hashed?: SaltedHash | undefined;
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
  { user, password, hashed, resetRequired, now }: NewPassword,
): LoginProfileRow {
  const { accountId, id: userId } = user;
  const isRoot = userId === accountId;
  if (isRoot) checkRootPasswordForm(tx, accountId, password);
  else checkPasswordForm(tx, accountId, password);
  const row = tx.get(loginProfiles, userId);
  const salt = row?.salt ?? generatePasswordSalt(environment.random);
  const hash = hashed?.salt === salt ? hashed.hash : passwordHash(password, salt);
  const former = row === undefined ? [] : openHashes(environment, row);
  const shut = isRoot ? [] : former.slice(0, findPasswordPolicy(tx, accountId)?.reusePrevention ?? 0);
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
    passwordId: Buffer.from(environment.random(16)).toString("hex"),
    wrong: noWrongGuesses,
  };
}

/** Whether this is the password in force. Guesses are for the caller to count. */
export function isPassword(environment: CloudEnvironment, row: LoginProfileRow, password: string): boolean {
  return isPasswordHash(environment, row, { salt: row.salt, hash: passwordHash(password, row.salt) });
}

/** Whether this is the hash of the password in force, made with its salt. */
export function isPasswordHash(
  environment: CloudEnvironment,
  row: LoginProfileRow,
  { salt, hash }: SaltedHash,
): boolean {
  const [current = ""] = openHashes(environment, row);
  return samePasswordHash(current, hash) && salt === row.salt;
}

/**
 * When the password in force expires by the account's policy, epoch milliseconds; undefined when it does
 * not, as that of a root user never does.
 */
export function passwordExpiresAt(tx: ReadTx, row: LoginProfileRow): number | undefined {
  if (row.userId === row.accountId) return undefined;
  const days = findPasswordPolicy(tx, row.accountId)?.ageMaxDays;
  return days === undefined ? undefined : row.changedAt + days * 86_400_000;
}

function openHashes(environment: CloudEnvironment, row: LoginProfileRow): readonly string[] {
  const text = environment.keyring.open(row.sealedHashes, { purpose: "password", user: row.userId });
  // Sealed by withPassword: what opens has that form.
  return JSON.parse(text) as string[];
}
