/**
 * IAM groups: the row, and who is a member. Keyed by unique id, so that a group made again under the same
 * name has none of the members of the one before. Memberships stand in the rows of users.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { groupInlineCharactersMax } from "../policy/document.ts";
import type { HolderKind, PolicyHolder } from "../policy/policy-holder.ts";
import { users, type UserRow } from "../user/user.ts";
import { groupNotFound } from "./group-faults.ts";

/** A group. It has no tags and no boundary. */
export interface GroupRow extends PolicyHolder {
  /** AGPA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
}

export const groups = collection<GroupRow>()({
  kind: "iam/group",
  key: (row) => row.id,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
    policy: (row) => row.attachedPolicyArns,
  },
});

export function groupArn(row: Pick<GroupRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:group${row.path}${row.name}`;
}

/** A group by name, which is compared without case. */
export function findGroup(tx: ReadTx, accountId: string, name: string): GroupRow | undefined {
  return tx.by(groups, "name", `${accountId}/${name.toLowerCase()}`)[0];
}

/** The caller's group of a name. @throws groupNotFound */
export function fetchGroup(tx: ReadTx, call: Call, name: string): GroupRow {
  const row = findGroup(tx, call.accountId, name);
  if (row === undefined) throw groupNotFound(name);
  return row;
}

/** A group of the caller's account as target of a need. */
export function groupTarget(call: Call, name: string): Target {
  const row = findGroup(call.tx, call.accountId, name);
  const arn = groupArn(row ?? { accountId: call.accountId, path: "/", name });
  return { arn, accountId: call.accountId, keys: {} };
}

export function putGroup(tx: Tx, row: GroupRow): GroupRow {
  tx.put(groups, row);
  return row;
}

/** The members of a group. */
export function membersOf(tx: ReadTx, group: GroupRow): readonly UserRow[] {
  return tx.by(users, "group", group.id);
}

/** The groups of a user, in the order they were joined. */
export function groupsOf(tx: ReadTx, user: UserRow): readonly GroupRow[] {
  return (user.groupIds ?? []).map((id) => tx.get(groups, id)).filter((row) => row !== undefined);
}

/** Groups as holders of policies. */
export const groupHolder: HolderKind<GroupRow> = {
  type: "group",
  inlineCharactersMax: groupInlineCharactersMax,
  attachmentQuota: "PoliciesPerGroup",
  find: findGroup,
  fetch: fetchGroup,
  fetchChangeable: fetchGroup,
  target: groupTarget,
  put: putGroup,
};
