/** Whom an attempt to sign in names, as far as there is such a user or root. */
import type { ReadTx } from "@casemate/store";
import {
  accounts,
  findAccountByEmail,
  findLoginProfile,
  findUser,
  isAccountOpen,
  rootHolder,
  type AccountRow,
  type LoginProfileRow,
  type UserRow,
} from "../../iam/index.ts";

/** A user of an account, which is named by its id or alias. */
export interface NamedUser {
  readonly type: "user";
  readonly account: string;
  readonly userName: string;
}

/** A root user, by its e-mail address; where the account is named too, it must be that one's. */
export interface NamedRoot {
  readonly type: "root";
  readonly email: string;
  readonly account?: string | undefined;
}

/** Whom somebody says to be. */
export type Named = NamedUser | NamedRoot;

/** Whom the attempt may be of: without a password nobody can sign in. */
export interface Candidate {
  readonly account: AccountRow;
  /** Undefined for the root user. */
  readonly user: UserRow | undefined;
  /** The user's unique id, or `root`. */
  readonly holder: string;
  readonly profile: LoginProfileRow | undefined;
}

/** What was found: the account and perhaps nobody in it, or not even the account. */
export interface Found {
  readonly account: AccountRow | undefined;
  readonly candidate: Candidate | undefined;
}

/** Finds whom an attempt names; in a closed account there is nobody. */
export function findCandidate(tx: ReadTx, named: Named): Found {
  const found = named.type === "root" ? findRoot(tx, named) : findNamedUser(tx, named);
  const { account } = found;
  return account === undefined || isAccountOpen(tx, account.id) ? found : { account, candidate: undefined };
}

function findNamedUser(tx: ReadTx, named: NamedUser): Found {
  const account = findAccount(tx, named.account);
  const user = account && findUser(tx, account.id, named.userName);
  if (account === undefined || user === undefined) return { account, candidate: undefined };
  const profile = findLoginProfile(tx, account.id, user.id);
  return { account, candidate: { account, user, holder: user.id, profile } };
}

function findRoot(tx: ReadTx, { email, account: named }: NamedRoot): Found {
  const account = findAccountByEmail(tx, email);
  const other = named !== undefined && findAccount(tx, named)?.id !== account?.id;
  if (account === undefined || other) return { account: undefined, candidate: undefined };
  const profile = findLoginProfile(tx, account.id, rootHolder);
  return { account, candidate: { account, user: undefined, holder: rootHolder, profile } };
}

/** By id, with or without the dashes that people write in it, or by alias. */
function findAccount(tx: ReadTx, named: string): AccountRow | undefined {
  const digits = named.replaceAll("-", "");
  if (/^\d{12}$/.test(digits)) return tx.get(accounts, digits);
  return tx.by(accounts, "alias", named.toLowerCase())[0];
}
