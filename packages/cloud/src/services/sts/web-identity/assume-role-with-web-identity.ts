/**
 * AssumeRoleWithWebIdentity: a session of a role for whoever bears a token of an OpenID Connect provider that
 * the role's trust policy names. The token is the proof; a signature is neither needed nor looked at.
 */
import type { AssumeRoleWithWebIdentityRequest } from "@casemate/wire/sts";
import { requestTagKeys, type ConditionKeys, type Need } from "../../../kit/index.ts";
import { operation } from "../operation.ts";
import { issueRoleSession, sessionSeconds } from "../session/role-session.ts";
import { roleTarget, trustedRole } from "../session/role-target.ts";
import { sessionPolicies } from "../session/session-policies.ts";
import { sessionTagsFor } from "../session/session-tags.ts";
import { provenWebIdentity, type WebIdentity } from "./web-identity.ts";

export const assumeRoleWithWebIdentity = operation("AssumeRoleWithWebIdentity", {
  access: "write",
  honours: ["RoleArn", "RoleSessionName", "WebIdentityToken", "PolicyArns", "Policy", "DurationSeconds"],
  identify(input, call) {
    const { accountId, providerArn, audience, subject } = provenWebIdentity(call, input);
    return {
      type: "web-identity",
      accountId,
      arn: providerArn,
      id: `${providerArn}:${audience}:${subject}`,
      accessKeyId: "",
      provider: providerArn,
      userName: subject,
      identityProvider: providerArn,
    };
  },
  needs(input, call) {
    const identity = provenWebIdentity(call, input);
    const target = roleTarget(call.tx, input.RoleArn);
    const keys = requestKeys(input, identity);
    const needs: Need[] = [call.need(target, keys)];
    if (Object.keys(identity.tags).length > 0) needs.push(call.needAction("sts:TagSession", target, keys));
    if (identity.sourceIdentity !== undefined) {
      needs.push(call.needAction("sts:SetSourceIdentity", target, keys));
    }
    return needs;
  },
  handle(tx, input, call) {
    const identity = provenWebIdentity(call, input);
    const { providerArn, audience, subject, tags, transitiveTagKeys, sourceIdentity } = identity;
    const role = trustedRole(tx, input.RoleArn);
    const seconds = sessionSeconds(role, input.DurationSeconds);
    const { policies, packedPercent } = sessionPolicies(tx, {
      accountId: role.accountId,
      policy: input.Policy,
      policyArns: input.PolicyArns,
      tags,
    });
    const issued = issueRoleSession(call, {
      role,
      sessionName: input.RoleSessionName,
      seconds,
      session: {
        ...sessionTagsFor(call.principal, tags, transitiveTagKeys),
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        policies,
        chained: false,
        federation: { provider: providerArn, keys: identity.sessionKeys },
      },
    });
    return {
      ...issued,
      SubjectFromWebIdentityToken: subject,
      Audience: audience,
      Provider: providerArn,
      ...(packedPercent === undefined ? {} : { PackedPolicySize: packedPercent }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

function requestKeys(input: AssumeRoleWithWebIdentityRequest, identity: WebIdentity): ConditionKeys {
  const { tags, transitiveTagKeys, sourceIdentity, trustKeys } = identity;
  return {
    ...trustKeys,
    "sts:RoleSessionName": input.RoleSessionName,
    "sts:SourceIdentity": sourceIdentity,
    "sts:TransitiveTagKeys": transitiveTagKeys.length === 0 ? undefined : transitiveTagKeys,
    ...requestTagKeys(tags),
  };
}
