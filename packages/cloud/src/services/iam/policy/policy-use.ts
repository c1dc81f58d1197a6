/** Who uses a managed policy in the caller's account, as attached policy and as permissions boundary. */
import type { ReadTx } from "@casemate/store";
import type { Policy } from "@casemate/wire/iam";
import { tagsView, type Call } from "../../../kit/index.ts";
import { groups, type GroupRow } from "../group/group.ts";
import { roles, type RoleRow } from "../role/role.ts";
import { users, type UserRow } from "../user/user.ts";
import type { PolicyHolder } from "./policy-holder.ts";
import type { PolicyRow } from "./policy-row.ts";

/** Ways to use a policy. */
export type PolicyUse = "PermissionsPolicy" | "PermissionsBoundary";

/** Whether a holder uses a policy, in the given way or in any. */
export function usesPolicy(holder: PolicyHolder, arn: string, use: PolicyUse | undefined): boolean {
  const attached = use !== "PermissionsBoundary" && holder.attachedPolicyArns.includes(arn);
  return attached || (use !== "PermissionsPolicy" && holder.boundaryArn === arn);
}

/** Users, groups and roles of the caller's account that refer to a policy. */
export function usersOf(
  tx: ReadTx,
  call: Call,
  arn: string,
): {
  readonly users: readonly UserRow[];
  readonly groups: readonly GroupRow[];
  readonly roles: readonly RoleRow[];
} {
  const own = ({ accountId }: { readonly accountId: string }): boolean => accountId === call.accountId;
  return {
    users: tx.by(users, "policy", arn).filter(own),
    groups: tx.by(groups, "policy", arn).filter(own),
    roles: tx.by(roles, "policy", arn).filter(own),
  };
}

/** How many entities of the caller's account use a policy, each way. */
export function countUses(
  tx: ReadTx,
  call: Call,
  arn: string,
): { readonly attachments: number; readonly boundaries: number } {
  const by = usersOf(tx, call, arn);
  const holders = [...by.users, ...by.groups, ...by.roles];
  return {
    attachments: holders.filter((holder) => usesPolicy(holder, arn, "PermissionsPolicy")).length,
    boundaries: holders.filter((holder) => usesPolicy(holder, arn, "PermissionsBoundary")).length,
  };
}

/** A managed policy in a list: without description and tags. */
export function policySummary(tx: ReadTx, call: Call, row: PolicyRow): Policy {
  const uses = countUses(tx, call, row.arn);
  return {
    PolicyName: row.name,
    PolicyId: row.id,
    Arn: row.arn,
    Path: row.path,
    DefaultVersionId: row.defaultVersionId,
    AttachmentCount: uses.attachments,
    PermissionsBoundaryUsageCount: uses.boundaries,
    IsAttachable: true,
    CreateDate: new Date(row.createdAt),
    UpdateDate: new Date(row.updatedAt),
  };
}

/** A managed policy with everything there is to tell. */
export function policyView(tx: ReadTx, call: Call, row: PolicyRow): Policy {
  return {
    ...policySummary(tx, call, row),
    ...(row.description === undefined ? {} : { Description: row.description }),
    Tags: tagsView(row.tags),
  };
}
