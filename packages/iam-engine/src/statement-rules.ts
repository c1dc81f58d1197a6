// What a document must satisfy to be evaluated at all, whatever else is asked of it when it is written:
// without these rules a statement would have no meaning, or one that lets more through than it says.

import { ALLOW_NOT_PRINCIPAL_TEXT } from "./open-questions.ts";
import type { ParsedPolicy, ParsedPrincipals, ParsedStatement } from "./policy.ts";
import { hasPrincipals } from "./policy.ts";
import { PolicyFault, positionAt } from "./policy-fault.ts";

/**
 * Refuses a document with a statement that cannot be evaluated.
 * @throws PolicyFault
 */
export function refuseUnusable(policy: ParsedPolicy): void {
  for (const statement of policy.statements) refuseBadEffect(policy, statement);
  for (const statement of policy.statements) refuseNoAction(policy, statement);
  for (const statement of policy.statements) refuseBadResources(policy, statement);
  for (const statement of policy.statements) refuseBadPrincipals(policy, statement);
}

/** The text AWS answers for values that its older parser does not take. */
export const LEGACY_TEXT = "The policy failed legacy parsing";

/** Refuses an Effect that is not spelled exactly. */
export function refuseBadEffect(policy: ParsedPolicy, statement: ParsedStatement): void {
  const { text, start } = statement.effect;
  if (text !== "Allow" && text !== "Deny") throw new PolicyFault(LEGACY_TEXT, positionAt(policy.text, start));
}

/** Refuses a statement without an action. */
export function refuseNoAction(policy: ParsedPolicy, statement: ParsedStatement): void {
  const actions = statement.actions ?? statement.notActions ?? [];
  if (actions.length > 0) return;
  throw new PolicyFault("Policy statement must contain actions.", positionAt(policy.text, statement.start));
}

/** Refuses a missing Resource where the kind of policy needs one, and one where it may not stand. */
export function refuseBadResources(policy: ParsedPolicy, statement: ParsedStatement): void {
  const element = statement.resources ?? statement.notResources;
  const missing = element === undefined ? policy.kind !== "resource" : element.length === 0;
  const prohibited = policy.kind === "trust" && element !== undefined;
  if (policy.kind === "trust" ? !prohibited : !missing) return;
  const message = prohibited ? "Has prohibited field Resource." : "Policy statement must contain resources.";
  throw new PolicyFault(message, positionAt(policy.text, statement.start));
}

/** Refuses a principal where none may stand, a missing one, and one that names nobody who could exist. */
export function refuseBadPrincipals(policy: ParsedPolicy, statement: ParsedStatement): void {
  const element = statement.principals ?? statement.notPrincipals;
  if (!hasPrincipals(policy.kind)) {
    if (element === undefined) return;
    throw new PolicyFault(
      "Policy document should not specify a principal.",
      positionAt(policy.text, element.start),
    );
  }
  if (element === undefined || element.entries.length === 0) {
    const start = element?.start ?? statement.start;
    throw new PolicyFault("Missing required field Principal", positionAt(policy.text, start));
  }
  if (statement.notPrincipals !== undefined && statement.effect.text === "Allow") {
    throw new PolicyFault(ALLOW_NOT_PRINCIPAL_TEXT, positionAt(policy.text, element.start));
  }
  refuseUnknownForms(policy, element);
}

// An ARN without wildcards, an account id, a unique id with or without a session name, or everybody.
const AWS_PRINCIPAL =
  /^(?:\*|[0-9]{12}|arn:[^:*?]+:(?:iam|sts)::[0-9]{12}:[^*?]+|[A-Za-z0-9]+(?::[\w+=,.@-]+)?)$/;

function refuseUnknownForms(policy: ParsedPolicy, principals: ParsedPrincipals): void {
  for (const { type, value } of principals.entries) {
    const known = type === "AWS" ? AWS_PRINCIPAL.test(value.text) : /^[^*?\s]+$/.test(value.text);
    if (known) continue;
    const message = `Invalid principal in policy: "${type.toUpperCase()}":"${value.text}"`;
    throw new PolicyFault(message, positionAt(policy.text, value.start));
  }
}
