// Patterns with `*` and `?`. Matching is two-pointer, at worst length times length, never a regular expression.

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
  return globOf(patternCodes(text));
}

/** Compiles a pattern from its codes. */
export function globOf(written: PatternCodes): Glob {
  const codes = written.filter((code, index) => code !== ANY_RUN || written[index - 1] !== ANY_RUN);
  const stars = codes.filter((code) => code === ANY_RUN).length;
  const length = codes.length - stars;
  if (stars > 1 || codes.includes(ANY_ONE))
    return { shape: "general", prefix: "", suffix: "", length, codes };
  if (stars === 0) return { shape: "exact", prefix: textOf(codes), suffix: "", length, codes };
  const star = codes.indexOf(ANY_RUN);
  const prefix = textOf(codes.slice(0, star));
  const suffix = textOf(codes.slice(star + 1));
  const shape = prefix === "" ? (suffix === "" ? "any" : "suffix") : suffix === "" ? "prefix" : "around";
  return { shape, prefix, suffix, length, codes };
}

function textOf(codes: PatternCodes): string {
  return codes.map((code) => String.fromCharCode(code)).join("");
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
