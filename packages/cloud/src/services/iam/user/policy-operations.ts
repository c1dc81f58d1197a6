/** Operations on the policies of users: inline, attached, and the permissions boundary. */
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
import { userHolder, userTarget, type UserRow } from "./user.ts";

function named(name: string): NamedHolder<UserRow> {
  return { kind: userHolder, name };
}

export const putUserPolicy = operation("PutUserPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.UserName))],
  handle(tx, input, call) {
    const { PolicyName: policyName, PolicyDocument: document } = input;
    putInlinePolicy(tx, call, { ...named(input.UserName), policyName, document });
    return {};
  },
});

export const getUserPolicy = operation("GetUserPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle: (_tx, input, call) => ({
    UserName: userHolder.fetch(call.tx, call, input.UserName).name,
    ...inlinePolicyView(call, { ...named(input.UserName), policyName: input.PolicyName }),
  }),
});

export const listUserPolicies = operation("ListUserPolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle: (_tx, input, call) => listInlinePolicies(call, named(input.UserName), input),
});

export const deleteUserPolicy = operation("DeleteUserPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.UserName))],
  handle(tx, input, call) {
    deleteInlinePolicy(tx, call, { ...named(input.UserName), policyName: input.PolicyName });
    return {};
  },
});

export const attachUserPolicy = operation("AttachUserPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.UserName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    attachPolicy(tx, call, { ...named(input.UserName), policyArn: input.PolicyArn });
    return {};
  },
});

export const detachUserPolicy = operation("DetachUserPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.UserName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    detachPolicy(tx, call, { ...named(input.UserName), policyArn: input.PolicyArn });
    return {};
  },
});

export const listAttachedUserPolicies = operation("ListAttachedUserPolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle: (_tx, input, call) => listAttachments(call, named(input.UserName), input),
});

export const putUserPermissionsBoundary = operation("PutUserPermissionsBoundary", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundaryNeed(call, named(input.UserName), input.PermissionsBoundary)],
  handle(tx, input, call) {
    changeBoundary(tx, call, { ...named(input.UserName), boundaryArn: input.PermissionsBoundary });
    return {};
  },
});

export const deleteUserPermissionsBoundary = operation("DeleteUserPermissionsBoundary", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.UserName))],
  handle(tx, input, call) {
    changeBoundary(tx, call, { ...named(input.UserName), boundaryArn: undefined });
    return {};
  },
});

/** Every operation of this file. */
export const userPolicyOperations = [
  putUserPolicy,
  getUserPolicy,
  listUserPolicies,
  deleteUserPolicy,
  attachUserPolicy,
  detachUserPolicy,
  listAttachedUserPolicies,
  putUserPermissionsBoundary,
  deleteUserPermissionsBoundary,
];
