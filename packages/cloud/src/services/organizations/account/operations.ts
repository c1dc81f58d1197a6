/** Operations on the accounts of an organization. */
import type { ReadTx, Tx } from "@casemate/store";
import { accounts, closeAccount as closeAccountRow, isAccountOpen } from "../../iam/index.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  accountAlreadyClosed,
  accountNotFound,
  allFeaturesRequired,
  cannotCloseManagement,
  closeQuotaExceeded,
  delegatedCannotLeave,
  destinationParentNotFound,
  duplicateAccount,
  managementCannotLeave,
  parentNotFound,
  sourceParentNotFound,
} from "../faults.ts";
import { listing } from "../listing.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { isParent } from "../unit/unit.ts";
import { accountView } from "./account-view.ts";
import { findMember, members, putMember, type MemberRow } from "./member.ts";

/** Accounts of one organization that may be closed within 30 days, when a fifth of them is fewer. */
export const closedAccountsPerMonthMin = 250;
/** Accounts of one organization that may be closed within 30 days. */
export const closedAccountsPerMonthMax = 1000;
const monthMs = 30 * 24 * 60 * 60 * 1000;

/** @throws accountNotFound */
function fetchMember(tx: ReadTx, organization: OrganizationRow, accountId: string): MemberRow {
  const member = findMember(tx, organization, accountId);
  if (member === undefined) throw accountNotFound();
  return member;
}

export const describeAccount = seatedOperation("DescribeAccount", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.account(input.AccountId)],
  handle: (tx, input, { organization }) => ({
    Account: accountView(tx, organization, fetchMember(tx, organization, input.AccountId)),
  }),
});

export const listAccounts = seatedOperation("ListAccounts", {
  access: "read",
  audience: "readers",
  handle(tx, input, { organization, call }) {
    const found = tx.by(members, "organization", organization.id);
    const { items, next } = listing(call, input, { items: found, key: ({ accountId }) => accountId });
    return { Accounts: items.map((member) => accountView(tx, organization, member)), ...next };
  },
});

export const listAccountsForParent = seatedOperation("ListAccountsForParent", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.parent(input.ParentId)],
  handle(tx, input, { organization, call }) {
    if (!isParent(tx, organization, input.ParentId)) throw parentNotFound();
    const found = tx.by(members, "parent", input.ParentId);
    const { items, next } = listing(call, input, { items: found, key: ({ accountId }) => accountId });
    return { Accounts: items.map((member) => accountView(tx, organization, member)), ...next };
  },
});

export const moveAccount = seatedOperation("MoveAccount", {
  access: "write",
  audience: "management",
  resources: (input, named) => [
    named.account(input.AccountId),
    named.parent(input.SourceParentId),
    named.parent(input.DestinationParentId),
  ],
  handle(tx, input, { organization }) {
    const { SourceParentId: from, DestinationParentId: to } = input;
    const member = fetchMember(tx, organization, input.AccountId);
    if (!isParent(tx, organization, from) || member.parentId !== from) throw sourceParentNotFound();
    if (!isParent(tx, organization, to)) throw destinationParentNotFound();
    if (from === to) throw duplicateAccount();
    putMember(tx, { ...member, parentId: to });
    return {};
  },
});

/**
 * Closes an account at once.
 * Differs: on AWS the account is PENDING_CLOSURE for a while and its resources go after 90 days; here its
 * instances run on until the operator stops them, but nobody of the account gets in.
 */
export const closeAccount = seatedOperation("CloseAccount", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.account(input.AccountId)],
  handle(tx, input, { organization, call }) {
    const { accountId } = fetchMember(tx, organization, input.AccountId);
    if (accountId === organization.managementAccountId) throw cannotCloseManagement();
    if (organization.featureSet !== "ALL") throw allFeaturesRequired();
    const account = tx.get(accounts, accountId);
    if (account === undefined || !isAccountOpen(tx, accountId)) throw accountAlreadyClosed();
    checkCloseQuota(tx, organization, call.now);
    closeAccountRow(tx, account, call.now);
    return {};
  },
});

function checkCloseQuota(tx: ReadTx, organization: OrganizationRow, now: number): void {
  const all = tx.by(members, "organization", organization.id);
  const closed = all.filter(({ accountId }) => (tx.get(accounts, accountId)?.closedAt ?? 0) > now - monthMs);
  const share = Math.floor((all.length - 1) / 5);
  const quota = Math.min(closedAccountsPerMonthMax, Math.max(closedAccountsPerMonthMin, share));
  if (closed.length >= quota) throw closeQuotaExceeded();
}

export const removeAccountFromOrganization = seatedOperation("RemoveAccountFromOrganization", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.account(input.AccountId)],
  handle(tx, input, { organization }) {
    leave(tx, organization, fetchMember(tx, organization, input.AccountId));
    return {};
  },
});

export const leaveOrganization = seatedOperation("LeaveOrganization", {
  access: "write",
  audience: "members",
  handle(tx, _input, { organization, member }) {
    leave(tx, organization, member);
    return {};
  },
});

/**
 * Ends a membership.
 * Differs: AWS wants a payment method and four days of age first, which mean nothing here.
 */
function leave(tx: Tx, organization: OrganizationRow, member: MemberRow): void {
  if (member.accountId === organization.managementAccountId) throw managementCannotLeave();
  if (member.delegations.length > 0) throw delegatedCannotLeave();
  tx.delete(members, member.accountId);
}

/** Every operation of this file. */
export const accountOperations = [
  describeAccount,
  listAccounts,
  listAccountsForParent,
  moveAccount,
  closeAccount,
  removeAccountFromOrganization,
  leaveOrganization,
];
