/** Managed policies: looked up by ARN; names are unique in an account without regard to case. */
import { collection, type ReadTx } from "@casemate/store";
import { parseArn, resourceTagKeys, type Call, type Target } from "../../../kit/index.ts";
import { invalidPolicyArn } from "../faults.ts";
import { awsOwner, findAwsManagedPolicy } from "./aws-managed-policies.ts";
import { policyNotFound } from "./policy-faults.ts";
import type { PolicyRow } from "./policy-row.ts";

export const policies = collection<PolicyRow>()({
  kind: "iam/policy",
  key: (row) => row.arn,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
  },
});

/** The document in force. */
export function defaultDocument(row: PolicyRow): string {
  const version = row.versions.find(({ versionId }) => versionId === row.defaultVersionId);
  if (version === undefined) throw new Error(`Policy ${row.arn} lacks its default version.`);
  return version.document;
}

/** A managed policy that an account may name: its own, or an AWS managed one. */
export function findPolicy(tx: ReadTx, accountId: string, arn: string): PolicyRow | undefined {
  const row = tx.get(policies, arn) ?? findAwsManagedPolicy(arn);
  return row !== undefined && (row.accountId === accountId || row.accountId === awsOwner) ? row : undefined;
}

/** A managed policy that the caller may name. @throws policyNotFound */
export function fetchPolicy(tx: ReadTx, call: Call, arn: string): PolicyRow {
  const row = findPolicy(tx, call.accountId, arn);
  if (row === undefined) throw policyNotFound(arn);
  return row;
}

export function policyArn(row: Pick<PolicyRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:policy${row.path}${row.name}`;
}

/** Refuses a text that is no ARN of a managed policy. @throws invalidPolicyArn */
export function checkPolicyArn(arn: string): void {
  if (!/^arn:aws:iam::(?:\d{12}|aws):policy\/[\u0021-\u007e]+$/.test(arn)) throw invalidPolicyArn(arn);
}

/**
 * A managed policy as target of a need. AWS managed policies are everybody's to read and nobody's to change:
 * a change is asked of their owner, who allows it to no one. @throws invalidPolicyArn
 */
export function policyTarget(call: Call, arn: string, access: "read" | "write"): Target {
  checkPolicyArn(arn);
  const owner = parseArn(arn)?.accountId ?? call.accountId;
  const row = call.tx.get(policies, arn);
  return {
    arn,
    accountId: owner === awsOwner && access === "read" ? call.accountId : owner,
    keys: row?.accountId === call.accountId ? resourceTagKeys(row.tags, "iam") : {},
  };
}
