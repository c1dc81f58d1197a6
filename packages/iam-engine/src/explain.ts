// Says why a request was decided as it was: every statement of every policy, and what each one lacked.
// Slow and complete; for refusals and simulations, never for the way of a request.

import { RequestArn } from "./arn.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { coversAction } from "./compile.ts";
import type { CompiledPolicy, CompiledStatement } from "./compile.ts";
import { testCondition } from "./condition.ts";
import { distinctKeys, statementKeys } from "./context-keys.ts";
import { decideUnnumbered } from "./decide.ts";
import type { Decision, DecisionKind } from "./decision.ts";
import type { PolicySource } from "./policy.ts";
import { positionsIn } from "./policy-fault.ts";
import type { Position } from "./policy-fault.ts";
import { ACCOUNT, DIRECT, ROLE } from "./principal-matcher.ts";
import { coversResource, namedForms } from "./statement-match.ts";

/** The first element, in the order named here, that keeps a statement from applying. */
export type StatementFailure =
  | { readonly element: "action" | "principal" | "resource" }
  | {
      readonly element: "condition";
      readonly operator: string;
      readonly key: string;
      /** The policy's values. */
      readonly wanted: readonly string[];
      /** The request's values; undefined when it lacks the key. */
      readonly found: readonly string[] | undefined;
    };

export interface ExplainedStatement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  readonly applied: boolean;
  /** What kept the statement from applying; undefined when it applied. */
  readonly failure: StatementFailure | undefined;
  /** The forms in which an applied statement names the caller. */
  readonly names: readonly ("direct" | "role" | "account")[];
  readonly start: Position;
  /** Where the statement ends, exclusive. */
  readonly end: Position;
}

export interface ExplainedPolicy {
  readonly kind: DecisionKind;
  readonly source: PolicySource;
  /** Which level of the organization, from the root down, for scp and rcp. */
  readonly level: number | undefined;
  /** What the policy by itself says. */
  readonly verdict: "deny" | "allow" | "silent";
  /** Why the document refuses everything, when it is no policy any more. */
  readonly fault: string | undefined;
  readonly statements: readonly ExplainedStatement[];
}

export interface Explanation {
  readonly decision: Decision;
  /** In the order in which policy types are judged. */
  readonly policies: readonly ExplainedPolicy[];
  /** Keys that statements about this action and resource depend on and the request lacks. */
  readonly missingKeys: readonly string[];
}

/** Explains the decision of a request. */
export function explain(request: AuthorizationRequest): Explanation {
  const view: RequestView = {
    request,
    arn: new RequestArn(request.resource),
    action: request.action.toLowerCase(),
  };
  const placed = placedPolicies(request);
  return {
    decision: decideUnnumbered(request),
    policies: placed.map((place) => explainPolicy(place, view)),
    missingKeys: distinctKeys(placed.flatMap(({ policy }) => missingKeys(policy, view))),
  };
}

interface RequestView {
  readonly request: AuthorizationRequest;
  readonly arn: RequestArn;
  readonly action: string;
}

interface PlacedPolicy {
  readonly policy: CompiledPolicy;
  readonly kind: DecisionKind;
  readonly level?: number;
}

function placedPolicies(request: AuthorizationRequest): PlacedPolicy[] {
  const one = (kind: DecisionKind, policy: CompiledPolicy | undefined): PlacedPolicy[] =>
    policy === undefined ? [] : [{ policy, kind }];
  const levels = (kind: DecisionKind, lists: readonly (readonly CompiledPolicy[])[] | undefined) =>
    (lists ?? []).flatMap((list, level) => list.map((policy) => ({ policy, kind, level })));
  return [
    ...request.identity.flatMap((policy) => one("identity", policy)),
    ...one("boundary", request.boundary),
    ...(request.session ?? []).flatMap((policy) => one("session", policy)),
    ...levels("scp", request.scps),
    ...levels("rcp", request.rcps),
    ...one("endpoint", request.endpointPolicy),
    ...one("resource", request.trustPolicy ?? request.resourcePolicy),
  ];
}

function explainPolicy({ policy, kind, level }: PlacedPolicy, view: RequestView): ExplainedPolicy {
  const { document, source } = policy;
  const position = positionsIn(document.text);
  const statements = document.statements.map((statement) => {
    const { start, end } = statement.parsed ?? { start: 0, end: document.text.length };
    return { ...explainStatement(statement, view), start: position(start), end: position(end) };
  });
  const applied = statements.filter((statement) => statement.applied);
  const denied = applied.some((statement) => statement.effect === "Deny");
  const verdict = denied ? "deny" : applied.length > 0 ? "allow" : "silent";
  return { kind, source, level, verdict, fault: document.fault?.message, statements };
}

function explainStatement(
  statement: CompiledStatement,
  view: RequestView,
): Omit<ExplainedStatement, "start" | "end"> {
  const failure = failureOf(statement, view);
  const forms = failure === undefined ? namedForms(statement, view.request) : 0;
  const names: ("direct" | "role" | "account")[] = [];
  if ((forms & DIRECT) !== 0) names.push("direct");
  if ((forms & ROLE) !== 0) names.push("role");
  if ((forms & ACCOUNT) !== 0) names.push("account");
  const effect = statement.deny ? "Deny" : "Allow";
  return {
    index: statement.index,
    sid: statement.sid,
    effect,
    applied: failure === undefined,
    failure,
    names,
  };
}

function failureOf(statement: CompiledStatement, view: RequestView): StatementFailure | undefined {
  const { request, arn, action } = view;
  if (!coversAction(statement, action)) return { element: "action" };
  if (namedForms(statement, request) === 0) return { element: "principal" };
  if (!coversResource(statement, request, arn)) return { element: "resource" };
  const failed = statement.conditions
    .filter((condition) => !testCondition(condition, request.context))
    .toSorted((left, right) => left.parsed.start - right.parsed.start)[0];
  if (failed === undefined) return undefined;
  return {
    element: "condition",
    operator: failed.operator.name,
    key: failed.parsed.key.text,
    wanted: failed.parsed.values.map((value) => value.text),
    found: request.context.get(failed.key),
  };
}

function missingKeys({ document }: CompiledPolicy, { request, arn, action }: RequestView): string[] {
  const { parsed } = document;
  if (parsed === undefined) return [];
  return document.statements
    .filter((statement) => coversAction(statement, action) && namedForms(statement, request) !== 0)
    .filter((statement) => coversResource(statement, request, arn) || hasNullVariable(statement, request))
    .flatMap((statement) => (statement.parsed === undefined ? [] : statementKeys(parsed, statement.parsed)))
    .filter((key) => request.context.get(key.toLowerCase()) === undefined);
}

// A resource that waits for a key of the request may match once the key is there.
function hasNullVariable(statement: CompiledStatement, request: AuthorizationRequest): boolean {
  const names = statement.resourceKeys;
  return names.some((key) => request.context.get(key) === undefined);
}
