// Walks all texts of a language at once and tells, for each kind of text in it, which other patterns cover
// it. This is what containment and intersection of policies are decided by.

import type { Budget } from "./budget.ts";
import { FIELD_ONE, FIELD_RUN, VARIABLE_FROM, widest } from "./pattern-language.ts";
import type { Symbols } from "./pattern-language.ts";
import { ANY_ONE, ANY_RUN } from "../glob.ts";

/**
 * A pattern that texts are tested against. An `exact` one covers a text for certain or not; a `widest` one
 * covers whatever it covers for some value of the variables.
 */
export interface TestedPattern {
  readonly symbols: Symbols;
  readonly reading: "exact" | "widest";
}

const COLON = 0x3a;

/** Stands for every character that no pattern spells out; it equals no symbol. */
const OTHER = -100;

/** Symbols that are laid out in the time of one step. */
const SYMBOLS_PER_STEP = 16;

interface Recognizer {
  readonly symbols: Symbols;
  readonly widest: boolean;
  /** The number of its first position among the positions of all recognizers. */
  readonly offset: number;
}

/**
 * The distinct sets of tested patterns, by their index, that cover some text of the languages; undefined when
 * the budget is spent.
 */
export function coveredSets(
  languages: readonly Symbols[],
  tested: readonly TestedPattern[],
  budget: Budget,
): readonly ReadonlySet<number>[] | undefined {
  const found = new Map<string, ReadonlySet<number>>();
  const walk = new Walk(tested);
  budget.steps -= Math.ceil(walk.positions / SYMBOLS_PER_STEP);
  for (const language of languages) {
    budget.steps -= tested.length + language.length;
    if (budget.steps < 0 || !walk.run(language, found, budget)) return undefined;
  }
  return [...found.values()];
}

class Walk {
  readonly #tested: readonly Recognizer[];
  /** The tested pattern of each position; the positions after them are the language's. */
  readonly #owners: number[] = [];
  #language: Symbols = [];

  constructor(tested: readonly TestedPattern[]) {
    this.#tested = tested.map(({ symbols, reading }, index) => {
      const wide = reading === "widest";
      const offset = this.#owners.length;
      for (let position = 0; position <= symbols.length; position++) this.#owners.push(index);
      return { symbols: wide ? widest(symbols) : symbols, widest: wide, offset };
    });
  }

  get positions(): number {
    return this.#owners.length;
  }

  /** Adds what covers the texts of one language; false when the budget is spent. */
  run(language: Symbols, found: Map<string, ReadonlySet<number>>, budget: Budget): boolean {
    this.#language = language;
    const first = this.#closed([...this.#tested.map(({ offset }) => offset), this.positions]);
    const seen = new Set<string>([first.join()]);
    const open: (readonly number[])[] = [first];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      const accepted = this.#accepted(state);
      if (accepted !== undefined) found.set([...accepted].join(), accepted);
      for (const letter of this.#letters(state)) {
        budget.steps -= state.length;
        if (budget.steps < 0) return false;
        const next = this.#step(state, letter);
        // Texts outside the language are of no interest.
        if ((next.at(-1) ?? -1) < this.positions) continue;
        const key = next.join();
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
    }
    return true;
  }

  // The tested patterns that end here, or undefined when the language does not.
  #accepted(state: readonly number[]): Set<number> | undefined {
    if (state.at(-1) !== this.positions + this.#language.length) return undefined;
    const accepted = new Set<number>();
    for (const position of state) {
      const owner = this.#owners[position];
      const recognizer = owner === undefined ? undefined : this.#tested[owner];
      if (owner === undefined || recognizer === undefined) break;
      if (position === recognizer.offset + recognizer.symbols.length) accepted.add(owner);
    }
    return accepted;
  }

  #symbolAt(position: number): number | undefined {
    const owner = this.#owners[position];
    if (owner === undefined) return this.#language[position - this.positions];
    const recognizer = this.#tested[owner];
    return recognizer?.symbols[position - recognizer.offset];
  }

  // The characters that tell the patterns apart. Where the language goes on with fixed ones, only those.
  #letters(state: readonly number[]): Set<number> {
    const fixed = new Set<number>();
    let open = false;
    for (let index = state.length - 1; (state[index] ?? -1) >= this.positions; index--) {
      const symbol = this.#symbolAt(state[index] ?? 0);
      if (symbol === undefined) continue;
      if (symbol >= 0) fixed.add(symbol);
      else open = true;
    }
    if (!open) return fixed;
    fixed.add(OTHER).add(COLON);
    for (const position of state) {
      const symbol = this.#symbolAt(position);
      // Only the language itself puts a variable into a text.
      if (symbol !== undefined && symbol >= 0 && symbol < VARIABLE_FROM) fixed.add(symbol);
    }
    return fixed;
  }

  #step(state: readonly number[], letter: number): readonly number[] {
    const next: number[] = [];
    for (const position of state) {
      const owner = this.#owners[position];
      const recognizer = owner === undefined ? undefined : this.#tested[owner];
      const symbol = this.#symbolAt(position);
      if (letter >= VARIABLE_FROM && recognizer?.widest === true) {
        // The value of the variable may be any text at all.
        const end = recognizer.offset + recognizer.symbols.length;
        for (let reached = position; reached <= end; reached++) next.push(reached);
      } else if (symbol !== undefined && covers(symbol, letter)) {
        // The language's own wildcards stand for characters, never for a variable.
        const allowed = letter < VARIABLE_FROM || recognizer !== undefined || symbol === letter;
        if (allowed) next.push(isRun(symbol) ? position : position + 1);
      }
    }
    return this.#closed(next);
  }

  // A run may be empty, so that the position after it is reached without a character.
  #closed(positions: readonly number[]): readonly number[] {
    const closed = new Set<number>();
    for (let position of positions) {
      closed.add(position);
      while (isRun(this.#symbolAt(position))) closed.add(++position);
    }
    return [...closed].toSorted((left, right) => left - right);
  }
}

function isRun(symbol: number | undefined): boolean {
  return symbol === ANY_RUN || symbol === FIELD_RUN;
}

function covers(symbol: number, letter: number): boolean {
  switch (symbol) {
    case ANY_RUN:
      return true;
    case FIELD_RUN:
    case FIELD_ONE:
      return letter !== COLON && letter < VARIABLE_FROM;
    case ANY_ONE:
      return letter < VARIABLE_FROM;
    default:
      return symbol === letter;
  }
}
