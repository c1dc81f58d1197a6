/**
 * IAM roles: the row. Keyed by unique id, so that a role made again under the same name is another principal.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import { roleInlineCharactersMax } from "../policy/document.ts";
import type { HolderKind, PolicyHolder } from "../policy/policy-holder.ts";
import { holderPolicies } from "../user/user.ts";
import { roleNotFound, roleProtected } from "./role-faults.ts";

/** A role. */
export interface RoleRow extends PolicyHolder {
  /** AROA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** The service whose own role it is, such as `autoscaling.amazonaws.com`; absent for everybody's roles. */
  readonly linkedService?: string | undefined;
  readonly description?: string | undefined;
  /**
   * The trust policy with principals of this cloud replaced by their unique ids: a user or role made again
   * under the same name is not trusted. It is shown with ARNs again, or with the bare id of one that is gone.
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

/** The caller's role of a name. @throws roleNotFound */
export function fetchRole(tx: ReadTx, call: Call, name: string): RoleRow {
  const row = findRole(tx, call.accountId, name);
  if (row === undefined) throw roleNotFound(name);
  return row;
}

/** The caller's role of a name, to be changed by the caller. @throws roleNotFound, roleProtected */
export function fetchChangeableRole(tx: ReadTx, call: Call, name: string): RoleRow {
  const row = fetchRole(tx, call, name);
  if (row.linkedService !== undefined) throw roleProtected(row.name);
  return row;
}

/** A role of the caller's account as target of a need. */
export function roleTarget(call: Call, name: string): Target {
  const row = findRole(call.tx, call.accountId, name);
  return {
    arn: roleArn(row ?? { accountId: call.accountId, path: "/", name }),
    accountId: call.accountId,
    keys: resourceTagKeys(row?.tags ?? {}, "iam"),
  };
}

export function putRole(tx: Tx, row: RoleRow): RoleRow {
  tx.put(roles, row);
  return row;
}

/** Roles as holders of policies. */
export const roleHolder: HolderKind<RoleRow> = {
  type: "role",
  inlineCharactersMax: roleInlineCharactersMax,
  attachmentQuota: "PoliciesPerRole",
  find: findRole,
  fetch: fetchRole,
  fetchChangeable: fetchChangeableRole,
  target: roleTarget,
  put: putRole,
};
