/** AssumeRole: a session of a role, when the role's trust policy and the caller's own policies agree. */
import type { AssumeRoleRequest } from "@casemate/wire/sts";
import { requestTagKeys, type Call, type ConditionKeys, type Need } from "../../../kit/index.ts";
import { durationBeyondChain, rootCannotAssume, sourceIdentityFixed } from "../faults.ts";
import { operation } from "../operation.ts";
import { mfaKeys, roleSessionsKnowMfa, spentMfa } from "./mfa.ts";
import { issueRoleSession, sessionSeconds } from "./role-session.ts";
import { roleTarget, trustedRole } from "./role-target.ts";
import { sessionPolicies } from "./session-policies.ts";
import { inheritedTags, readSessionTags, sessionTagsFor } from "./session-tags.ts";

/** A session assumed with a role's credentials lives an hour at most. */
const chainedSecondsMax = 3600;

export const assumeRole = operation("AssumeRole", {
  access: "write",
  honours: [
    "RoleArn",
    "RoleSessionName",
    "PolicyArns",
    "Policy",
    "DurationSeconds",
    "Tags",
    "TransitiveTagKeys",
    "ExternalId",
    "SerialNumber",
    "TokenCode",
    "SourceIdentity",
  ],
  needs(input, call) {
    const target = roleTarget(call.tx, input.RoleArn);
    const keys = requestKeys(input, call);
    const needs: Need[] = [call.need(target, keys)];
    // The role must take session tags, also those that the calling session passes on.
    const tagged = (input.Tags ?? []).length > 0 || Object.keys(inheritedTags(call.principal)).length > 0;
    if (tagged) needs.push(call.needAction("sts:TagSession", target, keys));
    if (sourceIdentityOf(input, call) !== undefined) {
      needs.push(call.needAction("sts:SetSourceIdentity", target, keys));
    }
    return needs;
  },
  handle(tx, input, call) {
    if (call.principal.type === "root") throw rootCannotAssume();
    const role = trustedRole(tx, input.RoleArn);
    const chained = call.principal.type === "role-session";
    if (chained && (input.DurationSeconds ?? 0) > chainedSecondsMax) throw durationBeyondChain();
    const seconds = sessionSeconds(role, input.DurationSeconds);
    const fixed = call.principal.session?.sourceIdentity;
    if (fixed !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== fixed) {
      throw sourceIdentityFixed();
    }
    const asked = readSessionTags(input.Tags);
    const { policies, packedPercent } = sessionPolicies(tx, {
      accountId: role.accountId,
      policy: input.Policy,
      policyArns: input.PolicyArns,
      tags: asked,
    });
    const sourceIdentity = sourceIdentityOf(input, call);
    const mfa = spentMfa(tx, call, input);
    const issued = issueRoleSession(call, {
      role,
      sessionName: input.RoleSessionName,
      seconds,
      session: {
        ...sessionTagsFor(call.principal, asked, input.TransitiveTagKeys ?? []),
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        ...(roleSessionsKnowMfa ? mfa : {}),
        policies,
        chained,
      },
    });
    return {
      ...issued,
      ...(packedPercent === undefined ? {} : { PackedPolicySize: packedPercent }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/** A source identity stays with every session of a chain. */
function sourceIdentityOf(input: AssumeRoleRequest, call: Call): string | undefined {
  return input.SourceIdentity ?? call.principal.session?.sourceIdentity;
}

function requestKeys(input: AssumeRoleRequest, call: Call): ConditionKeys {
  return {
    "sts:RoleSessionName": input.RoleSessionName,
    "sts:ExternalId": input.ExternalId,
    "sts:SourceIdentity": sourceIdentityOf(input, call),
    "sts:TransitiveTagKeys": input.TransitiveTagKeys,
    ...requestTagKeys(readSessionTags(input.Tags)),
    ...mfaKeys(call, input),
  };
}
