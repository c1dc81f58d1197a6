/** The row of a managed policy, with its versions. */
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
