/**
 * IAM users: the row. Keyed by unique id, so that a user made again under the same name is another principal.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import { userInlineCharactersMax } from "../policy/document.ts";
import type { HolderKind, PolicyHolder } from "../policy/policy-holder.ts";
import { userNotFound } from "./user-faults.ts";

/** A user. */
export interface UserRow extends PolicyHolder {
  /** AIDA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  /** Unique ids of the groups it is in, in the order they were joined. */
  readonly groupIds?: readonly string[] | undefined;
  readonly passwordLastUsedAt?: number | undefined;
  readonly tags: Tags;
}

export const users = collection<UserRow>()({
  kind: "iam/user",
  key: (row) => row.id,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
    policy: (row) => holderPolicies(row),
    group: (row) => row.groupIds ?? [],
  },
});

/** Every managed policy a holder refers to, its boundary included. */
export function holderPolicies(row: PolicyHolder): readonly string[] {
  return row.boundaryArn === undefined
    ? row.attachedPolicyArns
    : [...row.attachedPolicyArns, row.boundaryArn];
}

export function userArn(row: Pick<UserRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:user${row.path}${row.name}`;
}

/** A user by name, which is compared without case. */
export function findUser(tx: ReadTx, accountId: string, name: string): UserRow | undefined {
  return tx.by(users, "name", `${accountId}/${name.toLowerCase()}`)[0];
}

/** The caller's user of a name. @throws userNotFound */
export function fetchUser(tx: ReadTx, call: Call, name: string): UserRow {
  const row = findUser(tx, call.accountId, name);
  if (row === undefined) throw userNotFound(name);
  return row;
}

/** A user of the caller's account as target of a need. */
export function userTarget(call: Call, name: string): Target {
  const row = findUser(call.tx, call.accountId, name);
  return {
    arn: userArn(row ?? { accountId: call.accountId, path: "/", name }),
    accountId: call.accountId,
    keys: resourceTagKeys(row?.tags ?? {}, "iam"),
  };
}

export function putUser(tx: Tx, row: UserRow): UserRow {
  tx.put(users, row);
  return row;
}

/** Users as holders of policies. */
export const userHolder: HolderKind<UserRow> = {
  type: "user",
  inlineCharactersMax: userInlineCharactersMax,
  attachmentQuota: "PoliciesPerUser",
  find: findUser,
  fetch: fetchUser,
  fetchChangeable: fetchUser,
  target: userTarget,
  put: putUser,
};
