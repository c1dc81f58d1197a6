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

/** A setting of EC2 that the organization declares for an account, which the account then cannot change. */
export interface DeclaredSetting {
  /** Its members by their names in the policy, such as `http_tokens`. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What the organization wants those to read who try. */
  readonly exceptionMessage: string | undefined;
}

/** What a service may in an account's organization. */
export interface ServiceStanding {
  /** Whether the organization has all features, not consolidated billing alone. */
  readonly allFeatures: boolean;
  /** Whether the management account gave the service trusted access. */
  readonly trusted: boolean;
  /** Whether the account administers the service for the organization. */
  readonly delegated: boolean;
}

/** What somebody asks about a part of an organization. */
export interface ScopeQuestion {
  /** Whose organization. */
  readonly accountId: string;
  /** The part, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111`; an account's ends with its id. */
  readonly entityPath: string;
  /** A service control policy to look at alone. */
  readonly policyId?: string | undefined;
}

/** What service control policies let a part of an organization do, and which accounts are in it. */
export interface ScopeOfPolicies {
  /** Documents, by level from the root to the part; every level must allow. Empty where nothing bounds. */
  readonly levels: readonly (readonly string[])[];
  /** The accounts that the policies reach, each with its path. */
  readonly accounts: readonly { readonly id: string; readonly path: string }[];
}

/** Why there is no scope. */
export type ScopeRefusal = "no-organization" | "no-such-entity" | "no-such-policy" | "policies-disabled";

/** The organization, as the request path sees it. */
export interface GuardrailsPort {
  /** The place of an account, or undefined when it belongs to no organization. */
  organizationOf(tx: ReadTx, accountId: string): OrganizationPlace | undefined;
  /** The service control policies that bound a principal; undefined where none do. */
  scpsOf(tx: ReadTx, principal: Principal): PolicyLevels | undefined;
  /** The resource control policies that bound a use; undefined where none do. */
  rcpsOf(tx: ReadTx, use: GuardedUse): PolicyLevels | undefined;
  /** A declared setting, such as `instance_metadata_defaults`; undefined where nothing is declared. */
  declaredSettingOf(tx: ReadTx, accountId: string, name: string): DeclaredSetting | undefined;
  /** The standing of a service, such as `iam.amazonaws.com`; undefined without an organization. */
  serviceStandingOf(tx: ReadTx, accountId: string, servicePrincipal: string): ServiceStanding | undefined;
  /** The scope of service control policies in a part of an organization. */
  scopeOf(tx: ReadTx, question: ScopeQuestion): ScopeOfPolicies | ScopeRefusal;
}

/** A cloud without organizations. */
export const noGuardrails: GuardrailsPort = {
  organizationOf: () => undefined,
  scpsOf: () => undefined,
  rcpsOf: () => undefined,
  declaredSettingOf: () => undefined,
  serviceStandingOf: () => undefined,
  scopeOf: () => "no-organization",
};
