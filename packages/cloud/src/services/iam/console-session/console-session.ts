/**
 * Sessions of the console: the row, and whether it still stands. Signing in makes one, and the short
 * credentials that it hands out work only as long as it stands. It ends with everything that it began with:
 * the password, the user, the MFA device.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { rootHolder } from "../access-key/access-key.ts";
import { isAccountOpen } from "../account/account.ts";
import { findLoginProfile } from "../login-profile/login-profile.ts";
import { mfaDevices } from "../mfa-device/mfa-device.ts";
import { users } from "../user/user.ts";

/** Sessions that one user or root has at once; the oldest ends when there is one more. */
export const consoleSessionsPerUserMax = 20;
/** How long a session lasts at most, whatever is refreshed in it. */
export const consoleSessionLifetimeMs = 12 * 3_600_000;

/** A session. */
export interface ConsoleSessionRow {
  readonly id: string;
  readonly accountId: string;
  /** The user's unique id, or `root`. */
  readonly holder: string;
  readonly startedAt: number;
  readonly endsAt: number;
  /** The password that it was begun with. */
  readonly passwordId: string;
  /** The device whose code was given, and since when that was the user's; absent means no MFA. */
  readonly mfa?: { readonly serial: string; readonly enabledAt: number } | undefined;
  /** Digest of the secret that refreshes it next; every secret counts once. */
  readonly refreshDigest: string;
}

export const consoleSessions = collection<ConsoleSessionRow>()({
  kind: "iam/console-session",
  key: (row) => row.id,
  indexes: { holder: (row) => holderKey(row.accountId, row.holder) },
});

function holderKey(accountId: string, holder: string): string {
  return `${accountId}/${holder}`;
}

/** A session that stands, or undefined. That its time is over is for the caller to see. */
export function findConsoleSession(tx: ReadTx, id: string): ConsoleSessionRow | undefined {
  const row = tx.get(consoleSessions, id);
  return row !== undefined && stands(tx, row) ? row : undefined;
}

function stands(tx: ReadTx, row: ConsoleSessionRow): boolean {
  const { accountId, holder, mfa } = row;
  const exists = holder === rootHolder || tx.get(users, holder) !== undefined;
  const profile = findLoginProfile(tx, accountId, holder);
  if (!exists || !isAccountOpen(tx, accountId)) return false;
  if (profile === undefined || (profile.passwordId ?? "") !== row.passwordId) return false;
  if (mfa === undefined) return true;
  const device = tx.get(mfaDevices, mfa.serial);
  return device?.accountId === accountId && device.holder === holder && device.enabledAt === mfa.enabledAt;
}

/** Begins a session; those of the same user that stand no more, or are one too many, go. */
export function putNewConsoleSession(tx: Tx, row: ConsoleSessionRow): ConsoleSessionRow {
  const others = tx.by(consoleSessions, "holder", holderKey(row.accountId, row.holder));
  const standing = others
    .filter((each) => row.startedAt < each.endsAt && stands(tx, each))
    .toSorted((a, b) => b.startedAt - a.startedAt);
  const kept = new Set(standing.slice(0, consoleSessionsPerUserMax - 1).map(({ id }) => id));
  for (const { id } of others) if (!kept.has(id)) tx.delete(consoleSessions, id);
  tx.put(consoleSessions, row);
  return row;
}

/** Ends every session of a user or root. */
export function endConsoleSessions(tx: Tx, accountId: string, holder: string): void {
  for (const { id } of tx.by(consoleSessions, "holder", holderKey(accountId, holder))) {
    tx.delete(consoleSessions, id);
  }
}
