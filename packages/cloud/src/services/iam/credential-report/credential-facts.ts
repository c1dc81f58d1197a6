/**
 * What the credential report and the account summary tell of passwords and MFA devices, gathered from the
 * rooms that keep them.
 */
import type { ReadTx } from "@casemate/store";
import { findLoginProfile, passwordExpiresAt } from "../login-profile/login-profile.ts";
import { mfaDevices, mfaDevicesOf } from "../mfa-device/mfa-device.ts";

/** A password. */
export interface PasswordFacts {
  readonly changedAt: number;
  /** When the password policy will want another one. */
  readonly nextRotationAt: number | undefined;
}

/** What is known of the credentials of a user or of the root, access keys apart. */
export interface CredentialFacts {
  readonly password: PasswordFacts | undefined;
  readonly mfaActive: boolean;
}

/** The facts of a user, by unique id, or of the root. */
export function credentialFactsOf(tx: ReadTx, accountId: string, holder: string): CredentialFacts {
  const profile = findLoginProfile(tx, accountId, holder);
  return {
    password: profile && {
      changedAt: profile.changedAt,
      nextRotationAt: passwordExpiresAt(tx, profile),
    },
    mfaActive: mfaDevicesOf(tx, accountId, holder).length > 0,
  };
}

/** How many MFA devices an account has, and how many of them are somebody's. */
export function mfaDeviceCounts(
  tx: ReadTx,
  accountId: string,
): { readonly all: number; readonly inUse: number } {
  // A hardware device that nobody has is not yet known to be the account's.
  const devices = tx
    .by(mfaDevices, "account", accountId)
    .filter(({ hardware, holder }) => hardware !== true || holder !== undefined);
  return { all: devices.length, inUse: devices.filter(({ holder }) => holder !== undefined).length };
}
