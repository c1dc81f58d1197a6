/**
 * What AllowUsersToChangePassword grants: every user may change its own password and read the password
 * policy, without a policy that says so. A Deny takes it away.
 */
import { compileStored } from "@casemate/iam-engine";
import type { Call, Target } from "../../../kit/index.ts";
import { findPasswordPolicy } from "./password-policy.ts";

/** The target with that grant for the calling user, where the account's policy gives it. */
export function openToUsers(call: Call, target: Target): Target {
  const { principal } = call;
  if (principal.type !== "user") return target;
  if (findPasswordPolicy(call.tx, call.accountId)?.usersMayChange !== true) return target;
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: principal.arn },
        Action: ["iam:ChangePassword", "iam:GetAccountPasswordPolicy"],
        Resource: "*",
      },
    ],
  });
  const source = { id: "account password policy", type: "resource" } as const;
  return { ...target, resourcePolicy: compileStored(document, "resource", source) };
}
