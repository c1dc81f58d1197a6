// Patterns with `*` and `?`. Matching is two-pointer, at worst length times length, and never a regular
// expression.

/** Codes of a pattern: UTF-16 units, or one of the two wildcards below. */
export type PatternCodes = readonly number[];

/** Any run of characters, the empty one included. */
export const ANY_RUN = -1;

/** Exactly one character. */
export const ANY_ONE = -2;

export interface Glob {
  readonly shape: "any" | "exact" | "prefix" | "suffix" | "around" | "general";
  /** What stands before the only star; for `exact` the whole text. */
  readonly prefix: string;
  /** What stands after the only star. */
  readonly suffix: string;
  /** Fewest characters that can match. */
  readonly length: number;
  /** The codes of a general pattern; empty in the other shapes. */
  readonly codes: PatternCodes;
}

/** A count of comparisons, for tests that bound the work. */
export interface StepCount {
  steps: number;
}

/** The codes of a pattern whose `*` and `?` are wildcards. */
export function patternCodes(text: string): number[] {
  const codes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    codes.push(code === 0x2a ? ANY_RUN : code === 0x3f ? ANY_ONE : code);
  }
  return codes;
}

/** Compiles a pattern whose `*` and `?` are wildcards. */
export function compileGlob(text: string): Glob {
  const star = text.indexOf("*");
  const simple = !text.includes("?") && (star < 0 || star === text.lastIndexOf("*"));
  return simple ? simpleGlob(text, star) : globOf(patternCodes(text));
}

/** Compiles a pattern from its codes. */
export function globOf(written: PatternCodes): Glob {
  const codes = written.filter((code, index) => code !== ANY_RUN || written[index - 1] !== ANY_RUN);
  const star = codes.indexOf(ANY_RUN);
  if (!codes.includes(ANY_ONE) && star === codes.lastIndexOf(ANY_RUN)) return simpleGlob(textOf(codes), star);
  const length = codes.filter((code) => code !== ANY_RUN).length;
  return { shape: "general", prefix: "", suffix: "", length, codes };
}

const NO_CODES: PatternCodes = [];

// A text with one wildcard at most, the star at the given index.
function simpleGlob(text: string, star: number): Glob {
  if (star < 0) return { shape: "exact", prefix: text, suffix: "", length: text.length, codes: NO_CODES };
  const prefix = text.slice(0, star);
  const suffix = text.slice(star + 1);
  const shape = prefix === "" ? (suffix === "" ? "any" : "suffix") : suffix === "" ? "prefix" : "around";
  return { shape, prefix, suffix, length: text.length - 1, codes: NO_CODES };
}

function textOf(codes: PatternCodes): string {
  let text = "";
  for (const code of codes) text += code === ANY_RUN ? "*" : String.fromCharCode(code);
  return text;
}

/** Whether the whole text matches. */
export function matchGlob(glob: Glob, text: string): boolean {
  switch (glob.shape) {
    case "any":
      return true;
    case "exact":
      return text === glob.prefix;
    case "prefix":
      return text.startsWith(glob.prefix);
    case "suffix":
      return text.endsWith(glob.suffix);
    case "around":
      return text.length >= glob.length && text.startsWith(glob.prefix) && text.endsWith(glob.suffix);
    case "general":
      return text.length >= glob.length && matchCodes(glob.codes, text);
  }
}

/** Whether the whole text matches codes that were made for this one request. */
export function matchCodesOnce(codes: PatternCodes, text: string): boolean {
  // What is longer than the text cannot match; without this a long pattern costs its length times the text's.
  let length = 0;
  for (const code of codes) if (code !== ANY_RUN) length++;
  return length <= text.length && matchCodes(codes, text);
}

/** Whether the whole text matches the codes; `count` receives the number of comparisons. */
export function matchCodes(codes: PatternCodes, text: string, count?: StepCount): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let mark = 0;
  while (index < text.length) {
    if (count !== undefined) count.steps++;
    const code = codes[at];
    if (code === ANY_ONE || code === text.charCodeAt(index)) {
      at++;
      index++;
    } else if (code === ANY_RUN) {
      star = at++;
      mark = index;
    } else if (star >= 0) {
      at = star + 1;
      index = ++mark;
    } else {
      return false;
    }
  }
  while (codes[at] === ANY_RUN) at++;
  return at === codes.length;
}
