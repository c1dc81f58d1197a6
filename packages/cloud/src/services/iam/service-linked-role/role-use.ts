/**
 * What services use their roles for: as long as a service has something that needs its role, the role cannot
 * be deleted. Services say so themselves; that an account is in an organization needs no saying.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import type { RoleRow } from "../role/role.ts";

/** One resource that a service needs its role for. */
export interface LinkedRoleUse {
  readonly roleId: string;
  /** The ARN of the resource. */
  readonly resource: string;
  readonly region: string;
}

export const linkedRoleUses = collection<LinkedRoleUse>()({
  kind: "iam/service-linked-role-use",
  key: (row) => `${row.roleId}/${row.resource}`,
  indexes: { role: (row) => row.roleId },
});

/** Notes that a resource needs the role from now on. */
export function useServiceLinkedRole(tx: Tx, use: LinkedRoleUse): void {
  tx.put(linkedRoleUses, use);
}

/** Notes that a resource no longer needs the role. */
export function releaseServiceLinkedRole(tx: Tx, use: Pick<LinkedRoleUse, "roleId" | "resource">): void {
  tx.delete(linkedRoleUses, `${use.roleId}/${use.resource}`);
}

/** The resources that need a role. */
export function usesOfRole(tx: ReadTx, call: Call, role: RoleRow): readonly LinkedRoleUse[] {
  const noted = tx.by(linkedRoleUses, "role", role.id);
  if (role.linkedService !== "organizations.amazonaws.com") return noted;
  const place = call.guardrails.organizationOf(tx, role.accountId);
  if (place === undefined) return noted;
  const { id, managementAccountId } = place;
  const resource = `arn:aws:organizations::${managementAccountId}:organization/${id}`;
  return [...noted, { roleId: role.id, resource, region: "us-east-1" }];
}
