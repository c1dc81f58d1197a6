/**
 * Centralized root access: which of its features an organization has enabled for its member accounts, and who
 * may use them. Who administers IAM for the organization is Organizations' to say.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { FeatureType } from "@casemate/wire/iam";
import type { Call, OrganizationPlace } from "../../../kit/index.ts";

/** What an organization has enabled. */
export interface RootAccessRow {
  readonly organizationId: string;
  /** In the order of their names. */
  readonly features: readonly FeatureType[];
}

export const rootAccess = collection<RootAccessRow>({
  kind: "iam/root-access",
  key: (row) => row.organizationId,
});

/** The service principal that Organizations knows IAM by. */
export const iamServicePrincipal = "iam.amazonaws.com";

/** The features that an organization has enabled. */
export function enabledFeatures(tx: ReadTx, organizationId: string): readonly FeatureType[] {
  return tx.get(rootAccess, organizationId)?.features ?? [];
}

/**
 * The organization whose member accounts' roots the caller may manage: that of its account, where that is the
 * management account or administers IAM for it. IAM must have trusted access in it.
 */
export function managedOrganization(tx: ReadTx, call: Call): OrganizationPlace | undefined {
  const { accountId, guardrails } = call;
  const place = guardrails.organizationOf(tx, accountId);
  const standing = guardrails.serviceStandingOf(tx, accountId, iamServicePrincipal);
  if (place === undefined || standing?.trusted !== true) return undefined;
  return place.managementAccountId === accountId || standing.delegated ? place : undefined;
}
