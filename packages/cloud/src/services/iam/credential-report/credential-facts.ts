/**
 * What the credential report and the account summary tell of passwords and MFA devices, gathered from the
 * rooms that keep them.
 */
import type { ReadTx } from "@casemate/store";

/** A password. */
export interface PasswordFacts {
  readonly changedAt: number;
  /** When the password policy will want another one. */
  readonly nextRotationAt?: number | undefined;
}

/** What is known of the credentials of a user or of the root, access keys apart. */
export interface CredentialFacts {
  readonly password: PasswordFacts | undefined;
  readonly mfaActive: boolean;
}

/** The facts of a user, by unique id, or of the root. */
export function credentialFactsOf(_tx: ReadTx, _accountId: string, _holder: string): CredentialFacts {
  return { password: undefined, mfaActive: false };
}

/** How many MFA devices an account has, and how many of them are somebody's. */
export function mfaDeviceCounts(
  _tx: ReadTx,
  _accountId: string,
): { readonly all: number; readonly inUse: number } {
  return { all: 0, inUse: 0 };
}
