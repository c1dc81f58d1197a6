/** What policies are attached to, whatever it is: the root, a unit or an account. */
import type { ReadTx, Tx } from "@casemate/store";
import type { TargetType } from "@casemate/wire/organizations";
import { accounts } from "../../iam/index.ts";
import { accountArn, findMember, members, putMember, type MemberRow } from "../account/member.ts";
import { putOrganization, rootArn, type OrganizationRow } from "../organization/organization.ts";
import { findUnit, putUnit, unitArn, units, type UnitRow } from "../unit/unit.ts";

/** The name that every root has. */
export const rootName = "Root";

/** A holder of policies. */
export type PolicyHolder =
  | { readonly type: "ROOT"; readonly organization: OrganizationRow }
  | { readonly type: "ORGANIZATIONAL_UNIT"; readonly unit: UnitRow }
  | { readonly type: "ACCOUNT"; readonly member: MemberRow };

/** A holder by its id. */
export function findHolder(tx: ReadTx, organization: OrganizationRow, id: string): PolicyHolder | undefined {
  if (id === organization.root.id) return { type: "ROOT", organization };
  const unit = findUnit(tx, organization, id);
  if (unit !== undefined) return { type: "ORGANIZATIONAL_UNIT", unit };
  const member = findMember(tx, organization, id);
  return member && { type: "ACCOUNT", member };
}

/** Every holder of an organization. */
export function listHolders(tx: ReadTx, organization: OrganizationRow): readonly PolicyHolder[] {
  return [
    { type: "ROOT", organization },
    ...tx
      .by(units, "organization", organization.id)
      .map((unit): PolicyHolder => ({ type: "ORGANIZATIONAL_UNIT", unit })),
    ...tx
      .by(members, "organization", organization.id)
      .map((member): PolicyHolder => ({ type: "ACCOUNT", member })),
  ];
}

/** The ids of the policies that a holder has. */
export function heldPolicyIds(holder: PolicyHolder): readonly string[] {
  switch (holder.type) {
    case "ROOT":
      return holder.organization.root.policyIds;
    case "ORGANIZATIONAL_UNIT":
      return holder.unit.policyIds;
    case "ACCOUNT":
      return holder.member.policyIds;
  }
}

/** Writes the policies that a holder has. */
export function putHeldPolicyIds(tx: Tx, holder: PolicyHolder, policyIds: readonly string[]): void {
  switch (holder.type) {
    case "ROOT": {
      const { organization } = holder;
      putOrganization(tx, { ...organization, root: { ...organization.root, policyIds } });
      return;
    }
    case "ORGANIZATIONAL_UNIT":
      putUnit(tx, { ...holder.unit, policyIds });
      return;
    case "ACCOUNT":
      putMember(tx, { ...holder.member, policyIds });
  }
}

/** A holder as lists of targets show it. */
export function holderView(tx: ReadTx, organization: OrganizationRow, holder: PolicyHolder) {
  const view = (id: string, arn: string, name: string) => ({
    TargetId: id,
    Arn: arn,
    Name: name,
    Type: holder.type satisfies TargetType,
  });
  switch (holder.type) {
    case "ROOT":
      return view(organization.root.id, rootArn(organization), rootName);
    case "ORGANIZATIONAL_UNIT":
      return view(holder.unit.id, unitArn(organization, holder.unit.id), holder.unit.name);
    case "ACCOUNT": {
      const { accountId } = holder.member;
      return view(accountId, accountArn(organization, accountId), tx.get(accounts, accountId)?.name ?? "");
    }
  }
}
