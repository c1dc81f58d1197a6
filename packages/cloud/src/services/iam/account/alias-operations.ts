/** Operations on the alias of an account: it has one at the most, and a new one takes its place. */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { accounts, type AccountRow } from "./account.ts";
import { aliasExists, aliasNotFound } from "./alias-faults.ts";

function fetchAccount(tx: ReadTx, call: Call): AccountRow {
  const row = tx.get(accounts, call.accountId);
  // Whoever calls was found through the account.
  if (row === undefined) throw new Error(`There is no account ${call.accountId}.`);
  return row;
}

export const createAccountAlias = operation("CreateAccountAlias", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const alias = input.AccountAlias;
    if (tx.by(accounts, "alias", alias).length > 0) throw aliasExists(alias);
    tx.put(accounts, { ...fetchAccount(tx, call), alias });
    return {};
  },
});

export const deleteAccountAlias = operation("DeleteAccountAlias", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const { alias, ...row } = fetchAccount(tx, call);
    if (alias !== input.AccountAlias) throw aliasNotFound(input.AccountAlias);
    tx.put(accounts, row);
    return {};
  },
});

export const listAccountAliases = operation("ListAccountAliases", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const { alias } = fetchAccount(tx, call);
    const items = alias === undefined ? [] : [alias];
    const { items: AccountAliases, marks } = listing(call, input, { items, key: (each) => each });
    return { AccountAliases, ...marks };
  },
});

/** Every operation of this file. */
export const aliasOperations = [createAccountAlias, deleteAccountAlias, listAccountAliases];
