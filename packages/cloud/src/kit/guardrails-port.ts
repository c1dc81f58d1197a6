/**
 * What the request path asks of the organization: where an account stands in it and which policies of it
 * bound a call. The organizations service implements it, the composition root wires it.
 */
import type { CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { Principal } from "./principal.ts";

/** Policies by level of the organization, the root first; every level must allow. */
export type PolicyLevels = readonly (readonly CompiledPolicy[])[];

/** Where an account stands. */
export interface OrganizationPlace {
  /** `o-` and 10 to 32 characters. */
  readonly id: string;
  readonly managementAccountId: string;
  /** The form of aws:PrincipalOrgPaths, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`. */
  readonly path: string;
}

/** What a call does and to whose resource. */
export interface GuardedUse {
  readonly principal: Principal;
  /** The IAM action, with its prefix. */
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
}

/** The organization, as the request path sees it. */
export interface GuardrailsPort {
  /** The place of an account, or undefined when it belongs to no organization. */
  organizationOf(tx: ReadTx, accountId: string): OrganizationPlace | undefined;
  /** The service control policies that bound a principal; undefined where none do. */
  scpsOf(tx: ReadTx, principal: Principal): PolicyLevels | undefined;
  /** The resource control policies that bound a use; undefined where none do. */
  rcpsOf(tx: ReadTx, use: GuardedUse): PolicyLevels | undefined;
}

/** A cloud without organizations. */
export const noGuardrails: GuardrailsPort = {
  organizationOf: () => undefined,
  scpsOf: () => undefined,
  rcpsOf: () => undefined,
};
