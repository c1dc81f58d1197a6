/** Operations on the policies of groups: inline and attached. */
import { operation } from "../operation.ts";
import { attachmentNeed, attachPolicy, detachPolicy, listAttachments } from "../policy/attachments.ts";
import {
  boundedNeed,
  deleteInlinePolicy,
  inlinePolicyView,
  listInlinePolicies,
  putInlinePolicy,
  type NamedHolder,
} from "../policy/inline-policies.ts";
import { groupHolder, groupTarget, type GroupRow } from "./group.ts";

function named(name: string): NamedHolder<GroupRow> {
  return { kind: groupHolder, name };
}

export const putGroupPolicy = operation("PutGroupPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.GroupName))],
  handle(tx, input, call) {
    const { PolicyName: policyName, PolicyDocument: document } = input;
    putInlinePolicy(tx, call, { ...named(input.GroupName), policyName, document });
    return {};
  },
});

export const getGroupPolicy = operation("GetGroupPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle: (_tx, input, call) => ({
    GroupName: groupHolder.fetch(call.tx, call, input.GroupName).name,
    ...inlinePolicyView(call, { ...named(input.GroupName), policyName: input.PolicyName }),
  }),
});

export const listGroupPolicies = operation("ListGroupPolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle: (_tx, input, call) => listInlinePolicies(call, named(input.GroupName), input),
});

export const deleteGroupPolicy = operation("DeleteGroupPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [boundedNeed(call, named(input.GroupName))],
  handle(tx, input, call) {
    deleteInlinePolicy(tx, call, { ...named(input.GroupName), policyName: input.PolicyName });
    return {};
  },
});

export const attachGroupPolicy = operation("AttachGroupPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.GroupName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    attachPolicy(tx, call, { ...named(input.GroupName), policyArn: input.PolicyArn });
    return {};
  },
});

export const detachGroupPolicy = operation("DetachGroupPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [attachmentNeed(call, { ...named(input.GroupName), policyArn: input.PolicyArn })],
  handle(tx, input, call) {
    detachPolicy(tx, call, { ...named(input.GroupName), policyArn: input.PolicyArn });
    return {};
  },
});

export const listAttachedGroupPolicies = operation("ListAttachedGroupPolicies", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle: (_tx, input, call) => listAttachments(call, named(input.GroupName), input),
});

/** Every operation of this file. */
export const groupPolicyOperations = [
  putGroupPolicy,
  getGroupPolicy,
  listGroupPolicies,
  deleteGroupPolicy,
  attachGroupPolicy,
  detachGroupPolicy,
  listAttachedGroupPolicies,
];
