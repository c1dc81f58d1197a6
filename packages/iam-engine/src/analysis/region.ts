// A statement as an analysis sees it: the actions and resources it covers, who it names, and what it asks
// of the request. Statements of several documents are read with the same names for the same variables.

import { parsePolicy } from "../parse-policy.ts";
import type { LocatedText, ParsedPolicy, ParsedStatement } from "../policy.ts";
import { VERSION_WITH_VARIABLES } from "../policy.ts";
import { refuseUnusable } from "../statement-rules.ts";
import { normalCondition } from "./condition-implication.ts";
import type { NormalCondition } from "./condition-implication.ts";
import { actionSymbols, ALL_RESOURCES, resourceSymbols } from "./pattern-language.ts";
import type { Symbols, VariableNames } from "./pattern-language.ts";
import { principalScope } from "./principal-scope.ts";
import type { PrincipalScope } from "./principal-scope.ts";

/** What an element covers, or all that it does not cover when it is negated. */
export interface ElementSet {
  readonly patterns: readonly Symbols[];
  readonly negated: boolean;
  /** Equal for elements that say the same. */
  readonly key: string;
}

/** One statement. */
export interface Region {
  readonly index: number;
  readonly sid: string | undefined;
  readonly deny: boolean;
  readonly actions: ElementSet;
  readonly resources: ElementSet;
  readonly principals: PrincipalScope;
  readonly conditions: readonly NormalCondition[];
  readonly parsed: ParsedStatement;
  /** Whether `${..}` is a variable in the document. */
  readonly variables: boolean;
}

/** The types of policy whose access can be analysed. */
export type AccessPolicyType = "IDENTITY_POLICY" | "RESOURCE_POLICY";

/**
 * The statements of a document.
 * @throws PolicyFault when it is no policy of this type.
 */
export function regionsOf(document: string, type: AccessPolicyType, names: VariableNames): readonly Region[] {
  const policy = parsePolicy(document, type === "IDENTITY_POLICY" ? "identity" : "resource");
  refuseUnusable(policy);
  return policy.statements.map((statement) => regionOf(policy, statement, names));
}

function regionOf(policy: ParsedPolicy, parsed: ParsedStatement, names: VariableNames): Region {
  const variables = policy.version === VERSION_WITH_VARIABLES;
  const reading = { variables, names };
  const actions = parsed.actions ?? parsed.notActions ?? [];
  const resources = parsed.resources ?? parsed.notResources;
  return {
    index: parsed.index,
    sid: parsed.sid?.text,
    deny: parsed.effect.text === "Deny",
    actions: {
      patterns: actions.map(({ text }) => actionSymbols(text)),
      negated: parsed.actions === undefined,
      key: elementKey(parsed.actions === undefined ? "NotAction" : "Action", actions),
    },
    resources: {
      // Without the element a statement is about the resource that carries the policy, whatever it is.
      patterns: resources?.flatMap(({ text }) => resourceSymbols(text, reading)) ?? [ALL_RESOURCES],
      negated: parsed.notResources !== undefined,
      key: elementKey(
        `${parsed.notResources === undefined ? "" : "Not"}Resource ${variables}`,
        resources ?? [],
      ),
    },
    principals: principalScope(parsed),
    conditions: parsed.conditions.map((condition) => normalCondition(condition, variables)),
    parsed,
    variables,
  };
}

function elementKey(name: string, texts: readonly LocatedText[]): string {
  return JSON.stringify([name, ...texts.map(({ text }) => text).toSorted()]);
}
