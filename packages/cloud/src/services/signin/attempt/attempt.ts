/**
 * Whether an attempt to sign in succeeds, decided on the rows of one transaction. Every failure is counted,
 * for whatever reason; only who has every factor right is told what else is missing.
 */
import type { Tx } from "@casemate/store";
import { Fault, type CloudEnvironment } from "../../../kit/index.ts";
import {
  countWrongCode,
  findMfaCode,
  findPasswordPolicy,
  guessesPause,
  isPasswordHash,
  loginProfiles,
  mfaDevicesOf,
  noWrongGuesses,
  passwordExpiresAt,
  rootOwner,
  spendMfaCode,
  withPassword,
  withWrongGuess,
  type LoginProfileRow,
  type MfaDeviceRow,
  type SaltedHash,
} from "../../iam/index.ts";
import type { Candidate } from "./candidate.ts";

/** What is presented, the passwords with their hashes. */
export interface PresentedFactors {
  readonly hashed: SaltedHash;
  readonly mfaCode: string | undefined;
  readonly newPassword: { readonly text: string; readonly hashed: SaltedHash } | undefined;
  readonly now: number;
}

/**
 * Why somebody with every factor right is not signed in: a new password is wanted, only an administrator can
 * set it, the new one is not good enough, or none was wanted.
 */
export type PasswordRefusal =
  "password-reset-required" | "password-expired" | "password-not-acceptable" | "password-not-changeable";

/** What came of an attempt. */
export type AttemptOutcome =
  | {
      readonly kind: "right";
      readonly profile: LoginProfileRow;
      readonly device: MfaDeviceRow | undefined;
      readonly passwordChanged: boolean;
    }
  | { readonly kind: "wrong"; readonly checkedMfa: boolean; readonly mfaAsked: boolean }
  | { readonly kind: PasswordRefusal; readonly checkedMfa: boolean; readonly mfaAsked: boolean };

/**
 * Decides an attempt of somebody who has a password, with what it leaves: counts, spent codes, a new
 * password.
 */
export function decideAttempt(
  tx: Tx,
  environment: CloudEnvironment,
  { candidate, profile, factors }: AskedAttempt,
): AttemptOutcome {
  const { now } = factors;
  const { holder, account } = candidate;
  const devices = mfaDevicesOf(tx, account.id, holder);
  const mfaAsked = devices.length > 0;
  const looked = !guessesPause(profile.wrong, now);
  const right = looked && isPasswordHash(environment, profile, factors.hashed);
  const code = right ? rightCode(tx, environment, { candidate, factors }) : undefined;
  if (!right || (mfaAsked && code === undefined)) {
    tx.put(loginProfiles, { ...profile, wrong: withWrongGuess(profile.wrong, now) });
    if (right && factors.mfaCode !== undefined) {
      for (const { serial } of devices) countWrongCode(tx, { serial, now });
    }
    return { kind: "wrong", checkedMfa: right && mfaAsked, mfaAsked };
  }
  if (code !== undefined) spendMfaCode(tx, code);
  const cleared = { ...profile, wrong: noWrongGuesses };
  tx.put(loginProfiles, cleared);
  const renewed = renewedPassword(tx, environment, { candidate, profile: cleared, factors });
  if (typeof renewed === "string") return { kind: renewed, checkedMfa: mfaAsked, mfaAsked };
  return {
    kind: "right",
    profile: renewed,
    device: code?.device,
    passwordChanged: renewed !== cleared,
  };
}

/** An attempt of a candidate who has a password. */
export interface AskedAttempt {
  readonly candidate: Candidate;
  readonly profile: LoginProfileRow;
  readonly factors: PresentedFactors;
}

function rightCode(
  tx: Tx,
  environment: CloudEnvironment,
  { candidate, factors }: Pick<AskedAttempt, "candidate" | "factors">,
): ReturnType<typeof findMfaCode> {
  const { mfaCode: code, now } = factors;
  if (code === undefined) return undefined;
  return findMfaCode(tx, environment, {
    accountId: candidate.account.id,
    holder: candidate.holder,
    code,
    now,
  });
}

/**
 * The password after the attempt: the same, or the new one where one is wanted or the user is the root.
 * Differs: a user who must set a new password may, whatever its policies say of iam:ChangePassword.
 */
function renewedPassword(
  tx: Tx,
  environment: CloudEnvironment,
  { candidate, profile, factors }: AskedAttempt,
): LoginProfileRow | PasswordRefusal {
  const { user, account } = candidate;
  const { newPassword, now } = factors;
  const expiresAt = passwordExpiresAt(tx, profile);
  const expired = expiresAt !== undefined && now >= expiresAt;
  if (expired && findPasswordPolicy(tx, account.id)?.hardExpiry === true) return "password-expired";
  const wanted = expired || profile.resetRequired;
  if (newPassword === undefined) return wanted ? "password-reset-required" : profile;
  if (!wanted && user !== undefined) return "password-not-changeable";
  if (isPasswordHash(environment, profile, newPassword.hashed)) return "password-not-acceptable";
  const owner = user ?? rootOwner(account.id);
  const asked = { user: owner, password: newPassword.text, hashed: newPassword.hashed };
  try {
    const row = withPassword(tx, environment, { ...asked, resetRequired: false, now });
    tx.put(loginProfiles, row);
    return row;
  } catch (thrown) {
    if (thrown instanceof Fault) return "password-not-acceptable";
    throw thrown;
  }
}
