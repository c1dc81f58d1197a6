// Compiles the constraints of a member into one check. A text is measured before a pattern is tried on it.
import type { Decoding, Problem } from "./dialect.ts";
import { patternedValueLengthMax } from "./limits.ts";
import type { Constraint } from "./table.ts";

/** Notes or throws a violation of the value at the path. */
export type Check = (value: unknown, path: string, decoding: Decoding) => void;

/** A check of length, range and pattern, or undefined when there is nothing to check. */
export function compileCheck(constraint: Constraint, secret: boolean): Check | undefined {
  const { n: least, m: greatest, p: pattern } = constraint;
  if (least === undefined && greatest === undefined && pattern === undefined) return undefined;
  const matcher = pattern === undefined ? undefined : compilePattern(pattern);
  return (value, path, decoding) => {
    const note = (problem: Problem) =>
      decoding.dialect.violate(decoding, { path, problem, value: secret ? undefined : printed(value) });
    const kind = typeof value === "number" ? "value" : "length";
    const size = typeof value === "number" ? value : sizeOf(value);
    if (least !== undefined && size < least) note({ kind, bound: "least", limit: least });
    if (greatest !== undefined && size > greatest) return note({ kind, bound: "greatest", limit: greatest });
    if (matcher === undefined || typeof value !== "string") return;
    if (value.length > patternedValueLengthMax || !matcher.test(value)) {
      note({ kind: "pattern", pattern: pattern ?? "" });
    }
  };
}

/** A check that a text is one of the values. */
export function compileEnumCheck(values: readonly string[], secret: boolean): Check {
  const allowed = new Set(values);
  return (value, path, decoding) => {
    if (typeof value !== "string" || allowed.has(value)) return;
    const problem: Problem = { kind: "enum", values };
    decoding.dialect.violate(decoding, { path, problem, value: secret ? undefined : value });
  };
}

/**
 * AWS matches the whole text. Patterns with Unicode classes need the `u` flag; a few old ones are not valid
 * under it.
 */
function compilePattern(pattern: string): RegExp {
  const whole = `^(?:${pattern})$`;
  try {
    return new RegExp(whole, "u");
  } catch {
    return new RegExp(whole);
  }
}

/** Text is measured in Unicode code points, bytes and lists by their count. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return codePoints(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00)
      count -= 1;
  }
  return count;
}

function printed(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return `[${value.join(", ")}]`;
  return undefined;
}
