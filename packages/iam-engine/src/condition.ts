// One condition of a statement: a key, an operator with its qualifiers, and values. Decides absent keys,
// set operators and negation; a statement applies only when all its conditions hold.

import { interned } from "./interned.ts";
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
  /** Whether it holds when the request lacks the key. */
  readonly absent: boolean;
  /** For Null: whether it holds when the request has the key. */
  readonly present: boolean | undefined;
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
  const key = interned(parsed.key.text.toLowerCase());
  const shared = { key, operator, cost: COSTS[operator.family], parsed };
  if (operator.family === "null") {
    const wanted = new Set(texts.map((text) => text.toLowerCase()));
    const [absent, present] = [wanted.has("true"), wanted.has("false")];
    return { ...shared, matches: () => false, absent, present };
  }
  const { quantifier, ifExists, negated } = operator;
  const absent = quantifier === "none" ? ifExists || negated : quantifier === "all";
  return { ...shared, matches: compileValues(operator, texts, variables), absent, present: undefined };
}

/** Whether the condition holds for the request. */
export function testCondition(condition: CompiledCondition, context: ConditionContext): boolean {
  const values = context.get(condition.key);
  if (values === undefined) return condition.absent;
  const first = values[0];
  if (first === undefined) return condition.absent;
  if (condition.present !== undefined) return condition.present;
  const { quantifier, negated } = condition.operator;
  if (quantifier === "none") return values.length === 1 && condition.matches(first, context) !== negated;
  return testSet(condition, values, context);
}

function testSet(
  { operator, matches }: CompiledCondition,
  values: readonly string[],
  context: ConditionContext,
): boolean {
  const { quantifier, negated } = operator;
  if (quantifier === "any") {
    for (const value of values) if (matches(value, context) !== negated) return true;
    return false;
  }
  if (values.length === 1 && values[0] === "") return true;
  for (const value of values) if (matches(value, context) === negated) return false;
  return true;
}
