/** Instance profiles: the row. A profile holds one role at the most. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import { instanceProfileNotFound } from "./instance-profile-faults.ts";

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

/** The caller's profile of a name. @throws instanceProfileNotFound */
export function fetchInstanceProfile(tx: ReadTx, call: Call, name: string): InstanceProfileRow {
  const row = findInstanceProfile(tx, call.accountId, name);
  if (row === undefined) throw instanceProfileNotFound(name);
  return row;
}

/** A profile of the caller's account as target of a need. */
export function instanceProfileTarget(call: Call, name: string): Target {
  const row = findInstanceProfile(call.tx, call.accountId, name);
  return {
    arn: instanceProfileArn(row ?? { accountId: call.accountId, path: "/", name }),
    accountId: call.accountId,
    keys: resourceTagKeys(row?.tags ?? {}, "iam"),
  };
}

export function putInstanceProfile(tx: Tx, row: InstanceProfileRow): InstanceProfileRow {
  tx.put(instanceProfiles, row);
  return row;
}
