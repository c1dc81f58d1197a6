/** IAM users: the row. Keyed by unique id, so that a user made again under the same name is another principal. */
import { collection, type ReadTx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";
import type { PolicyHolder } from "../policy/policy-holder.ts";

/** A user. */
export interface UserRow extends PolicyHolder {
  /** AIDA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
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
