/** Making accounts in an organization, and what became of the requests. */
import type { Tx } from "@casemate/store";
import type { CreateAccountFailureReason, CreateAccountRequest } from "@casemate/wire/organizations";
import { findAccountByEmail, isEmail, makeMemberAccount } from "../../iam/index.ts";
import { seatedOperation, type SeatedCall } from "../caller/seated-operation.ts";
import { createAccountStatusNotFound, invalidRoleName, tooManyAccounts } from "../faults.ts";
import { openInvitations } from "../handshake/handshake.ts";
import { drawAlphanumeric } from "../ids.ts";
import { listing } from "../listing.ts";
import { ensureOrganizationsRole } from "../organization/service-linked-role.ts";
import { policiesEverywhere } from "../policy/policy-type.ts";
import { readTags } from "../tag/tags.ts";
import {
  createAccountStatuses,
  createAccountStatusView,
  type CreateAccountStatusRow,
} from "./create-account-status.ts";
import { members, putMember } from "./member.ts";

/** Accounts in an organization, invited ones counted. */
export const accountsPerOrganizationMax = 10_000;

/** The role in a new account that the management account may assume, unless it asks for another name. */
const defaultRoleName = "OrganizationAccountAccessRole";

/**
 * Makes the account at once.
 * Differs: on AWS the answer says IN_PROGRESS and the account follows; who sees billing pages means nothing
 * here.
 */
export const createAccount = seatedOperation("CreateAccount", {
  access: "write",
  audience: "management",
  tags: (input) => input.Tags,
  handle(tx, input, seated) {
    const { organization, call } = seated;
    if (/^AWSServiceRoleFor/i.test(input.RoleName ?? "")) throw invalidRoleName();
    const present = tx.by(members, "organization", organization.id).length;
    const invited = openInvitations(tx, organization.id, call.now).length;
    if (present + invited >= accountsPerOrganizationMax) throw tooManyAccounts();
    const row: CreateAccountStatusRow = {
      id: `car-${drawAlphanumeric(call.environment.random, 32)}`,
      organizationId: organization.id,
      accountName: input.AccountName,
      requestedAt: call.now,
      ...outcome(tx, input, seated),
    };
    tx.put(createAccountStatuses, row);
    return { CreateAccountStatus: createAccountStatusView(row) };
  },
});

type Outcome = Pick<CreateAccountStatusRow, "state" | "accountId" | "failureReason">;

function outcome(tx: Tx, input: CreateAccountRequest, { organization, call }: SeatedCall): Outcome {
  const failed = (failureReason: CreateAccountFailureReason): Outcome => ({ state: "FAILED", failureReason });
  // The second form is what accounts without an address show.
  if (!isEmail(input.Email) || /@accounts\.invalid$/i.test(input.Email)) return failed("INVALID_EMAIL");
  if (findAccountByEmail(tx, input.Email) !== undefined) return failed("EMAIL_ALREADY_EXISTS");
  const { id: accountId } = makeMemberAccount(tx, call.environment, {
    name: input.AccountName,
    email: input.Email,
    roleName: input.RoleName ?? defaultRoleName,
    managementAccountId: organization.managementAccountId,
  });
  putMember(tx, {
    accountId,
    organizationId: organization.id,
    parentId: organization.root.id,
    joinedMethod: "CREATED",
    joinedAt: call.now,
    tags: readTags(input.Tags),
    policyIds: policiesEverywhere(organization.root.policyTypes),
    delegations: [],
  });
  if (organization.featureSet === "ALL") ensureOrganizationsRole(tx, call, accountId);
  return { state: "SUCCEEDED", accountId };
}

export const describeCreateAccountStatus = seatedOperation("DescribeCreateAccountStatus", {
  access: "read",
  audience: "readers",
  handle(tx, input, { organization }) {
    const row = tx.get(createAccountStatuses, input.CreateAccountRequestId);
    if (row?.organizationId !== organization.id) throw createAccountStatusNotFound();
    return { CreateAccountStatus: createAccountStatusView(row) };
  },
});

export const listCreateAccountStatus = seatedOperation("ListCreateAccountStatus", {
  access: "read",
  audience: "readers",
  handle(tx, input, { organization, call }) {
    const wanted = tx
      .by(createAccountStatuses, "organization", organization.id)
      .filter(({ state }) => input.States?.includes(state) ?? true);
    const { items, next } = listing(call, input, { items: wanted, key: ({ id }) => id });
    return { CreateAccountStatuses: items.map(createAccountStatusView), ...next };
  },
});

/** Every operation of this file. */
export const createAccountOperations = [createAccount, describeCreateAccountStatus, listCreateAccountStatus];
