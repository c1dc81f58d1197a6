// The condition operators and their names. A name outside the table is no operator and is refused.

export type OperatorFamily =
  | "string"
  | "string-ignore-case"
  | "string-like"
  | "numeric"
  | "date"
  | "bool"
  | "binary"
  | "ip"
  | "arn"
  | "null";

export type Comparison = "equal" | "less" | "less-or-equal" | "greater" | "greater-or-equal";

export interface Operator {
  /** The name as written, with its qualifiers. */
  readonly name: string;
  readonly family: OperatorFamily;
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly quantifier: "none" | "all" | "any";
  readonly ifExists: boolean;
}

type BaseOperator = Pick<Operator, "family" | "comparison" | "negated">;

function base(family: OperatorFamily, negated = false, comparison: Comparison = "equal"): BaseOperator {
  return { family, negated, comparison };
}

const OPERATORS: ReadonlyMap<string, BaseOperator> = new Map([
  ["StringEquals", base("string")],
  ["StringNotEquals", base("string", true)],
  ["StringEqualsIgnoreCase", base("string-ignore-case")],
  ["StringNotEqualsIgnoreCase", base("string-ignore-case", true)],
  ["StringLike", base("string-like")],
  ["StringNotLike", base("string-like", true)],
  ["NumericEquals", base("numeric")],
  ["NumericNotEquals", base("numeric", true)],
  ["NumericLessThan", base("numeric", false, "less")],
  ["NumericLessThanEquals", base("numeric", false, "less-or-equal")],
  ["NumericGreaterThan", base("numeric", false, "greater")],
  ["NumericGreaterThanEquals", base("numeric", false, "greater-or-equal")],
  ["DateEquals", base("date")],
  ["DateNotEquals", base("date", true)],
  ["DateLessThan", base("date", false, "less")],
  ["DateLessThanEquals", base("date", false, "less-or-equal")],
  ["DateGreaterThan", base("date", false, "greater")],
  ["DateGreaterThanEquals", base("date", false, "greater-or-equal")],
  ["Bool", base("bool")],
  ["BinaryEquals", base("binary")],
  ["IpAddress", base("ip")],
  ["NotIpAddress", base("ip", true)],
  ["ArnEquals", base("arn")],
  ["ArnLike", base("arn")],
  ["ArnNotEquals", base("arn", true)],
  ["ArnNotLike", base("arn", true)],
  ["Null", base("null")],
]);

/** The names of all operators without qualifiers. */
export const OPERATOR_NAMES: readonly string[] = [...OPERATORS.keys()];

/**
 * Reads an operator's name, or answers undefined when there is no such operator.
 * Null takes neither IfExists nor a set operator: AWS documents no meaning for them.
 */
export function parseOperator(name: string): Operator | undefined {
  let rest = name;
  let quantifier: Operator["quantifier"] = "none";
  if (rest.startsWith("ForAllValues:")) {
    quantifier = "all";
    rest = rest.slice("ForAllValues:".length);
  } else if (rest.startsWith("ForAnyValue:")) {
    quantifier = "any";
    rest = rest.slice("ForAnyValue:".length);
  }
  const ifExists = rest.endsWith("IfExists");
  if (ifExists) rest = rest.slice(0, -"IfExists".length);
  const found = OPERATORS.get(rest);
  if (found === undefined) return undefined;
  if (found.family === "null" && (ifExists || quantifier !== "none")) return undefined;
  return { name, ...found, quantifier, ifExists };
}
