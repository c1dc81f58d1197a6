/**
 * AssumeRoleWithSAML: a session of a role for whomever a SAML provider vouches for that the role's trust
 * policy names. The response is the proof; a signature of the request is neither needed nor looked at.
 */
import { requestTagKeys, type ConditionKeys, type Need } from "../../../kit/index.ts";
import type { RoleRow } from "../../iam/index.ts";
import { operation } from "../operation.ts";
import { issueRoleSession, sessionSeconds } from "../session/role-session.ts";
import { roleTarget, trustedRole } from "../session/role-target.ts";
import { sessionPolicies } from "../session/session-policies.ts";
import { sessionTagsFor } from "../session/session-tags.ts";
import { provenSamlIdentity, type SamlIdentity } from "./saml-identity.ts";

export const assumeRoleWithSaml = operation("AssumeRoleWithSAML", {
  access: "write",
  honours: ["RoleArn", "PrincipalArn", "SAMLAssertion", "PolicyArns", "Policy", "DurationSeconds"],
  identify(input, call) {
    const { accountId, providerArn, nameQualifier, subject } = provenSamlIdentity(call, input);
    return {
      type: "saml",
      accountId,
      arn: providerArn,
      id: `${nameQualifier}:${subject}`,
      accessKeyId: "",
      provider: providerArn,
      userName: subject,
      identityProvider: nameQualifier,
    };
  },
  needs(input, call) {
    const identity = provenSamlIdentity(call, input);
    const target = roleTarget(call.tx, input.RoleArn);
    const keys = requestKeys(identity);
    const needs: Need[] = [call.need(target, keys)];
    if (Object.keys(identity.tags).length > 0) needs.push(call.needAction("sts:TagSession", target, keys));
    if (identity.sourceIdentity !== undefined) {
      needs.push(call.needAction("sts:SetSourceIdentity", target, keys));
    }
    return needs;
  },
  handle(tx, input, call) {
    const identity = provenSamlIdentity(call, input);
    const { providerArn, tags, transitiveTagKeys, sourceIdentity } = identity;
    const role = trustedRole(tx, input.RoleArn);
    const seconds = secondsFor({ role, identity, now: call.now }, input.DurationSeconds);
    const { policies, packedPercent } = sessionPolicies(tx, {
      accountId: role.accountId,
      policy: input.Policy,
      policyArns: input.PolicyArns,
      tags,
    });
    const issued = issueRoleSession(call, {
      role,
      sessionName: identity.sessionName,
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
      Subject: identity.subject,
      SubjectType: identity.subjectType,
      Issuer: identity.issuer,
      Audience: identity.audience,
      NameQualifier: identity.nameQualifier,
      ...(packedPercent === undefined ? {} : { PackedPolicySize: packedPercent }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/** As asked, but no longer than the provider lets the session last. */
function secondsFor(
  of: { readonly role: RoleRow; readonly identity: SamlIdentity; readonly now: number },
  asked: number | undefined,
): number {
  const { secondsMax, endsAt } = of.identity;
  const untilEnd = endsAt === undefined ? Infinity : Math.floor((endsAt - of.now) / 1000);
  return Math.min(sessionSeconds(of.role, asked), secondsMax ?? Infinity, untilEnd);
}

function requestKeys(identity: SamlIdentity): ConditionKeys {
  const { tags, transitiveTagKeys, sourceIdentity, sessionName, trustKeys } = identity;
  return {
    ...trustKeys,
    "sts:RoleSessionName": sessionName,
    "sts:SourceIdentity": sourceIdentity,
    "sts:TransitiveTagKeys": transitiveTagKeys.length === 0 ? undefined : transitiveTagKeys,
    ...requestTagKeys(tags),
  };
}
