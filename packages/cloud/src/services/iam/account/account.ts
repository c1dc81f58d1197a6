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
}

export const accounts = collection<AccountRow>()({
  kind: "iam/account",
  key: (row) => row.id,
  indexes: { alias: (row) => row.alias },
});

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
