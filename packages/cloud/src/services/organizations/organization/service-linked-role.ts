/** The role that AWS Organizations has in the accounts of an organization with all features. */
import type { Tx } from "@casemate/store";
import type { Call, Need } from "../../../kit/index.ts";
import { ensureServiceLinkedRole, serviceLinkedRoleNeeds } from "../../iam/index.ts";

const service = "organizations.amazonaws.com";
const description =
  "Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.";

/**
 * The permission that its making in the caller's account needs.
 * Differs: AWS answers AccessDeniedForDependencyException without it; here it is refused as any other.
 */
export function organizationsRoleNeeds(call: Call): readonly Need[] {
  return serviceLinkedRoleNeeds(call, { service });
}

/** Makes it in an account that has none. */
export function ensureOrganizationsRole(tx: Tx, call: Call, accountId: string): void {
  ensureServiceLinkedRole(tx, call, { service, accountId, description });
}
