// Compiles the values of one condition into a test of one value of the request. Negation, set operators
// and absent keys are the condition's business; here a value of the request equals some policy value or not.

import { compileArnPattern, matchArnPattern, RequestArn } from "./arn.ts";
import { decodeBase64 } from "./base64.ts";
import { compareInstants, parseInstant } from "./date.ts";
import { compareDecimals, parseDecimal } from "./decimal.ts";
import { matchCodesOnce, matchGlob } from "./glob.ts";
import { interned } from "./interned.ts";
import { inIpRange, IP_CHARACTERS_MAX, parseIpAddress, parseIpRange } from "./ip-range.ts";
import type { Comparison, Operator } from "./operator.ts";
import { TRAILING_STAR_CROSSES_COLON } from "./open-questions.ts";
import type { ConditionContext, TemplatePart } from "./template.ts";
import { fixedGlob, hasVariable, parseTemplate, resolveCodes, resolveText } from "./template.ts";

/** Whether one value of the request matches any of the policy's values. */
export type ValueMatcher = (value: string, context: ConditionContext) => boolean;

/** Compiles the policy's values for an operator other than Null. */
export function compileValues(
  operator: Operator,
  texts: readonly string[],
  variables: boolean,
): ValueMatcher {
  switch (operator.family) {
    case "string":
      return equalTexts(texts, variables, (text) => text);
    case "string-ignore-case":
      return equalTexts(texts, variables, (text) => text.toLowerCase());
    case "bool":
      return equalTexts(texts, false, foldBoolean);
    case "string-like":
      return anyOf(texts.map((text) => likeText(parseTemplate(text, variables))));
    case "arn":
      return arnPatterns(texts, variables);
    case "numeric":
      return parsedValues(texts, {
        policy: parseDecimal,
        request: parseDecimal,
        test: (value, limit) => holds(operator.comparison, compareDecimals(value, limit)),
      });
    case "date":
      return parsedValues(texts, {
        policy: parseInstant,
        request: parseInstant,
        test: (value, limit) => holds(operator.comparison, compareInstants(value, limit)),
      });
    case "ip":
      return addressRanges(texts);
    case "binary":
      return parsedValues(texts, {
        policy: decodeBase64,
        request: decodeBase64,
        test: (value, bytes) => value === bytes,
      });
    case "null":
      throw new TypeError("Null tests presence, not values");
  }
}

function holds(comparison: Comparison, order: number): boolean {
  switch (comparison) {
    case "equal":
      return order === 0;
    case "less":
      return order < 0;
    case "less-or-equal":
      return order <= 0;
    case "greater":
      return order > 0;
    case "greater-or-equal":
      return order >= 0;
  }
}

function anyOf(matchers: readonly ValueMatcher[]): ValueMatcher {
  const [only] = matchers;
  if (only !== undefined && matchers.length === 1) return only;
  return (value, context) => {
    for (const matches of matchers) if (matches(value, context)) return true;
    return false;
  };
}

/** Up to so many texts are compared one by one sooner than they are looked up. */
const FEW = 4;

// Nearly all values are in lower case already.
function foldBoolean(text: string): string {
  return text === "true" || text === "false" ? text : text.toLowerCase();
}

type Fold = (text: string) => string;

function equalTexts(texts: readonly string[], variables: boolean, fold: Fold): ValueMatcher {
  const fixed = new Set<string>();
  const open: (readonly TemplatePart[])[] = [];
  for (const text of texts) {
    const parts = parseTemplate(text, variables);
    if (hasVariable(parts)) open.push(parts);
    else fixed.add(fold(parts.map((part) => (part.type === "variable" ? "" : part.text)).join("")));
  }
  if (open.length === 0) {
    if (fixed.size > FEW) return (value) => fixed.has(fold(value));
    const few = [...fixed].map((text) => interned(text));
    return (value) => {
      const folded = fold(value);
      for (const text of few) if (text === folded) return true;
      return false;
    };
  }
  return (value, context) => {
    const folded = fold(value);
    if (fixed.has(folded)) return true;
    for (const parts of open) {
      const text = resolveText(parts, context);
      if (text !== undefined && fold(text) === folded) return true;
    }
    return false;
  };
}

function likeText(parts: readonly TemplatePart[]): ValueMatcher {
  if (!hasVariable(parts)) {
    const glob = fixedGlob(parts);
    return (value) => matchGlob(glob, value);
  }
  return (value, context) => {
    const codes = resolveCodes(parts, context);
    return codes !== undefined && matchCodesOnce(codes, value);
  };
}

function arnPatterns(texts: readonly string[], variables: boolean): ValueMatcher {
  const options = { variables, place: "condition", padded: TRAILING_STAR_CROSSES_COLON } as const;
  const patterns = texts.map((text) => compileArnPattern(text, options));
  return (value, context) => {
    const arn = new RequestArn(value);
    if (!arn.complete) return false;
    for (const pattern of patterns) if (matchArnPattern(pattern, arn, context)) return true;
    return false;
  };
}

function addressRanges(texts: readonly string[]): ValueMatcher {
  const ranges = texts.map((text) => parseIpRange(text)).filter((range) => range !== undefined);
  const lies = (value: string): boolean => {
    const address = parseIpAddress(value);
    return address !== undefined && ranges.some((range) => inIpRange(range, address));
  };
  // The needs of one call, and mostly the calls of one client, ask about the same address again.
  let last = "";
  let held = false;
  return (value) => {
    if (value === last) return held;
    const answer = lies(value);
    if (value.length <= IP_CHARACTERS_MAX) {
      last = value;
      held = answer;
    }
    return answer;
  };
}

interface ParsedComparison<Value, Limit> {
  readonly policy: (text: string) => Limit | undefined;
  readonly request: (text: string) => Value | undefined;
  readonly test: (value: Value, limit: Limit) => boolean;
}

// Only the String and Arn operators take variables. A value that does not parse, of the policy or of the
// request, matches nothing.
function parsedValues<Value, Limit>(
  texts: readonly string[],
  comparison: ParsedComparison<Value, Limit>,
): ValueMatcher {
  const limits: Limit[] = [];
  for (const text of texts) {
    const limit = comparison.policy(text);
    if (limit !== undefined) limits.push(limit);
  }
  return (text) => {
    const value = comparison.request(text);
    if (value === undefined) return false;
    for (const limit of limits) if (comparison.test(value, limit)) return true;
    return false;
  };
}
