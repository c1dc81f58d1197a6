/**
 * The organization: one management account, one root, and what holds for the whole of it. The tree below the
 * root is made of the rows of units and members, which name their parent.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { OrganizationFeatureSet } from "@casemate/wire/organizations";
import type { Tags } from "../../../kit/index.ts";
import type { PolicyTarget, SupportedPolicyType } from "../policy/policy-type.ts";

/** Something of an organization that was switched on for a service. */
export interface ServiceSwitch {
  /** Such as `access-analyzer.amazonaws.com`. */
  readonly servicePrincipal: string;
  readonly at: number;
}

/** The root of the tree. */
export interface OrganizationRoot extends PolicyTarget {
  /** `r-` and four characters. */
  readonly id: string;
  readonly tags: Tags;
  /** The types of policy that are in force. */
  readonly policyTypes: readonly SupportedPolicyType[];
}

/** The policy that lets member accounts do what else only the management account may. */
export interface OrganizationResourcePolicy {
  /** `rp-` and eight characters. */
  readonly id: string;
  readonly content: string;
  readonly tags: Tags;
}

/** An organization. */
export interface OrganizationRow {
  /** `o-` and ten characters. */
  readonly id: string;
  readonly managementAccountId: string;
  readonly featureSet: OrganizationFeatureSet;
  readonly createdAt: number;
  readonly root: OrganizationRoot;
  /** Services with trusted access. */
  readonly trustedServices: readonly ServiceSwitch[];
  readonly resourcePolicy?: OrganizationResourcePolicy | undefined;
}

export const organizations = collection<OrganizationRow>()({
  kind: "organizations/organization",
  key: (row) => row.id,
  indexes: { root: (row) => row.root.id },
});

/** Writes an organization. */
export function putOrganization(tx: Tx, row: OrganizationRow): OrganizationRow {
  tx.put(organizations, row);
  return row;
}

/** An organization that a row names. Rows of a deleted one are deleted with it. */
export function organizationNamed(tx: ReadTx, id: string): OrganizationRow {
  const row = tx.get(organizations, id);
  if (row === undefined) throw new Error(`There is no organization ${id}.`);
  return row;
}

/** The start of the ARNs of everything in an organization. */
export function organizationsArn(
  row: Pick<OrganizationRow, "managementAccountId">,
  resource: string,
): string {
  return `arn:aws:organizations::${row.managementAccountId}:${resource}`;
}

export function organizationArn(row: Pick<OrganizationRow, "id" | "managementAccountId">): string {
  return organizationsArn(row, `organization/${row.id}`);
}

export function rootArn(row: OrganizationRow): string {
  return organizationsArn(row, `root/${row.id}/${row.root.id}`);
}
