/** Operations on the organization as a whole. */
import type { ReadTx, Tx } from "@casemate/store";
import { clearHandshakes } from "../handshake/handshake.ts";
import { createAccountStatuses } from "../account/create-account-status.ts";
import { members, putMember } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import { alreadyInOrganization, organizationNotEmpty } from "../faults.ts";
import { drawAlphanumeric, drawFreeId } from "../ids.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { policies } from "../policy/policy.ts";
import { policiesEverywhere } from "../policy/policy-type.ts";
import { units } from "../unit/unit.ts";
import { organizationView, rootView } from "./organization-view.ts";
import { organizations, putOrganization, type OrganizationRow } from "./organization.ts";
import { ensureOrganizationsRole, organizationsRoleNeeds } from "./service-linked-role.ts";

export const createOrganization = operation("CreateOrganization", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(),
    ...(input.FeatureSet === "CONSOLIDATED_BILLING" ? [] : organizationsRoleNeeds(call)),
  ],
  handle(tx, input, call) {
    const { accountId, now } = call;
    const { random } = call.environment;
    if (tx.get(members, accountId) !== undefined) throw alreadyInOrganization();
    const featureSet = input.FeatureSet ?? "ALL";
    const policyTypes: OrganizationRow["root"]["policyTypes"] =
      featureSet === "ALL" ? ["SERVICE_CONTROL_POLICY"] : [];
    const policyIds = policiesEverywhere(policyTypes);
    const row = putOrganization(tx, {
      id: drawFreeId(
        () => `o-${drawAlphanumeric(random, 10)}`,
        (id) => tx.get(organizations, id) !== undefined,
      ),
      managementAccountId: accountId,
      featureSet,
      createdAt: now,
      root: { id: freeRootId(tx, random), tags: {}, policyTypes, policyIds },
      trustedServices: [],
    });
    putMember(tx, {
      accountId,
      organizationId: row.id,
      parentId: row.root.id,
      joinedMethod: "INVITED",
      joinedAt: now,
      tags: {},
      policyIds,
      delegations: [],
    });
    if (featureSet === "ALL") ensureOrganizationsRole(tx, call, accountId);
    return { Organization: organizationView(tx, row) };
  },
});

function freeRootId(tx: ReadTx, random: (bytes: number) => Uint8Array): string {
  return drawFreeId(
    () => `r-${drawAlphanumeric(random, 4)}`,
    (id) => tx.by(organizations, "root", id).length > 0,
  );
}

export const describeOrganization = seatedOperation("DescribeOrganization", {
  access: "read",
  audience: "members",
  handle: (tx, _input, { organization }) => ({ Organization: organizationView(tx, organization) }),
});

export const deleteOrganization = seatedOperation("DeleteOrganization", {
  access: "write",
  audience: "management",
  handle(tx, _input, { organization }) {
    if (tx.by(members, "organization", organization.id).length > 1) throw organizationNotEmpty();
    dissolve(tx, organization);
    return {};
  },
});

/** Removes an organization with everything in it. */
function dissolve(tx: Tx, { id, managementAccountId }: OrganizationRow): void {
  for (const row of tx.by(units, "organization", id)) tx.delete(units, row.id);
  for (const row of tx.by(policies, "organization", id)) tx.delete(policies, row.id);
  for (const row of tx.by(createAccountStatuses, "organization", id))
    tx.delete(createAccountStatuses, row.id);
  clearHandshakes(tx, id);
  tx.delete(members, managementAccountId);
  tx.delete(organizations, id);
}

export const listRoots = seatedOperation("ListRoots", {
  access: "read",
  audience: "readers",
  handle(_tx, input, { organization, call }) {
    const { items, next } = listing(call, input, { items: [organization], key: ({ root }) => root.id });
    return { Roots: items.map(rootView), ...next };
  },
});

/** Every operation of this file. */
export const organizationOperations = [
  createOrganization,
  describeOrganization,
  deleteOrganization,
  listRoots,
];
