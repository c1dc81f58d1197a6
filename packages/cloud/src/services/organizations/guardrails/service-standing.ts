/** Where services stand in organizations: which have trusted access, and which accounts administer them. */
import type { ReadTx } from "@casemate/store";
import type { ServiceStanding } from "../../../kit/index.ts";
import { standingOf } from "./standing.ts";

/** The standing of a service in the organization of an account. */
export function serviceStandingOf(
  tx: ReadTx,
  accountId: string,
  servicePrincipal: string,
): ServiceStanding | undefined {
  const standing = standingOf(tx, accountId);
  if (standing === undefined) return undefined;
  const { organization, member } = standing;
  const named = (each: { readonly servicePrincipal: string }): boolean =>
    each.servicePrincipal === servicePrincipal;
  return {
    allFeatures: organization.featureSet === "ALL",
    trusted: organization.trustedServices.some(named),
    delegated: member.delegations.some(named),
  };
}
