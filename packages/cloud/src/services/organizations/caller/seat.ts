/**
 * Whom an operation of this service may be called by. The management account may everything; what a member
 * account may beside reading about itself comes from a delegation.
 */
import { compileStored, type CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import { members, type MemberRow } from "../account/member.ts";
import { accessDenied, notInUse } from "../faults.ts";
import { organizationNamed, type OrganizationRow } from "../organization/organization.ts";

/**
 * Who may call an operation beside the management account: nobody, delegated administrators (by the
 * organization's resource policy too), whomever that policy names, or every member.
 */
export type Audience = "management" | "readers" | "delegates" | "members";

/** A caller's place in its organization. */
export interface Seat {
  readonly organization: OrganizationRow;
  readonly member: MemberRow;
  /** Whether the caller is of the management account. */
  readonly management: boolean;
}

/** The seat of an account, or undefined when it belongs to no organization. */
export function findSeat(tx: ReadTx, accountId: string): Seat | undefined {
  const member = tx.get(members, accountId);
  if (member === undefined) return undefined;
  const organization = organizationNamed(tx, member.organizationId);
  return { organization, member, management: organization.managementAccountId === accountId };
}

/** The seat of a caller who may be here. @throws notInUse, accessDenied */
export function seatFor(tx: ReadTx, accountId: string, audience: Audience): Seat {
  const seat = findSeat(tx, accountId);
  if (seat === undefined) throw notInUse();
  if (!seat.management && audience !== "members" && !isDelegated(seat, audience)) throw accessDenied();
  return seat;
}

/**
 * Whether a member is let in by a delegation: then its call is decided on the policy that says so, as one on
 * the management account's resources.
 */
export function isDelegated({ organization, member, management }: Seat, audience: Audience): boolean {
  if (management || (audience !== "readers" && audience !== "delegates")) return false;
  if (audience === "readers" && member.delegations.length > 0) return true;
  return organization.resourcePolicy !== undefined;
}

/** What delegated administrators may without the organization's policy saying so. */
const readStatement = (accountId: string) => ({
  Effect: "Allow",
  Principal: { AWS: accountId },
  Action: ["organizations:Describe*", "organizations:List*"],
  Resource: "*",
});

const compiledPolicies = new WeakMap<MemberRow, { organization: OrganizationRow; policy: CompiledPolicy }>();

/** The policy that a delegated call is decided on. */
export function delegationPolicy({ organization, member }: Seat): CompiledPolicy {
  const known = compiledPolicies.get(member);
  if (known?.organization === organization) return known.policy;
  // The row was checked when it was written.
  const { Statement = [] } = JSON.parse(organization.resourcePolicy?.content ?? "{}") as {
    readonly Statement?: object | readonly object[];
  };
  const own = Array.isArray(Statement) ? (Statement as readonly object[]) : [Statement];
  const read = member.delegations.length > 0 ? [readStatement(member.accountId)] : [];
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [...own, ...read] });
  const policy = compileStored(text, "resource", {
    id: organization.resourcePolicy?.id ?? "delegation",
    type: "resource",
  });
  compiledPolicies.set(member, { organization, policy });
  return policy;
}
