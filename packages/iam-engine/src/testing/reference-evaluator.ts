// A second policy engine, slow and literal, that the first is compared with. It reads the documents anew
// for every request and follows the order of a decision step by step.

import type { DecisionKind } from "../decision.ts";
import type { EnginePrincipal } from "../principal-matcher.ts";
import { arnFields, conditionHolds, fieldsMatch, naiveMatch, tokens } from "./reference-conditions.ts";
import type { ReferenceContext, Token } from "./reference-conditions.ts";

type OneOrMany = string | readonly string[];

/** A statement as JSON.parse gives it. */
export interface ReferenceStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Sid?: string | undefined;
  readonly Principal?: "*" | Readonly<Record<string, OneOrMany>> | undefined;
  readonly NotPrincipal?: "*" | Readonly<Record<string, OneOrMany>> | undefined;
  readonly Action?: OneOrMany | undefined;
  readonly NotAction?: OneOrMany | undefined;
  readonly Resource?: OneOrMany | undefined;
  readonly NotResource?: OneOrMany | undefined;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany>>>> | undefined;
}

export interface ReferencePolicy {
  readonly Version?: string | undefined;
  readonly Statement: readonly ReferenceStatement[];
}

export interface ReferenceRequest {
  readonly principal: EnginePrincipal;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: ReferenceContext;
  readonly identity: readonly ReferencePolicy[];
  readonly boundary?: ReferencePolicy | undefined;
  readonly session?: readonly ReferencePolicy[] | undefined;
  readonly scps?: readonly (readonly ReferencePolicy[])[] | undefined;
  readonly rcps?: readonly (readonly ReferencePolicy[])[] | undefined;
  readonly endpointPolicy?: ReferencePolicy | undefined;
  readonly resourcePolicy?: ReferencePolicy | undefined;
  readonly trustPolicy?: ReferencePolicy | undefined;
  readonly grant?: boolean | undefined;
  readonly trustIsThePolicy?: boolean | undefined;
}

/** `allow`, or how and by which type of policy the request is refused. */
export type ReferenceOutcome = "allow" | `${"explicit" | "implicit"} ${DecisionKind}`;

function listOf(value: OneOrMany | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** Decides by the rules, one after the other. */
export function referenceDecide(request: ReferenceRequest): ReferenceOutcome {
  if (request.action.toLowerCase() === "sts:getcalleridentity") return "allow";
  const own = request.trustPolicy ?? request.resourcePolicy;
  const sets: [DecisionKind, readonly ReferencePolicy[]][] = [
    ["identity", request.identity],
    ["boundary", listed(request.boundary)],
    ["session", request.session ?? []],
    ["scp", (request.scps ?? []).flat()],
    ["rcp", (request.rcps ?? []).flat()],
    ["endpoint", listed(request.endpointPolicy)],
    ["resource", listed(own)],
  ];
  for (const [kind, policies] of sets) {
    if (forms(request, policies, { effect: "Deny", kind }).length > 0) return `explicit ${kind}`;
  }
  const allows = (kind: DecisionKind, policies: readonly ReferencePolicy[]) =>
    forms(request, policies, { effect: "Allow", kind }).length > 0;
  for (const kind of ["scp", "rcp"] as const) {
    const levels = (kind === "scp" ? request.scps : request.rcps) ?? [];
    if (!levels.every((level) => allows(kind, level))) return `implicit ${kind}`;
  }
  if (request.endpointPolicy !== undefined && !allows("endpoint", [request.endpointPolicy])) {
    return "implicit endpoint";
  }
  const named = forms(request, listed(own), { effect: "Allow", kind: "resource" });
  const refused = lastSteps(request, named, allows("identity", request.identity));
  if (refused !== "continue") return refused;
  if (request.boundary !== undefined && !allows("boundary", [request.boundary])) return "implicit boundary";
  const session = request.session ?? [];
  return session.length > 0 && !allows("session", session) ? "implicit session" : "allow";
}

function listed(policy: ReferencePolicy | undefined): readonly ReferencePolicy[] {
  return policy === undefined ? [] : [policy];
}

// Steps 4 to 6; "continue" leaves the boundary and the session policy to be asked.
function lastSteps(
  request: ReferenceRequest,
  named: readonly string[],
  identity: boolean,
): ReferenceOutcome | "continue" {
  const { principal } = request;
  const granted = request.grant === true;
  if (principal.type === "anonymous" || principal.type === "service") {
    return named.includes("direct") || granted ? "allow" : "implicit resource";
  }
  const powerless = principal.type === "federated-user" && (request.session ?? []).length === 0;
  if (principal.accountId !== request.resourceAccount) {
    const known = named.length > 0 || granted;
    if (principal.type === "root") return known ? "continue" : "implicit resource";
    if (!identity) return "implicit identity";
    if (powerless) return "implicit session";
    return known ? "continue" : "implicit resource";
  }
  if (named.includes("direct")) return "allow";
  const trust = request.trustIsThePolicy === true || request.trustPolicy !== undefined;
  const delegated = !trust || named.includes("account");
  if (principal.type === "root") return delegated ? "continue" : "implicit resource";
  if (powerless) return identity ? "implicit session" : "implicit identity";
  if (named.includes("role") || granted) return "continue";
  if (!identity) return "implicit identity";
  return delegated ? "continue" : "implicit resource";
}

interface Wanted {
  readonly effect: "Allow" | "Deny";
  readonly kind: DecisionKind;
}

// The forms in which applying statements of the effect name the caller.
function forms(request: ReferenceRequest, policies: readonly ReferencePolicy[], wanted: Wanted): string[] {
  return policies.flatMap((policy) =>
    policy.Statement.filter((statement) => statement.Effect === wanted.effect).flatMap((statement) => {
      const names = statementNames(statement, request);
      const variables = policy.Version === "2012-10-17";
      return names.length > 0 && applies(statement, request, { variables, kind: wanted.kind }) ? names : [];
    }),
  );
}

function statementNames(statement: ReferenceStatement, request: ReferenceRequest): string[] {
  if (statement.Principal !== undefined) return names(statement.Principal, request.principal);
  if (statement.NotPrincipal === undefined || request.boundary !== undefined) return ["direct"];
  return names(statement.NotPrincipal, request.principal).length > 0 ? [] : ["direct"];
}

function names(element: "*" | Readonly<Record<string, OneOrMany>>, principal: EnginePrincipal): string[] {
  const found: string[] = [];
  const entries = element === "*" ? { AWS: "*" } : element;
  for (const [type, values] of Object.entries(entries)) {
    for (const value of listOf(values)) found.push(...nameForms(type, value, principal));
  }
  return found;
}

function nameForms(type: string, value: string, principal: EnginePrincipal): string[] {
  if (type === "Service")
    return principal.type === "service" && principal.service === value ? ["direct"] : [];
  if (type !== "AWS") return [];
  if (value === "*") return ["direct"];
  if (principal.type === "anonymous" || principal.type === "service") return [];
  const account = principal.accountId;
  const found: string[] = [];
  if (value === account || value === `arn:aws:iam::${account}:root`) found.push("account");
  if (principal.type === "root") return found;
  if (value === principal.arn || value === principal.id) found.push("direct");
  const behind = principal.role ?? principal.issuer;
  if (behind !== undefined && (value === behind.arn || value === behind.id)) found.push("role");
  return found;
}

interface Reading {
  readonly variables: boolean;
  readonly kind: DecisionKind;
}

function applies(statement: ReferenceStatement, request: ReferenceRequest, reading: Reading): boolean {
  const covered = (list: OneOrMany) => listOf(list).some((action) => actionMatches(action, request.action));
  if (statement.Action !== undefined && !covered(statement.Action)) return false;
  if (statement.NotAction !== undefined && covered(statement.NotAction)) return false;
  const touched = (list: OneOrMany) =>
    listOf(list).some((pattern) => resourceMatches(pattern, request, reading));
  if (statement.Resource !== undefined && !touched(statement.Resource)) return false;
  if (statement.NotResource !== undefined && touched(statement.NotResource)) return false;
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const condition = { operator, key, wanted: listOf(values), variables: reading.variables };
      return conditionHolds(condition, request.context);
    }),
  );
}

function actionMatches(pattern: string, action: string): boolean {
  return naiveMatch(tokens(pattern.toLowerCase(), false, new Map()) ?? [], action.toLowerCase());
}

function resourceMatches(pattern: string, request: ReferenceRequest, { variables, kind }: Reading): boolean {
  if (/^\*+$/.test(pattern)) return true;
  if (request.resource.split(":").length < 6) return false;
  const fields = arnFields(pattern, variables);
  if (fields.length < 6 && kind === "rcp") return false;
  if (variables && fields.slice(0, 5).some((field) => /\$\{[^}]*\}/.test(field))) return false;
  const padded: (readonly Token[] | undefined)[] = fields.map((field) =>
    tokens(field, variables, request.context),
  );
  while (padded.length < 6) padded.push([{ character: "*", wild: "*" }]);
  return fieldsMatch(padded, request.resource);
}
