// The actions and resource names that a pattern of a policy covers, as a language of symbols that can be
// intersected and compared. It says of every text what the engine's matching says.

import { splitFields } from "../arn.ts";
import { ANY_ONE, ANY_RUN, compileGlob, matchGlob } from "../glob.ts";
import { parseTemplate } from "../template.ts";
import type { TemplatePart, VariablePart } from "../template.ts";

/** Any run of characters other than a colon. */
export const FIELD_RUN = -3;

/** One character other than a colon. */
export const FIELD_ONE = -4;

/** Symbols from here on are policy variables; below are characters and the negative wildcards. */
export const VARIABLE_FROM = 0x1_0000;

/** A pattern: characters, wildcards and variables in a row. */
export type Symbols = readonly number[];

/** Gives the variables of one analysis their symbols, so that equal ones are recognized as equal. */
export class VariableNames {
  readonly #symbols = new Map<string, number>();

  symbolOf({ key, fallback }: VariablePart): number {
    const name = fallback === undefined ? key : `${key},'${fallback}'`;
    const known = this.#symbols.get(name);
    if (known !== undefined) return known;
    const symbol = VARIABLE_FROM + this.#symbols.size;
    this.#symbols.set(name, symbol);
    return symbol;
  }
}

/** Every action there can be: a vendor, one colon and a name. */
export const ALL_ACTIONS: Symbols = [FIELD_RUN, 0x3a, FIELD_RUN];

/** Every resource name there can be. */
export const ALL_RESOURCES: Symbols = [ANY_RUN];

/** What a pattern in Action or NotAction covers; the case of actions is folded. */
export function actionSymbols(pattern: string): Symbols {
  return splitUnits(pattern.toLowerCase()).flatMap((character) => wildcard(character, false));
}

export interface ResourceReading {
  /** Whether `${..}` is a variable in the document. */
  readonly variables: boolean;
  readonly names: VariableNames;
}

const FIELDS = 6;

/** What a pattern in Resource or NotResource covers: no pattern, one, or two. */
export function resourceSymbols(pattern: string, reading: ResourceReading): readonly Symbols[] {
  if (/^\*+$/.test(pattern)) return [ALL_RESOURCES];
  const written = splitFields(pattern, reading.variables);
  const fields = written.map((field) => parseTemplate(field, reading.variables));
  const early = fields.slice(0, FIELDS - 1);
  // A variable before the sixth field makes the pattern match nothing.
  if (early.some((field) => field.some((part) => part.type !== "written"))) return [];
  // Such a pattern covers texts that are no ARNs, too.
  if (written.length >= FIELDS - 1 && comparesAsText(fields)) return [fieldwise(fields, reading.names)];
  // A name that is no ARN matches a pattern that is spelled like it.
  const asText = written.length < FIELDS || written[0] !== "arn" ? [codesOf(pattern)] : [];
  const [first = ""] = written;
  // Only texts that start with "arn:" are ARNs to the engine.
  if (!matchGlob(compileGlob(first), "arn")) return asText;
  return [fieldwise([parseTemplate("arn", false), ...fields.slice(1)], reading.names), ...asText];
}

// Whether the engine compares the pattern as one text, field by field having no meaning.
function comparesAsText(fields: readonly (readonly TemplatePart[])[]): boolean {
  const early = fields.slice(0, FIELDS - 1);
  if (early.some((field) => field.some((part) => /[*?]/.test(part.type === "variable" ? "" : part.text)))) {
    return false;
  }
  const last = fields[FIELDS - 1] ?? [];
  if (last.some((part) => part.type === "variable")) return false;
  const codes = last.flatMap((part) => partSymbols(part, false));
  const squeezed = codes.filter((code, index) => code !== ANY_RUN || codes[index - 1] !== ANY_RUN);
  const star = squeezed.indexOf(ANY_RUN);
  return !squeezed.includes(ANY_ONE) && (star < 0 || star === squeezed.length - 1);
}

function fieldwise(fields: readonly (readonly TemplatePart[])[], names: VariableNames): Symbols {
  const symbols: number[] = [];
  for (let index = 0; index < FIELDS; index++) {
    if (index > 0) symbols.push(0x3a);
    const inField = index < FIELDS - 1;
    const parts = fields[index];
    if (parts === undefined) symbols.push(inField ? FIELD_RUN : ANY_RUN);
    else symbols.push(...parts.flatMap((part) => partSymbols(part, inField, names)));
  }
  return symbols;
}

function partSymbols(part: TemplatePart, inField: boolean, names?: VariableNames): number[] {
  if (part.type === "variable") return names === undefined ? [ANY_RUN] : [names.symbolOf(part)];
  if (part.type === "escaped") return codesOf(part.text);
  return splitUnits(part.text).flatMap((unit) => wildcard(unit, inField));
}

function wildcard(character: string, inField: boolean): number[] {
  if (character === "*") return [inField ? FIELD_RUN : ANY_RUN];
  if (character === "?") return [inField ? FIELD_ONE : ANY_ONE];
  return codesOf(character);
}

function codesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

function splitUnits(text: string): string[] {
  return Array.from({ length: text.length }, (_, index) => text.charAt(index));
}

/** The pattern with each variable standing for any text: the most that it may cover. */
export function widest(symbols: Symbols): Symbols {
  return symbols.map((symbol) => (symbol >= VARIABLE_FROM ? ANY_RUN : symbol));
}
