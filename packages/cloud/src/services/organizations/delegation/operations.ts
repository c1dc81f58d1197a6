/** Services that work for a whole organization, and the member accounts that administer them. */
import type { ReadTx } from "@casemate/store";
import { isAccountOpen } from "../../iam/index.ts";
import { memberView } from "../account/account-view.ts";
import { findMember, members, putMember, type MemberRow } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  accountNotFound,
  allFeaturesRequired,
  alreadyRegistered,
  closedCannotBeDelegated,
  managementCannotBeDelegated,
  notRegistered,
  serviceAccessNotEnabled,
  tooManyDelegated,
  unrecognizedService,
} from "../faults.ts";
import { listing } from "../listing.ts";
import { putOrganization, type OrganizationRow } from "../organization/organization.ts";

/** Accounts that may administer one service. */
export const delegatedAdministratorsPerServiceMax = 5;

interface ServiceRequest {
  readonly ServicePrincipal?: string | undefined;
}

const serviceKeys = ({ ServicePrincipal }: ServiceRequest) => ({
  "organizations:ServicePrincipal": ServicePrincipal,
});

/**
 * Refuses what is no name of a service.
 * Differs: AWS knows which services can be trusted; here any name of the form of one is taken.
 * @throws unrecognizedService
 */
function checkService(name: string): void {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/.test(name)) throw unrecognizedService();
}

/** @throws allFeaturesRequired */
function requireAllFeatures({ featureSet }: OrganizationRow): void {
  if (featureSet !== "ALL") throw allFeaturesRequired();
}

const isFor =
  (name: string) =>
  ({ servicePrincipal }: { readonly servicePrincipal: string }): boolean =>
    servicePrincipal === name;

export const enableAwsServiceAccess = seatedOperation("EnableAWSServiceAccess", {
  access: "write",
  audience: "management",
  keys: serviceKeys,
  handle(tx, { ServicePrincipal: name }, { organization, call }) {
    requireAllFeatures(organization);
    checkService(name);
    if (organization.trustedServices.some(isFor(name))) return {};
    const trustedServices = [...organization.trustedServices, { servicePrincipal: name, at: call.now }];
    putOrganization(tx, { ...organization, trustedServices });
    return {};
  },
});

/** Ends a service's access; with it ends what member accounts administer for it. */
export const disableAwsServiceAccess = seatedOperation("DisableAWSServiceAccess", {
  access: "write",
  audience: "management",
  keys: serviceKeys,
  handle(tx, { ServicePrincipal: name }, { organization }) {
    requireAllFeatures(organization);
    checkService(name);
    const trustedServices = organization.trustedServices.filter((each) => !isFor(name)(each));
    putOrganization(tx, { ...organization, trustedServices });
    for (const member of delegatesOf(tx, organization, name)) {
      putMember(tx, { ...member, delegations: member.delegations.filter((each) => !isFor(name)(each)) });
    }
    return {};
  },
});

function delegatesOf(tx: ReadTx, organization: OrganizationRow, name: string | undefined): MemberRow[] {
  return tx
    .by(members, "organization", organization.id)
    .filter(({ delegations }) =>
      name === undefined ? delegations.length > 0 : delegations.some(isFor(name)),
    );
}

export const listAwsServiceAccessForOrganization = seatedOperation("ListAWSServiceAccessForOrganization", {
  access: "read",
  audience: "readers",
  handle(_tx, input, { organization, call }) {
    requireAllFeatures(organization);
    const { items, next } = listing(call, input, {
      items: organization.trustedServices,
      key: ({ servicePrincipal }) => servicePrincipal,
    });
    const view = items.map(({ servicePrincipal, at }) => ({
      ServicePrincipal: servicePrincipal,
      DateEnabled: new Date(at),
    }));
    return { EnabledServicePrincipals: view, ...next };
  },
});

export const registerDelegatedAdministrator = seatedOperation("RegisterDelegatedAdministrator", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.account(input.AccountId)],
  keys: serviceKeys,
  handle(tx, { AccountId: accountId, ServicePrincipal: name }, { organization, call }) {
    requireAllFeatures(organization);
    checkService(name);
    const member = findMember(tx, organization, accountId);
    if (member === undefined) throw accountNotFound();
    if (accountId === organization.managementAccountId) throw managementCannotBeDelegated();
    if (!isAccountOpen(tx, accountId)) throw closedCannotBeDelegated();
    if (!organization.trustedServices.some(isFor(name))) throw serviceAccessNotEnabled();
    if (member.delegations.some(isFor(name))) throw alreadyRegistered();
    const present = delegatesOf(tx, organization, name).length;
    if (present >= delegatedAdministratorsPerServiceMax) throw tooManyDelegated();
    putMember(tx, {
      ...member,
      delegations: [...member.delegations, { servicePrincipal: name, at: call.now }],
    });
    return {};
  },
});

export const deregisterDelegatedAdministrator = seatedOperation("DeregisterDelegatedAdministrator", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.account(input.AccountId)],
  keys: serviceKeys,
  handle(tx, { AccountId: accountId, ServicePrincipal: name }, { organization }) {
    checkService(name);
    const member = findMember(tx, organization, accountId);
    if (member === undefined) throw accountNotFound();
    const delegations = member.delegations.filter((each) => !isFor(name)(each));
    if (delegations.length === member.delegations.length) throw notRegistered();
    putMember(tx, { ...member, delegations });
    return {};
  },
});

export const listDelegatedAdministrators = seatedOperation("ListDelegatedAdministrators", {
  access: "read",
  audience: "readers",
  keys: serviceKeys,
  handle(tx, input, { organization, call }) {
    if (input.ServicePrincipal !== undefined) checkService(input.ServicePrincipal);
    const found = delegatesOf(tx, organization, input.ServicePrincipal);
    const { items, next } = listing(call, input, { items: found, key: ({ accountId }) => accountId });
    const view = items.map((member) => ({
      ...memberView(tx, organization, member),
      DelegationEnabledDate: new Date(Math.min(...member.delegations.map(({ at }) => at))),
    }));
    return { DelegatedAdministrators: view, ...next };
  },
});

export const listDelegatedServicesForAccount = seatedOperation("ListDelegatedServicesForAccount", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.account(input.AccountId)],
  handle(tx, input, { organization, call }) {
    const member = findMember(tx, organization, input.AccountId);
    if (member === undefined) throw accountNotFound();
    if (member.delegations.length === 0) throw notRegistered();
    const { items, next } = listing(call, input, {
      items: member.delegations,
      key: ({ servicePrincipal }) => servicePrincipal,
    });
    const view = items.map(({ servicePrincipal, at }) => ({
      ServicePrincipal: servicePrincipal,
      DelegationEnabledDate: new Date(at),
    }));
    return { DelegatedServices: view, ...next };
  },
});

/** Every operation of this file. */
export const delegationOperations = [
  enableAwsServiceAccess,
  disableAwsServiceAccess,
  listAwsServiceAccessForOrganization,
  registerDelegatedAdministrator,
  deregisterDelegatedAdministrator,
  listDelegatedAdministrators,
  listDelegatedServicesForAccount,
];
