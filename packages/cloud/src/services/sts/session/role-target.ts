/** The role that a session is asked of: found by its ARN, seen by policies with its tags and its trust. */
import { compileStored } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import { parseArn, resourceTagKeys, type Target } from "../../../kit/index.ts";
import { findRole, isAccountOpen, roleArn, type RoleRow } from "../../iam/index.ts";
import { invalidRoleArn } from "../faults.ts";

/** Trusts nobody: stands for a role that does not exist, so that a refusal does not tell. */
const trustsNobody = compileStored(
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "nobody.invalid" }, Action: "sts:AssumeRole" }],
  }),
  "trust",
  { id: "no such role", type: "resource" },
);

/** The account that a role's ARN names, whether the role exists or not. @throws invalidRoleArn */
export function accountOfRole(arn: string): string {
  const parts = parseArn(arn);
  if (!/^arn:aws:iam::\d{12}:role\/./.test(arn) || parts === undefined) throw invalidRoleArn(arn);
  return parts.accountId;
}

/** The role of this very ARN, path included; undefined when there is none, or its account is closed. */
export function findRoleByArn(tx: ReadTx, arn: string): RoleRow | undefined {
  const parts = parseArn(arn);
  if (parts?.service !== "iam" || !parts.resource.startsWith("role/")) return undefined;
  if (!isAccountOpen(tx, parts.accountId)) return undefined;
  const role = findRole(tx, parts.accountId, parts.resource.split("/").at(-1) ?? "");
  return role !== undefined && roleArn(role) === arn ? role : undefined;
}

/** The role whose trust policy has just allowed the call. */
export function trustedRole(tx: ReadTx, arn: string): RoleRow {
  const role = findRoleByArn(tx, arn);
  if (role === undefined) throw new Error("A role that does not exist trusts nobody.");
  return role;
}

/** The role as the target of a need; one that does not exist trusts nobody. @throws invalidRoleArn */
export function roleTarget(tx: ReadTx, arn: string): Target {
  const accountId = accountOfRole(arn);
  const role = findRoleByArn(tx, arn);
  if (role === undefined) return { arn, accountId, keys: {}, trustPolicy: trustsNobody };
  return {
    arn,
    accountId: role.accountId,
    keys: resourceTagKeys(role.tags, "iam"),
    trustPolicy: compileStored(role.trustDocument, "trust", { id: arn, type: "resource" }),
  };
}
