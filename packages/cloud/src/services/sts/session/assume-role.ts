/** AssumeRole: a session of a role, when the role's trust policy and the caller's own policies agree. */
import { compileStored } from "@casemate/iam-engine";
import type { AssumeRoleRequest } from "@casemate/wire/sts";
import {
  parseArn,
  requestTagKeys,
  resourceTagKeys,
  type Call,
  type ConditionKeys,
  type Need,
  type Target,
} from "../../../kit/index.ts";
import { findRole, issueCredentials, roleArn, type RoleRow } from "../../iam/index.ts";
import {
  durationBeyondChain,
  durationBeyondRole,
  invalidRoleArn,
  rootCannotAssume,
  sourceIdentityFixed,
} from "../faults.ts";
import { operation } from "../operation.ts";
import { credentialsView } from "./credentials-view.ts";
import { mfaKeys, roleSessionsKnowMfa, spentMfa } from "./mfa.ts";
import { sessionPolicies } from "./session-policies.ts";
import { inheritedTags, readSessionTags, sessionTagsFor } from "./session-tags.ts";

const defaultSeconds = 3600;
/** A session assumed with a role's credentials lives an hour at most. */
const chainedSecondsMax = 3600;

/** Trusts nobody: stands for a role that does not exist, so that a refusal does not tell. */
const trustsNobody = compileStored(
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "nobody.invalid" }, Action: "sts:AssumeRole" }],
  }),
  "trust",
  { id: "no such role", type: "resource" },
);

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
    const target = roleTarget(call, input.RoleArn);
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
    const role = roleOf(call, input.RoleArn);
    if (role === undefined) throw new Error("A role that does not exist trusts nobody.");
    const chained = call.principal.type === "role-session";
    const seconds = input.DurationSeconds ?? Math.min(defaultSeconds, role.maxSessionSeconds);
    if (chained && seconds > chainedSecondsMax) throw durationBeyondChain();
    if (seconds > role.maxSessionSeconds) throw durationBeyondRole();
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
    const credentials = issueCredentials(call.environment, {
      accountId: role.accountId,
      holder: { type: "role", roleId: role.id, sessionName: input.RoleSessionName },
      session: {
        issuedAt: call.now,
        expiresAt: call.now + seconds * 1000,
        ...sessionTagsFor(call.principal, asked, input.TransitiveTagKeys ?? []),
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        ...(roleSessionsKnowMfa ? mfa : {}),
        policies,
        chained,
      },
    });
    return {
      Credentials: credentialsView(credentials),
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
        Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${input.RoleSessionName}`,
      },
      ...(packedPercent === undefined ? {} : { PackedPolicySize: packedPercent }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/** A source identity stays with every session of a chain. */
function sourceIdentityOf(input: AssumeRoleRequest, call: Call): string | undefined {
  return input.SourceIdentity ?? call.principal.session?.sourceIdentity;
}

function roleOf(call: Call, arn: string): RoleRow | undefined {
  const parts = parseArn(arn);
  if (parts?.service !== "iam" || !parts.resource.startsWith("role/")) return undefined;
  const role = findRole(call.tx, parts.accountId, parts.resource.split("/").at(-1) ?? "");
  return role !== undefined && roleArn(role) === arn ? role : undefined;
}

function roleTarget(call: Call, arn: string): Target {
  const parts = parseArn(arn);
  if (!/^arn:aws:iam::\d{12}:role\/./.test(arn) || parts === undefined) throw invalidRoleArn(arn);
  const role = roleOf(call, arn);
  if (role === undefined) return { arn, accountId: parts.accountId, keys: {}, trustPolicy: trustsNobody };
  return {
    arn,
    accountId: role.accountId,
    keys: resourceTagKeys(role.tags, "iam"),
    trustPolicy: compileStored(role.trustDocument, "trust", { id: arn, type: "resource" }),
  };
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
