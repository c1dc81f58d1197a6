/** Putting a type of policy in force for an organization, and out of it. */
import type { ReadTx } from "@casemate/store";
import { seatedOperation } from "../caller/seated-operation.ts";
import { policyTypeAlreadyEnabled, policyTypeNotEnabled, rootNotFound } from "../faults.ts";
import { rootView } from "../organization/organization-view.ts";
import { organizationNamed, putOrganization, type OrganizationRow } from "../organization/organization.ts";
import { heldPolicyIds, listHolders, putHeldPolicyIds } from "../tree/policy-holder.ts";
import { fetchPolicy, requireType } from "./operations.ts";
import { policiesEverywhere, type SupportedPolicyType } from "./policy-type.ts";

/** @throws rootNotFound */
function checkRoot({ root }: OrganizationRow, id: string): void {
  if (root.id !== id) throw rootNotFound();
}

export const enablePolicyType = seatedOperation("EnablePolicyType", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.root(input.RootId)],
  keys: ({ PolicyType }) => ({ "organizations:PolicyType": PolicyType }),
  handle(tx, input, { organization }) {
    const type = requireType(organization, input.PolicyType);
    checkRoot(organization, input.RootId);
    const { policyTypes } = organization.root;
    if (policyTypes.includes(type)) throw policyTypeAlreadyEnabled();
    const root = { ...organization.root, policyTypes: [...policyTypes, type] };
    const enabled = putOrganization(tx, { ...organization, root });
    // From now on every level must allow, so each begins with a policy that does.
    const everywhere = policiesEverywhere([type]);
    for (const holder of listHolders(tx, enabled)) {
      putHeldPolicyIds(tx, holder, [...heldPolicyIds(holder), ...everywhere]);
    }
    return { Root: rootView(organizationNamed(tx, organization.id)) };
  },
});

export const disablePolicyType = seatedOperation("DisablePolicyType", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.root(input.RootId)],
  keys: ({ PolicyType }) => ({ "organizations:PolicyType": PolicyType }),
  handle(tx, input, { organization }) {
    const type = requireType(organization, input.PolicyType);
    checkRoot(organization, input.RootId);
    const { policyTypes } = organization.root;
    if (!policyTypes.includes(type)) throw policyTypeNotEnabled();
    const root = { ...organization.root, policyTypes: policyTypes.filter((each) => each !== type) };
    const disabled = putOrganization(tx, { ...organization, root });
    for (const holder of listHolders(tx, disabled)) {
      putHeldPolicyIds(tx, holder, withoutType(tx, disabled, { policyIds: heldPolicyIds(holder), type }));
    }
    return { Root: rootView(organizationNamed(tx, organization.id)) };
  },
});

function withoutType(
  tx: ReadTx,
  organization: OrganizationRow,
  { policyIds, type }: { readonly policyIds: readonly string[]; readonly type: SupportedPolicyType },
): readonly string[] {
  return policyIds.filter((id) => fetchPolicy(tx, organization, id).type !== type);
}

/** Every operation of this file. */
export const policyTypeOperations = [enablePolicyType, disablePolicyType];
