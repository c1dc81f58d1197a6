/** Accounts of this cloud. There is no API to make one yet but the operator's own; each has a root user. */
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

/** Makes an account. The caller checks that the id is free. */
export function putAccount(tx: Tx, row: AccountRow): AccountRow {
  tx.put(accounts, row);
  return row;
}

/** Whether this cloud has any account yet. */
export function hasAccounts(tx: ReadTx): boolean {
  return tx.count(accounts) > 0;
}
