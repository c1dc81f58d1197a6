// Policy variables: `${key}`, `${key, 'default'}` and the escaped characters `${*}`, `${?}`, `${$}`.
// A value put in for a variable is always plain text: its `*`, `?` and `${` have no meaning.

import { compileGlob, globOf, patternCodes } from "./glob.ts";
import type { Glob } from "./glob.ts";

/** The condition keys of a request. Undefined is an absent key, which differs from an empty value. */
export interface ConditionContext {
  /** The values of a key, which is spelled in lower case. */
  get(key: string): readonly string[] | undefined;
}

export interface VariablePart {
  readonly type: "variable";
  /** The key in lower case. */
  readonly key: string;
  /** The key as written. */
  readonly name: string;
  readonly fallback: string | undefined;
}

/** Written text, in which `*` and `?` may be wildcards, or escaped text, in which they are not. */
export interface TextPart {
  readonly type: "written" | "escaped";
  readonly text: string;
}

export type TemplatePart = VariablePart | TextPart;

/** The parts of a policy value; without variables (an old document) it is one part. */
export function parseTemplate(text: string, variables: boolean): readonly TemplatePart[] {
  if (!variables || !text.includes("${")) return [{ type: "written", text }];
  const parts: TemplatePart[] = [];
  let from = 0;
  for (let at = text.indexOf("${"); at >= 0;) {
    const end = variableEnd(text, at);
    // An unclosed `${` is plain text.
    if (end < 0) break;
    if (at > from) parts.push({ type: "written", text: text.slice(from, at) });
    parts.push(variablePart(text.slice(at + 2, end - 1)));
    from = end;
    at = text.indexOf("${", end);
  }
  if (from < text.length) parts.push({ type: "written", text: text.slice(from) });
  return parts;
}

/** The offset after the variable that opens at `start`, or -1 when it never closes. */
export function variableEnd(text: string, start: number): number {
  let inDefault = false;
  let quoted = false;
  for (let index = start + 2; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x2c) inDefault = true;
    else if (code === 0x27 && inDefault) quoted = !quoted;
    else if (code === 0x7d && !quoted) return index + 1;
  }
  return -1;
}

function variablePart(content: string): TemplatePart {
  if (content === "*" || content === "?" || content === "$") return { type: "escaped", text: content };
  const comma = content.indexOf(",");
  const name = (comma < 0 ? content : content.slice(0, comma)).trim();
  const fallback = comma < 0 ? undefined : /^\s*'([^']*)'\s*$/.exec(content.slice(comma + 1))?.[1];
  return { type: "variable", key: name.toLowerCase(), name, fallback };
}

/** Whether the value depends on the request. */
export function hasVariable(parts: readonly TemplatePart[]): boolean {
  return parts.some((part) => part.type === "variable");
}

/** The value of a variable; an absent, empty or many-valued key is null unless there is a default. */
export function variableValue(part: VariablePart, context: ConditionContext): string | undefined {
  const values = context.get(part.key);
  if (values !== undefined && values.length === 1 && values[0] !== "") return values[0];
  return part.fallback;
}

/** The text with its variables put in, or undefined when one of them is null. */
export function resolveText(parts: readonly TemplatePart[], context: ConditionContext): string | undefined {
  let text = "";
  for (const part of parts) {
    const piece = part.type === "variable" ? variableValue(part, context) : part.text;
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

/** The codes of the pattern with its variables put in as plain text, or undefined when one is null. */
export function resolveCodes(
  parts: readonly TemplatePart[],
  context: ConditionContext,
): number[] | undefined {
  const codes: number[] = [];
  for (const part of parts) {
    if (part.type === "written") {
      for (const code of patternCodes(part.text)) codes.push(code);
      continue;
    }
    const piece = part.type === "variable" ? variableValue(part, context) : part.text;
    if (piece === undefined) return undefined;
    for (let index = 0; index < piece.length; index++) codes.push(piece.charCodeAt(index));
  }
  return codes;
}

const NO_CONTEXT: ConditionContext = { get: () => undefined };

/** Compiles a pattern without variables. */
export function fixedGlob(parts: readonly TemplatePart[]): Glob {
  const [only] = parts;
  if (parts.length === 1 && only?.type === "written") return compileGlob(only.text);
  return globOf(resolveCodes(parts, NO_CONTEXT) ?? []);
}
