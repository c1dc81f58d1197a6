/** IAM roles: the row. Keyed by unique id, so that a role made again under the same name is another principal. */
import { collection, type ReadTx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";
import type { PolicyHolder } from "../policy/policy-holder.ts";
import { holderPolicies } from "../user/user.ts";

/** A role. */
export interface RoleRow extends PolicyHolder {
  /** AROA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly description?: string | undefined;
  /**
   * The trust policy with principals of this cloud replaced by their unique ids: a user or role made again under the same name is
   * not trusted. It is shown with ARNs again, or with the bare id of one that is gone.
   */
  readonly trustDocument: string;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionSeconds: number;
  readonly createdAt: number;
  readonly lastUsed?: { readonly at: number; readonly region: string } | undefined;
  readonly tags: Tags;
}

export const roles = collection<RoleRow>()({
  kind: "iam/role",
  key: (row) => row.id,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
    policy: (row) => holderPolicies(row),
  },
});

export function roleArn(row: Pick<RoleRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:role${row.path}${row.name}`;
}

/** A role by name, which is compared without case. */
export function findRole(tx: ReadTx, accountId: string, name: string): RoleRow | undefined {
  return tx.by(roles, "name", `${accountId}/${name.toLowerCase()}`)[0];
}
