/** Managed policies: the row and its versions. Looked up by ARN; names are unique in an account without regard to case. */
import { collection, type ReadTx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";

/** One version of a managed policy. */
export interface PolicyVersionRow {
  /** `v1`, `v2` ..; numbers are never used again. */
  readonly versionId: string;
  readonly document: string;
  readonly createdAt: number;
}

/** A managed policy. */
export interface PolicyRow {
  /** ANPA.. */
  readonly id: string;
  readonly arn: string;
  /** The owner; `aws` for AWS managed policies. */
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly versions: readonly PolicyVersionRow[];
  readonly defaultVersionId: string;
  /** The number the next version gets. */
  readonly nextVersion: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Tags;
}

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
  const row = tx.get(policies, arn);
  return row !== undefined && (row.accountId === accountId || row.accountId === "aws") ? row : undefined;
}
