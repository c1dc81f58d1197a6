// Whether one statement applies to a request whose action it covers: who is named, which resource, and
// the conditions. Shared by decisions and explanations, so that the two cannot disagree.

import { matchArnList } from "./arn.ts";
import type { RequestArn } from "./arn.ts";
import type { CompiledStatement } from "./compile.ts";
import { testCondition } from "./condition.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { DIRECT, matchPrincipal } from "./principal-matcher.ts";

/**
 * The forms in which the statement names the caller, zero when it does not.
 * A statement without principals belongs to the caller and is direct.
 */
export function namedForms(statement: CompiledStatement, request: AuthorizationRequest): number {
  if (statement.principals !== undefined) return matchPrincipal(statement.principals, request.principal);
  if (statement.notPrincipals === undefined) return DIRECT;
  // A principal with a boundary is never exempt from Deny with NotPrincipal, listed or not.
  const listed = matchPrincipal(statement.notPrincipals, request.principal) !== 0;
  return listed && request.boundary === undefined ? 0 : DIRECT;
}

/** Whether Resource or NotResource covers the resource; a statement without either is about its carrier. */
export function coversResource(
  statement: CompiledStatement,
  request: AuthorizationRequest,
  arn: RequestArn,
): boolean {
  return (
    statement.resources === undefined ||
    matchArnList(statement.resources, arn, request.context) !== statement.notResources
  );
}

/** The forms in which an applying statement names the caller, zero when it does not apply. */
export function appliedForms(
  statement: CompiledStatement,
  request: AuthorizationRequest,
  arn: RequestArn,
): number {
  const forms = namedForms(statement, request);
  if (forms === 0 || !coversResource(statement, request, arn)) return 0;
  for (const condition of statement.conditions) if (!testCondition(condition, request.context)) return 0;
  return forms;
}
