/** Operations on the policies of roles: inline, attached, and the permissions boundary. */
import { operation } from "../operation.ts";
import {
  attachmentNeed,
  attachPolicy,
  boundaryNeed,
  changeBoundary,
  detachPolicy,
  listAttachments,
} from "../policy/attachments.ts";
import {
  boundedNeed,
  deleteInlinePolicy,
  inlinePolicyView,
  listInlinePolicies,
  putInlinePolicy,
  type NamedHolder,
} from "../policy/inline-policies.ts";
import { roleHolder, roleTarget, type RoleRow } from "./role.ts";

function named(name: string): NamedHolder<RoleRow> {
  return { kind: roleHolder, name };
}

export const putRolePolicy = operation("PutRolePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.RoleName))],
  handle(tx, input, call) {
    const { PolicyName: policyName, PolicyDocument: document } = input;
    putInlinePolicy(tx, call, { ...named(input.RoleName), policyName, document });
    return {};
  },
});

export const getRolePolicy = operation("GetRolePolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle: (_tx, input, call) => ({
    RoleName: roleHolder.fetch(call.tx, call, input.RoleName).name,
    ...inlinePolicyView(call, { ...named(input.RoleName), policyName: input.PolicyName }),
  }),
});

export const listRolePolicies = operation("ListRolePolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle: (_tx, input, call) => listInlinePolicies(call, named(input.RoleName), input),
});

export const deleteRolePolicy = operation("DeleteRolePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.RoleName))],
  handle(tx, input, call) {
    deleteInlinePolicy(tx, call, { ...named(input.RoleName), policyName: input.PolicyName });
    return {};
  },
});

export const attachRolePolicy = operation("AttachRolePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.RoleName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    attachPolicy(tx, call, { ...named(input.RoleName), policyArn: input.PolicyArn });
    return {};
  },
});

export const detachRolePolicy = operation("DetachRolePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.RoleName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    detachPolicy(tx, call, { ...named(input.RoleName), policyArn: input.PolicyArn });
    return {};
  },
});

export const listAttachedRolePolicies = operation("ListAttachedRolePolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle: (_tx, input, call) => listAttachments(call, named(input.RoleName), input),
});

export const putRolePermissionsBoundary = operation("PutRolePermissionsBoundary", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundaryNeed(call, named(input.RoleName), input.PermissionsBoundary)],
  handle(tx, input, call) {
    changeBoundary(tx, call, { ...named(input.RoleName), boundaryArn: input.PermissionsBoundary });
    return {};
  },
});

export const deleteRolePermissionsBoundary = operation("DeleteRolePermissionsBoundary", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.RoleName))],
  handle(tx, input, call) {
    changeBoundary(tx, call, { ...named(input.RoleName), boundaryArn: undefined });
    return {};
  },
});

/** Every operation of this file. */
export const rolePolicyOperations = [
  putRolePolicy,
  getRolePolicy,
  listRolePolicies,
  deleteRolePolicy,
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  putRolePermissionsBoundary,
  deleteRolePermissionsBoundary,
];
