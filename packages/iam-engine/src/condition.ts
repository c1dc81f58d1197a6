// One condition of a statement: a key, an operator with its qualifiers, and values. Decides absent keys,
// set operators and negation; a statement applies only when all its conditions hold.

import type { Operator } from "./operator.ts";
import type { ParsedCondition } from "./policy.ts";
import type { ConditionContext } from "./template.ts";
import { compileValues } from "./value-matcher.ts";
import type { ValueMatcher } from "./value-matcher.ts";

export interface CompiledCondition {
  /** The key in lower case. */
  readonly key: string;
  readonly operator: Operator;
  readonly matches: ValueMatcher;
  /** For Null: whether it holds on an absent key, and on a present one. */
  readonly presence: { readonly absent: boolean; readonly present: boolean } | undefined;
  readonly cost: number;
  readonly parsed: ParsedCondition;
}

const COSTS: Readonly<Record<Operator["family"], number>> = {
  null: 0,
  bool: 1,
  string: 1,
  "string-ignore-case": 2,
  "string-like": 2,
  arn: 3,
  numeric: 3,
  ip: 4,
  date: 4,
  binary: 4,
};

/** Compiles a condition; `variables` says whether `${..}` is a variable in its document. */
export function compileCondition(parsed: ParsedCondition, variables: boolean): CompiledCondition {
  const { operator } = parsed;
  const texts = parsed.values.map((value) => value.text);
  const shared = { key: parsed.key.text.toLowerCase(), operator, cost: COSTS[operator.family], parsed };
  if (operator.family === "null") {
    const wanted = new Set(texts.map((text) => text.toLowerCase()));
    return {
      ...shared,
      matches: () => false,
      presence: { absent: wanted.has("true"), present: wanted.has("false") },
    };
  }
  return { ...shared, matches: compileValues(operator, texts, variables), presence: undefined };
}

/** Whether the condition holds for the request. */
export function testCondition(condition: CompiledCondition, context: ConditionContext): boolean {
  const values = context.get(condition.key);
  const { operator, matches, presence } = condition;
  if (values === undefined || values.length === 0) {
    if (presence !== undefined) return presence.absent;
    return operator.quantifier === "none"
      ? operator.ifExists || operator.negated
      : operator.quantifier === "all";
  }
  if (presence !== undefined) return presence.present;
  const [first = ""] = values;
  if (operator.quantifier === "none") {
    return values.length === 1 && matches(first, context) !== operator.negated;
  }
  if (operator.quantifier === "all") {
    if (values.length === 1 && first === "") return true;
    for (const value of values) if (matches(value, context) === operator.negated) return false;
    return true;
  }
  for (const value of values) if (matches(value, context) !== operator.negated) return true;
  return false;
}
