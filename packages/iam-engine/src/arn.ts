// Amazon resource names: the ARN of a request, split once, and patterns matched field by field.
// The sixth field takes the rest with its colons; no field's wildcard ever crosses into the next.

import { compileGlob, matchCodesOnce, matchGlob } from "./glob.ts";
import type { Glob } from "./glob.ts";
import type { ConditionContext, TemplatePart } from "./template.ts";
import { fixedGlob, hasVariable, parseTemplate, resolveCodes, resolveText, variableEnd } from "./template.ts";

const FIELDS = 6;

/** A resource name of a request; the places of its first five colons are looked up when first asked for. */
export class RequestArn {
  readonly text: string;
  /** Where the fields end: nothing before the first question, and empty when the text is no ARN. */
  #ends: readonly number[] | undefined = undefined;
  #last: string | undefined = undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether the text has the six fields of an ARN; `*` and other plain names have not. */
  get complete(): boolean {
    this.#ends ??= fieldEnds(this.text);
    return this.#ends.length > 0;
  }

  /** Where a field of a complete ARN starts. */
  start(field: number): number {
    return field === 0 ? 0 : this.end(field - 1) + 1;
  }

  /** Where a field of a complete ARN ends. */
  end(field: number): number {
    return this.#ends?.[field] ?? 0;
  }

  /** The text of a field of a complete ARN. Most patterns ask for the last; it is cut out once. */
  field(field: number): string {
    if (field < FIELDS - 1) return this.text.slice(this.start(field), this.end(field));
    return (this.#last ??= this.text.slice(this.start(field)));
  }
}

const NOT_AN_ARN: readonly number[] = [];

function fieldEnds(text: string): readonly number[] {
  if (!text.startsWith("arn:")) return NOT_AN_ARN;
  const second = text.indexOf(":", 4);
  const third = second < 0 ? -1 : text.indexOf(":", second + 1);
  const fourth = third < 0 ? -1 : text.indexOf(":", third + 1);
  const fifth = fourth < 0 ? -1 : text.indexOf(":", fourth + 1);
  return fifth < 0 ? NOT_AN_ARN : [3, second, third, fourth, fifth, text.length];
}

/** One field of a pattern: fixed, or with variables to be put in at each request. */
type FieldPattern = Glob | { readonly shape: "variable"; readonly parts: readonly TemplatePart[] };

/** A compiled ARN pattern. */
export type ArnPattern =
  | { readonly shape: "any" | "never" }
  | { readonly shape: "exact" | "prefix"; readonly text: string }
  | FieldsPattern
  | { readonly shape: "whole-variable"; readonly parts: readonly TemplatePart[] };

/** A pattern with a wildcard or a variable before its end. */
interface FieldsPattern {
  readonly shape: "fields";
  /** The fields before the first that is not fixed, each with its colon. */
  readonly lead: string;
  /** The fields that the lead leaves, but for those that match anything; the last of the ARN first. */
  readonly tested: readonly TestedField[];
  readonly written: string;
}

interface TestedField {
  readonly index: number;
  readonly field: FieldPattern;
}

export interface ArnPatternOptions {
  /** Whether `${..}` is a variable in this document. */
  readonly variables: boolean;
  /** Where variables may stand: in Resource only after the fifth colon, in a condition value anywhere. */
  readonly place: "resource" | "condition";
  /** Whether missing fields are filled with `*`; otherwise a short pattern matches nothing. */
  readonly padded: boolean;
}

/** Compiles a Resource pattern or a value of an Arn condition. */
export function compileArnPattern(text: string, options: ArnPatternOptions): ArnPattern {
  if (/^\*+$/.test(text)) return { shape: "any" };
  const whole = parseTemplate(text, options.variables);
  if (options.place === "condition" && whole.length === 1 && whole[0]?.type === "variable") {
    return { shape: "whole-variable", parts: whole };
  }
  const written = splitFields(text, options.variables);
  if (written.length < FIELDS && !options.padded) return { shape: "never" };
  const parts = written.map((field) => parseTemplate(field, options.variables));
  const early = parts.slice(0, FIELDS - 1);
  if (options.place === "resource" && early.some((field) => field.some((part) => part.type !== "written"))) {
    return { shape: "never" };
  }
  const fields: FieldPattern[] = parts.map(fieldPattern);
  while (fields.length < FIELDS) fields.push(compileGlob("*"));
  return simplest(fields, text);
}

function fieldPattern(parts: readonly TemplatePart[]): FieldPattern {
  if (hasVariable(parts)) return { shape: "variable", parts };
  return fixedGlob(parts);
}

// Five fixed fields and a sixth that is fixed or ends in the only star compare as one string.
function simplest(fields: readonly FieldPattern[], written: string): ArnPattern {
  let lead = "";
  let from = 0;
  for (; from < FIELDS - 1; from++) {
    const field = fields[from];
    if (field?.shape !== "exact") break;
    lead += `${field.prefix}:`;
  }
  const last = fields[FIELDS - 1];
  if (last === undefined) return { shape: "never" };
  if (from === FIELDS - 1 && (last.shape === "exact" || last.shape === "prefix" || last.shape === "any")) {
    return { shape: last.shape === "exact" ? "exact" : "prefix", text: lead + last.prefix };
  }
  const tested = fields
    .map((field, index) => ({ index, field }))
    .filter(({ index, field }) => index >= from && field.shape !== "any")
    .toReversed();
  return { shape: "fields", lead, tested, written };
}

/** Splits a pattern at its first five colons, none of them inside a variable. */
export function splitFields(text: string, variables: boolean): string[] {
  const fields: string[] = [];
  let from = 0;
  for (let index = 0; index < text.length && fields.length < FIELDS - 1; index++) {
    if (variables && text.startsWith("${", index)) {
      const end = variableEnd(text, index);
      if (end >= 0) index = end - 1;
    } else if (text[index] === ":") {
      fields.push(text.slice(from, index));
      from = index + 1;
    }
  }
  fields.push(text.slice(from));
  return fields;
}

/** Whether an ARN of the request matches. A name that is no ARN matches only `*` and itself. */
export function matchArnPattern(pattern: ArnPattern, arn: RequestArn, context: ConditionContext): boolean {
  switch (pattern.shape) {
    case "any":
      return true;
    case "never":
      return false;
    case "exact":
      return arn.text === pattern.text;
    case "prefix":
      return startsWith(arn.text, pattern.text);
    case "fields":
      return matchFields(pattern, arn, context);
    case "whole-variable":
      return matchWholeVariable(pattern.parts, arn, context);
  }
}

function matchFields(pattern: FieldsPattern, arn: RequestArn, context: ConditionContext): boolean {
  if (!arn.complete) return arn.text === pattern.written;
  // The last field tells most patterns apart.
  for (const tested of pattern.tested) if (!matchField(tested, arn, context)) return false;
  return startsWith(arn.text, pattern.lead);
}

function matchField({ index, field }: TestedField, arn: RequestArn, context: ConditionContext): boolean {
  if (field.shape === "variable") return matchVariable(field.parts, arn.field(index), context);
  if (field.shape !== "exact" && field.shape !== "prefix") return matchGlob(field, arn.field(index));
  const start = arn.start(index);
  const length = arn.end(index) - start;
  if (field.shape === "exact" ? length !== field.length : length < field.length) return false;
  return hasAt(arn.text, field.prefix, start);
}

function matchVariable(parts: readonly TemplatePart[], text: string, context: ConditionContext): boolean {
  const codes = resolveCodes(parts, context);
  return codes !== undefined && matchCodesOnce(codes, text);
}

function startsWith(text: string, start: string): boolean {
  return text.length >= start.length && hasAt(text, start, 0);
}

// Names that start alike are told apart by the last character of the piece. The text reaches to its end.
function hasAt(text: string, piece: string, at: number): boolean {
  const last = piece.length - 1;
  if (last < 0) return true;
  return text.charCodeAt(at + last) === piece.charCodeAt(last) && text.startsWith(piece, at);
}

// A value that is nothing but a variable holds a whole ARN, compared as plain text.
function matchWholeVariable(
  parts: readonly TemplatePart[],
  arn: RequestArn,
  context: ConditionContext,
): boolean {
  return resolveText(parts, context) === arn.text;
}

/** The patterns of one Resource or NotResource element; in long lists the fixed names are hashed. */
export interface ArnList {
  readonly any: boolean;
  readonly patterns: readonly ArnPattern[];
  readonly hashed: HashedNames | undefined;
  /** What a test takes, on the scale of conditions. */
  readonly cost: number;
}

interface HashedNames {
  readonly exact: ReadonlySet<string>;
  /** Fixed prefixes by their length. */
  readonly prefixes: readonly { readonly length: number; readonly texts: ReadonlySet<string> }[];
}

const HASHED_FROM = 8;

/** Compiles the patterns of one element. */
export function compileArnList(patterns: readonly ArnPattern[]): ArnList {
  const any = patterns.some((pattern) => pattern.shape === "any");
  const live = patterns.filter((pattern) => pattern.shape !== "never");
  if (patterns.length < HASHED_FROM) {
    const cost = any ? 0 : live.reduce((sum, pattern) => sum + costOf(pattern), 0);
    return { any, patterns: live, hashed: undefined, cost };
  }
  const exact = new Set<string>();
  const byLength = new Map<number, Set<string>>();
  const rest: ArnPattern[] = [];
  for (const pattern of live) {
    if (pattern.shape === "exact") {
      exact.add(pattern.text);
    } else if (pattern.shape === "prefix") {
      const texts = byLength.get(pattern.text.length) ?? new Set<string>();
      byLength.set(pattern.text.length, texts.add(pattern.text));
    } else {
      rest.push(pattern);
    }
  }
  const prefixes = [...byLength].map(([length, texts]) => ({ length, texts }));
  const cost = any ? 0 : rest.reduce((sum, pattern) => sum + costOf(pattern), 1 + prefixes.length);
  return { any, patterns: rest, hashed: { exact, prefixes }, cost };
}

function costOf({ shape }: ArnPattern): number {
  return shape === "fields" || shape === "whole-variable" ? 4 : 1;
}

/** Whether any pattern of the list matches. */
export function matchArnList(list: ArnList, arn: RequestArn, context: ConditionContext): boolean {
  if (list.any) return true;
  for (const pattern of list.patterns) if (matchArnPattern(pattern, arn, context)) return true;
  return list.hashed !== undefined && matchHashed(list.hashed, arn.text);
}

function matchHashed({ exact, prefixes }: HashedNames, text: string): boolean {
  if (exact.has(text)) return true;
  for (const { length, texts } of prefixes) {
    if (text.length >= length && texts.has(text.slice(0, length))) return true;
  }
  return false;
}
