/**
 * GetFederationToken: a session for somebody whom a user or root vouches for, with what both the user's own
 * policies and the session's allow; without a session policy it may do nothing of its own.
 */
import { requestTagKeys, type Call, type Need, type Target } from "../../../kit/index.ts";
import { issueCredentials } from "../../iam/index.ts";
import { sessionCallNotAllowed } from "../faults.ts";
import { operation } from "../operation.ts";
import { credentialsView } from "./credentials-view.ts";
import { sessionPolicies } from "./session-policies.ts";
import { readSessionTags } from "./session-tags.ts";

const defaultSeconds = 43_200;
/** What a root vouches for lives an hour at most, whatever was asked for. */
const rootSecondsMax = 3600;

export const getFederationToken = operation("GetFederationToken", {
  access: "write",
  honours: ["Name", "Policy", "PolicyArns", "DurationSeconds", "Tags"],
  needs(input, call) {
    const target = federatedTarget(call, input.Name);
    const keys = requestTagKeys(readSessionTags(input.Tags));
    const needs: Need[] = [call.need(target, keys)];
    if (Object.keys(keys).length > 0) needs.push(call.needAction("sts:TagSession", target, keys));
    return needs;
  },
  handle(tx, input, call) {
    const { principal, accountId } = call;
    if (principal.session !== undefined) throw sessionCallNotAllowed(call.operation);
    const asked = input.DurationSeconds ?? defaultSeconds;
    const seconds = principal.type === "root" ? Math.min(asked, rootSecondsMax) : asked;
    const tags = readSessionTags(input.Tags);
    const { policies, packedPercent } = sessionPolicies(tx, {
      accountId,
      policy: input.Policy,
      policyArns: input.PolicyArns,
      tags,
    });
    const credentials = issueCredentials(call.environment, {
      accountId,
      holder: {
        type: "federated",
        name: input.Name,
        ...(principal.type === "user" ? { userId: principal.id } : {}),
        accessKeyId: principal.accessKeyId,
      },
      session: {
        issuedAt: call.now,
        expiresAt: call.now + seconds * 1000,
        tags,
        transitiveTagKeys: [],
        policies,
        chained: false,
      },
    });
    return {
      Credentials: credentialsView(credentials),
      FederatedUser: {
        FederatedUserId: `${accountId}:${input.Name}`,
        Arn: federatedTarget(call, input.Name).arn,
      },
      ...(packedPercent === undefined ? {} : { PackedPolicySize: packedPercent }),
    };
  },
});

function federatedTarget({ accountId }: Call, name: string): Target {
  return { arn: `arn:aws:sts::${accountId}:federated-user/${name}`, accountId, keys: {} };
}
