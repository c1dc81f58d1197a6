/**
 * Accounts of this cloud, made by the operator or by an organization; each has a root user. A closed account
 * keeps its rows, but nobody of it gets in.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";

/** An account. */
export interface AccountRow {
  /** 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Its name in the sign-in address, unique in this cloud. */
  readonly alias?: string | undefined;
  /** Of its root user, as given; unique in this cloud without regard to case. */
  readonly email?: string | undefined;
  readonly rootPasswordLastUsedAt?: number | undefined;
  /** When it was closed, epoch milliseconds. */
  readonly closedAt?: number | undefined;
}

export const accounts = collection<AccountRow>()({
  kind: "iam/account",
  key: (row) => row.id,
  indexes: { alias: (row) => row.alias, email: (row) => row.email?.toLowerCase() },
});

/** Characters of an e-mail address. */
export const emailLengthMax = 64;

/** Whether a text has the form of an e-mail address. */
export function isEmail(text: string): boolean {
  return text.length <= emailLengthMax && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@.\p{Cc}]+$/u.test(text);
}

/** The account whose root user has an e-mail address. */
export function findAccountByEmail(tx: ReadTx, email: string): AccountRow | undefined {
  return tx.by(accounts, "email", email.toLowerCase())[0];
}

/** Whether an account exists here. */
export function accountExists(tx: ReadTx, accountId: string): boolean {
  return tx.get(accounts, accountId) !== undefined;
}

/** Whether an account exists and is not closed. */
export function isAccountOpen(tx: ReadTx, accountId: string): boolean {
  const row = tx.get(accounts, accountId);
  return row !== undefined && row.closedAt === undefined;
}

/**
 * The address of an account's root user.
 * Differs: an account that the operator made without an address shows one that no mail reaches.
 */
export function accountEmail(row: Pick<AccountRow, "id" | "email">): string {
  return row.email ?? `${row.id}@accounts.invalid`;
}

/** Closes an account: its keys, its sessions and its passwords stop working at once. */
export function closeAccount(tx: Tx, row: AccountRow, at: number): AccountRow {
  return putAccount(tx, { ...row, closedAt: at });
}

/** Draws an id that no account has. The first digit is not zero, so that nothing takes it for a number. */
export function drawAccountId(tx: ReadTx, random: (bytes: number) => Uint8Array): string {
  for (;;) {
    const digits = [...random(12)].map((byte, index) => (index === 0 ? 1 + (byte % 9) : byte % 10));
    const id = digits.join("");
    if (!accountExists(tx, id)) return id;
  }
}

/** Makes an account. The caller checks that the id is free. */
export function putAccount(tx: Tx, row: AccountRow): AccountRow {
  tx.put(accounts, row);
  return row;
}

/** Whether this cloud has any account yet. */
export function hasAccounts(tx: ReadTx): boolean {
  return tx.count(accounts) > 0;
}
