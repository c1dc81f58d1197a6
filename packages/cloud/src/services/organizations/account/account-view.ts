/** A member account as the API shows it. */
import type { ReadTx } from "@casemate/store";
import type { Account, AccountState, AccountStatus } from "@casemate/wire/organizations";
import { accountEmail, accounts, isAccountOpen } from "../../iam/index.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { unitsAbove } from "../unit/unit.ts";
import { accountArn, type MemberRow } from "./member.ts";

/** Status is the older word, State the newer one. */
export function accountStateView(
  tx: ReadTx,
  accountId: string,
): { Status: AccountStatus; State: AccountState } {
  return isAccountOpen(tx, accountId)
    ? { Status: "ACTIVE", State: "ACTIVE" }
    : { Status: "SUSPENDED", State: "CLOSED" };
}

/** What accounts and delegated administrators are shown with alike. */
export function memberView(tx: ReadTx, organization: OrganizationRow, member: MemberRow) {
  const { accountId } = member;
  const account = tx.get(accounts, accountId);
  return {
    Id: accountId,
    Arn: accountArn(organization, accountId),
    Email: account && accountEmail(account),
    Name: account?.name,
    ...accountStateView(tx, accountId),
    JoinedMethod: member.joinedMethod,
    JoinedTimestamp: new Date(member.joinedAt),
  };
}

export function accountView(tx: ReadTx, organization: OrganizationRow, member: MemberRow): Account {
  const above = unitsAbove(tx, organization, member.parentId).map(({ id }) => id);
  const path = [organization.id, organization.root.id, ...above, member.accountId, ""].join("/");
  return { ...memberView(tx, organization, member), Paths: [path] };
}
