/** DescribeEffectivePolicy: what the policies of an organization come to for one account. */
import { findMember } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import { isDelegated } from "../caller/seat.ts";
import { accessDenied, effectivePolicyNotFound, targetNotFound } from "../faults.ts";
import { effectivePolicyOf } from "./effective-policy.ts";

export const describeEffectivePolicy = seatedOperation("DescribeEffectivePolicy", {
  access: "read",
  audience: "members",
  resources: (input, named) => (input.TargetId === undefined ? [] : [named.target(input.TargetId)]),
  keys: ({ PolicyType }) => ({ "organizations:PolicyType": PolicyType }),
  handle(tx, input, { call, ...seat }) {
    const target = input.TargetId ?? call.accountId;
    // A member may ask about itself; about others only as a delegated administrator.
    const own = target === call.accountId;
    const reader = seat.management || (seat.member.delegations.length > 0 && isDelegated(seat, "readers"));
    if (!own && !reader) throw accessDenied();
    if (findMember(tx, seat.organization, target) === undefined) throw targetNotFound();
    const effective =
      input.PolicyType === "DECLARATIVE_POLICY_EC2" ? effectivePolicyOf(tx, target) : undefined;
    if (effective === undefined) throw effectivePolicyNotFound();
    return {
      EffectivePolicy: {
        PolicyContent: JSON.stringify(effective.document),
        LastUpdatedTimestamp: new Date(effective.updatedAt),
        TargetId: target,
        PolicyType: input.PolicyType,
      },
    };
  },
});
