/** Instance profiles: the row. A profile holds one role at the most. */
import { collection, type ReadTx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";

/** An instance profile. */
export interface InstanceProfileRow {
  /** AIPA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** The role's unique id. */
  readonly roleId?: string | undefined;
  readonly createdAt: number;
  readonly tags: Tags;
}

export const instanceProfiles = collection<InstanceProfileRow>()({
  kind: "iam/instance-profile",
  key: (row) => row.id,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
    role: (row) => row.roleId,
  },
});

export function instanceProfileArn(row: Pick<InstanceProfileRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:instance-profile${row.path}${row.name}`;
}

/** A profile by name, which is compared without case. */
export function findInstanceProfile(
  tx: ReadTx,
  accountId: string,
  name: string,
): InstanceProfileRow | undefined {
  return tx.by(instanceProfiles, "name", `${accountId}/${name.toLowerCase()}`)[0];
}
