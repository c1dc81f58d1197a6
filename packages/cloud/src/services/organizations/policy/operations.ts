/** Operations on the policies of an organization. */
import type { ReadTx } from "@casemate/store";
import type { PolicyType } from "@casemate/wire/organizations";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  duplicatePolicy,
  immutablePolicy,
  policyInUse,
  policyNotFound,
  policyTypeNotAvailable,
  tooManyPolicies,
} from "../faults.ts";
import { drawAlphanumeric, drawFreeId } from "../ids.ts";
import { listing } from "../listing.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { readTags } from "../tag/tags.ts";
import { heldPolicyIds, listHolders } from "../tree/policy-holder.ts";
import { checkContent } from "./policy-content.ts";
import { isSupported, type SupportedPolicyType } from "./policy-type.ts";
import { policySummaryView, policyView } from "./policy-view.ts";
import { awsPolicies, findPolicy, policies, putPolicy, type PolicyRow } from "./policy.ts";

/** Policies of one type in an organization. */
export const policiesPerTypeMax = 1000;

/** @throws policyNotFound */
export function fetchPolicy(tx: ReadTx, organization: OrganizationRow, id: string): PolicyRow {
  const row = findPolicy(tx, organization, id);
  if (row === undefined) throw policyNotFound();
  return row;
}

/**
 * The type, where the organization can have policies of it.
 * Differs: types that are not enforced here are answered as those that the organization lacks features for.
 * @throws policyTypeNotAvailable
 */
export function requireType({ featureSet }: OrganizationRow, type: PolicyType): SupportedPolicyType {
  if (featureSet !== "ALL" || !isSupported(type)) throw policyTypeNotAvailable();
  return type;
}

/** @throws immutablePolicy */
function refuseAwsPolicy(row: PolicyRow): void {
  if (row.organizationId === undefined) throw immutablePolicy();
}

function policiesOf(tx: ReadTx, organization: OrganizationRow, type: PolicyType): readonly PolicyRow[] {
  return [...awsPolicies, ...tx.by(policies, "organization", organization.id)].filter(
    (row) => row.type === type,
  );
}

function checkName(tx: ReadTx, organization: OrganizationRow, row: Pick<PolicyRow, "name" | "type">): void {
  if (policiesOf(tx, organization, row.type).some(({ name }) => name === row.name)) throw duplicatePolicy();
}

export const createPolicy = seatedOperation("CreatePolicy", {
  access: "write",
  audience: "delegates",
  keys: ({ Type }) => ({ "organizations:PolicyType": Type }),
  tags: (input) => input.Tags,
  handle(tx, input, { organization, call }) {
    const type = requireType(organization, input.Type);
    checkContent(input.Content, type);
    checkName(tx, organization, { type, name: input.Name });
    const own = policiesOf(tx, organization, type).filter((row) => row.organizationId !== undefined);
    if (own.length >= policiesPerTypeMax) throw tooManyPolicies();
    const row = putPolicy(tx, {
      id: drawFreeId(
        () => `p-${drawAlphanumeric(call.environment.random, 8)}`,
        (id) => tx.get(policies, id) !== undefined,
      ),
      organizationId: organization.id,
      type,
      name: input.Name,
      description: input.Description,
      content: input.Content,
      updatedAt: call.now,
      tags: readTags(input.Tags),
    });
    return { Policy: policyView(organization, row) };
  },
});

export const updatePolicy = seatedOperation("UpdatePolicy", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.policy(input.PolicyId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle(tx, input, { organization, call }) {
    const row = fetchPolicy(tx, organization, input.PolicyId);
    refuseAwsPolicy(row);
    if (input.Content !== undefined) checkContent(input.Content, row.type);
    const name = input.Name ?? row.name;
    if (name !== row.name) checkName(tx, organization, { type: row.type, name });
    const changed = putPolicy(tx, {
      ...row,
      name,
      description: input.Description ?? row.description,
      content: input.Content ?? row.content,
      updatedAt: call.now,
    });
    return { Policy: policyView(organization, changed) };
  },
});

export const deletePolicy = seatedOperation("DeletePolicy", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.policy(input.PolicyId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle(tx, input, { organization }) {
    const row = fetchPolicy(tx, organization, input.PolicyId);
    refuseAwsPolicy(row);
    const used = listHolders(tx, organization).some((holder) => heldPolicyIds(holder).includes(row.id));
    if (used) throw policyInUse();
    tx.delete(policies, row.id);
    return {};
  },
});

export const describePolicy = seatedOperation("DescribePolicy", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.policy(input.PolicyId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle: (tx, input, { organization }) => ({
    Policy: policyView(organization, fetchPolicy(tx, organization, input.PolicyId)),
  }),
});

export const listPolicies = seatedOperation("ListPolicies", {
  access: "read",
  audience: "readers",
  keys: ({ Filter }) => ({ "organizations:PolicyType": Filter }),
  handle(tx, input, { organization, call }) {
    const found = organization.featureSet === "ALL" ? policiesOf(tx, organization, input.Filter) : [];
    const { items, next } = listing(call, input, { items: found, key: ({ id }) => id });
    return { Policies: items.map((row) => policySummaryView(organization, row)), ...next };
  },
});

/** Every operation of this file. */
export const policyOperations = [createPolicy, updatePolicy, deletePolicy, describePolicy, listPolicies];
