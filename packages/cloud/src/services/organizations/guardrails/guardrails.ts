/**
 * The guardrails of an organization: which service control policies bound a principal and which resource
 * control policies bound a use of a resource. They only ever narrow; whom they exempt is told here.
 */
import { compileStored, type CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { GuardedUse, GuardrailsPort, PolicyLevels } from "../../../kit/index.ts";
import type { Principal } from "../../../kit/index.ts";
import { roles } from "../../iam/index.ts";
import { declaredSettingOf } from "../declarative/effective-policy.ts";
import { attachedPolicies, policies, policyArn, type PolicyRow } from "../policy/policy.ts";
import type { AuthorizationPolicyType } from "../policy/policy-type.ts";
import { resourceControlledServices } from "./resource-controlled-services.ts";
import { scopeOf } from "./scope.ts";
import { serviceStandingOf } from "./service-standing.ts";
import { standingOf, type Standing } from "./standing.ts";

/** Actions that resource control policies do not reach, in lower case. */
const uncontrolledActions: ReadonlySet<string> = new Set(["kms:retiregrant"]);

/** Makes the port. */
export function createGuardrails(): GuardrailsPort {
  return {
    organizationOf: (tx, accountId) => standingOf(tx, accountId)?.place,
    scpsOf,
    rcpsOf,
    declaredSettingOf,
    serviceStandingOf,
    scopeOf,
  };
}

function scpsOf(tx: ReadTx, principal: Principal): PolicyLevels | undefined {
  if (!isBounded(tx, principal)) return undefined;
  return levelsOf(tx, principal.accountId, "SERVICE_CONTROL_POLICY");
}

/**
 * Service-linked roles act for a service, and whom an identity provider vouches for is nobody of the account
 * yet.
 */
function isBounded(tx: ReadTx, principal: Principal): boolean {
  if (principal.type === "web-identity" || principal.type === "saml") return false;
  return !isServiceLinked(tx, principal);
}

/** The path alone makes nobody's role one: the service that it belongs to is in its row. */
function isServiceLinked(tx: ReadTx, principal: Principal): boolean {
  return principal.type === "role-session" && tx.get(roles, principal.roleId)?.linkedService !== undefined;
}

function rcpsOf(tx: ReadTx, use: GuardedUse): PolicyLevels | undefined {
  const action = use.action.toLowerCase();
  const service = action.slice(0, action.indexOf(":"));
  if (!resourceControlledServices.has(service) || uncontrolledActions.has(action)) return undefined;
  if (isServiceLinked(tx, use.principal)) return undefined;
  return levelsOf(tx, use.resourceAccount, "RESOURCE_CONTROL_POLICY");
}

/** Levels with the rows that they were compiled from. */
interface Compiled {
  readonly rows: readonly PolicyRow[];
  readonly levels: PolicyLevels;
}

const remembered: Readonly<Record<AuthorizationPolicyType, WeakMap<Standing, Compiled>>> = {
  SERVICE_CONTROL_POLICY: new WeakMap(),
  RESOURCE_CONTROL_POLICY: new WeakMap(),
};

/** The levels that bound an account; undefined when nothing of this type does. */
function levelsOf(tx: ReadTx, accountId: string, type: AuthorizationPolicyType): PolicyLevels | undefined {
  const standing = standingOf(tx, accountId);
  if (standing === undefined || standing.management) return undefined;
  if (!standing.organization.root.policyTypes.includes(type)) return undefined;
  const known = remembered[type].get(standing);
  if (known?.rows.every((row) => tx.get(policies, row.id) === row) === true) return known.levels;
  const compiled = compileLevels(tx, standing, type);
  remembered[type].set(standing, compiled);
  return compiled.levels;
}

function compileLevels(tx: ReadTx, standing: Standing, type: AuthorizationPolicyType): Compiled {
  const { organization, targets } = standing;
  const attached = targets.map((target) => attachedPolicies(tx, organization, { target, type }));
  return {
    rows: attached.flat().filter(({ organizationId }) => organizationId !== undefined),
    levels: attached.map((level) => level.map((row) => compiled(standing, row))),
  };
}

function compiled({ organization }: Standing, row: PolicyRow): CompiledPolicy {
  const kind = row.type === "RESOURCE_CONTROL_POLICY" ? "rcp" : "scp";
  return compileStored(row.content, kind, { id: policyArn(organization, row), type: "organization" });
}
