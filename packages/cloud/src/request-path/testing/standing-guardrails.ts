/**
 * Test support of the authorization ledger: the organizations of the cloud, with two users who stand under
 * policies of an organization that allow something else. What an organization itself does is tested with it;
 * here every operation meets its policies.
 */
import { compileStored } from "@casemate/iam-engine";
import type { GuardrailsPort, PolicyLevels, Principal } from "../../kit/index.ts";
import { createGuardrails } from "../../services/organizations/index.ts";

/** The user whom a service control policy bounds. */
export const underScp = "is-under-scp";
/** The user whose uses a resource control policy bounds. */
export const underRcp = "is-under-rcp";

const allowing = (kind: "scp" | "rcp", Action: string, more: object = {}) =>
  compileStored(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*", ...more }],
    }),
    kind,
    { id: `p-${kind}`, type: "managed" },
  );
const scps: PolicyLevels = [[allowing("scp", "*")], [allowing("scp", "support:*")]];
const anyone = { Principal: "*" };
const rcps: PolicyLevels = [[allowing("rcp", "*", anyone)], [allowing("rcp", "s3:*", anyone)]];

/** The guardrails of the ledger's cloud. */
export function standingGuardrails(): GuardrailsPort {
  const real = createGuardrails();
  const isUser = (principal: Principal, name: string): boolean =>
    principal.type === "user" && principal.userName === name;
  return {
    organizationOf: (tx, accountId) => real.organizationOf(tx, accountId),
    scpsOf: (tx, principal) => (isUser(principal, underScp) ? scps : real.scpsOf(tx, principal)),
    rcpsOf: (tx, use) => (isUser(use.principal, underRcp) ? rcps : real.rcpsOf(tx, use)),
    declaredSettingOf: (tx, accountId, name) => real.declaredSettingOf(tx, accountId, name),
    scopeOf: (tx, question) => real.scopeOf(tx, question),
    serviceStandingOf: (tx, accountId, service) => real.serviceStandingOf(tx, accountId, service),
  };
}
