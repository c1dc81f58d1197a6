/** Member accounts: which account belongs to which organization, and where in its tree. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { AccountJoinedMethod } from "@casemate/wire/organizations";
import type { Tags } from "../../../kit/index.ts";
import { organizationsArn, type OrganizationRow, type ServiceSwitch } from "../organization/organization.ts";
import type { PolicyTarget } from "../policy/policy-type.ts";

/** An account in an organization; the management account is one too. */
export interface MemberRow extends PolicyTarget {
  readonly accountId: string;
  readonly organizationId: string;
  /** The root or a unit. */
  readonly parentId: string;
  readonly joinedMethod: AccountJoinedMethod;
  readonly joinedAt: number;
  readonly tags: Tags;
  /** Services that the account administers for the organization. */
  readonly delegations: readonly ServiceSwitch[];
}

export const members = collection<MemberRow>()({
  kind: "organizations/member",
  key: (row) => row.accountId,
  indexes: { organization: (row) => row.organizationId, parent: (row) => row.parentId },
});

/** Writes a member. */
export function putMember(tx: Tx, row: MemberRow): MemberRow {
  tx.put(members, row);
  return row;
}

/** A member of an organization, or undefined when the account is none of its own. */
export function findMember(
  tx: ReadTx,
  organization: Pick<OrganizationRow, "id">,
  accountId: string,
): MemberRow | undefined {
  const row = tx.get(members, accountId);
  return row?.organizationId === organization.id ? row : undefined;
}

export function accountArn(organization: OrganizationRow, accountId: string): string {
  return organizationsArn(organization, `account/${organization.id}/${accountId}`);
}
