/** Operations that attach policies to roots, units and accounts, and tell what is attached where. */
import type { ReadTx } from "@casemate/store";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  duplicateAttachment,
  lastAttached,
  policyNotAttached,
  policyTypeNotEnabled,
  targetNotFound,
  tooManyAttached,
  undetachablePolicy,
} from "../faults.ts";
import { listing } from "../listing.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import {
  findHolder,
  heldPolicyIds,
  holderView,
  listHolders,
  putHeldPolicyIds,
  type PolicyHolder,
} from "../tree/policy-holder.ts";
import { fetchPolicy } from "./operations.ts";
import { policyTypes } from "./policy-type.ts";
import { policySummaryView } from "./policy-view.ts";
import { attachedPolicies } from "./policy.ts";

/** @throws targetNotFound */
function fetchHolder(tx: ReadTx, organization: OrganizationRow, id: string): PolicyHolder {
  const holder = findHolder(tx, organization, id);
  if (holder === undefined) throw targetNotFound();
  return holder;
}

export const attachPolicy = seatedOperation("AttachPolicy", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.policy(input.PolicyId), named.target(input.TargetId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle(tx, input, { organization }) {
    const row = fetchPolicy(tx, organization, input.PolicyId);
    const holder = fetchHolder(tx, organization, input.TargetId);
    if (!organization.root.policyTypes.includes(row.type)) throw policyTypeNotEnabled();
    const policyIds = heldPolicyIds(holder);
    if (policyIds.includes(row.id)) throw duplicateAttachment();
    const present = attachedPolicies(tx, organization, { target: { policyIds }, type: row.type });
    if (present.length >= policyTypes[row.type].attachedMax) throw tooManyAttached();
    putHeldPolicyIds(tx, holder, [...policyIds, row.id]);
    return {};
  },
});

export const detachPolicy = seatedOperation("DetachPolicy", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.policy(input.PolicyId), named.target(input.TargetId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle(tx, input, { organization }) {
    const row = fetchPolicy(tx, organization, input.PolicyId);
    const holder = fetchHolder(tx, organization, input.TargetId);
    const policyIds = heldPolicyIds(holder);
    if (!policyIds.includes(row.id)) throw policyNotAttached();
    if (row.id === policyTypes.RESOURCE_CONTROL_POLICY.everywhere) throw undetachablePolicy();
    const present = attachedPolicies(tx, organization, { target: { policyIds }, type: row.type });
    if (row.type === "SERVICE_CONTROL_POLICY" && present.length === 1) throw lastAttached();
    putHeldPolicyIds(
      tx,
      holder,
      policyIds.filter((id) => id !== row.id),
    );
    return {};
  },
});

export const listPoliciesForTarget = seatedOperation("ListPoliciesForTarget", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.target(input.TargetId)],
  keys: ({ Filter }) => ({ "organizations:PolicyType": Filter }),
  handle(tx, input, { organization, call }) {
    const policyIds = heldPolicyIds(fetchHolder(tx, organization, input.TargetId));
    const found = policyIds
      .map((id) => fetchPolicy(tx, organization, id))
      .filter(({ type }) => type === input.Filter);
    const { items, next } = listing(call, input, { items: found, key: ({ id }) => id });
    return { Policies: items.map((row) => policySummaryView(organization, row)), ...next };
  },
});

export const listTargetsForPolicy = seatedOperation("ListTargetsForPolicy", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.policy(input.PolicyId)],
  keys: (input, named) => named?.policyTypeKeys(input.PolicyId) ?? {},
  handle(tx, input, { organization, call }) {
    const { id } = fetchPolicy(tx, organization, input.PolicyId);
    const found = listHolders(tx, organization)
      .filter((holder) => heldPolicyIds(holder).includes(id))
      .map((holder) => holderView(tx, organization, holder));
    const { items, next } = listing(call, input, { items: found, key: ({ TargetId }) => TargetId });
    return { Targets: items, ...next };
  },
});

/** Every operation of this file. */
export const attachmentOperations = [attachPolicy, detachPolicy, listPoliciesForTarget, listTargetsForPolicy];
