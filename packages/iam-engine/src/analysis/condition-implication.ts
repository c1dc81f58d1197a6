// Whether the conditions of one statement hold only where those of another do. Conditions are compared by
// their operator, key and values; what cannot be compared implies nothing.

import type { Operator } from "../operator.ts";
import type { ParsedCondition } from "../policy.ts";

/** A condition in a form that can be compared. */
export interface NormalCondition {
  readonly operator: Operator;
  /** The key in lower case. */
  readonly key: string;
  /** The values as the operator compares them. */
  readonly values: ReadonlySet<string>;
  /** Whether `${..}` in a value is a variable. */
  readonly variables: boolean;
}

/** Brings a condition into that form. */
export function normalCondition(condition: ParsedCondition, variables: boolean): NormalCondition {
  const { family } = condition.operator;
  const folded = family === "bool" || family === "null" || family === "string-ignore-case";
  const values = condition.values.map(({ text }) => {
    // The same text means something else in a document whose version has no variables.
    const marked = text.includes("${") ? `${variables ? "variables" : "plain"} ${text}` : text;
    return folded ? marked.toLowerCase() : marked;
  });
  return {
    operator: condition.operator,
    key: condition.key.text.toLowerCase(),
    values: new Set(values),
    variables,
  };
}

/** Whether a request that meets all of the strong conditions surely meets all of the weak ones. */
export function conditionsImply(
  strong: readonly NormalCondition[],
  weak: readonly NormalCondition[],
): boolean {
  return weak.every((needed) => strong.some((given) => implies(given, needed)));
}

function implies(given: NormalCondition, needed: NormalCondition): boolean {
  const from = given.operator;
  const to = needed.operator;
  const comparable =
    given.key === needed.key &&
    from.family === to.family &&
    from.comparison === to.comparison &&
    from.negated === to.negated &&
    from.quantifier === to.quantifier &&
    // What holds only on a present key holds also where an absent one is let through.
    (from.ifExists === to.ifExists || to.ifExists);
  if (!comparable) return false;
  return from.negated ? isSubset(needed.values, given.values) : isSubset(given.values, needed.values);
}

function isSubset(small: ReadonlySet<string>, large: ReadonlySet<string>): boolean {
  return [...small].every((value) => large.has(value));
}
