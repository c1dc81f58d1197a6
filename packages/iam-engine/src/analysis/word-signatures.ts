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

interface Recognizer {
  readonly symbols: Symbols;
  readonly widest: boolean;
  /** The number of its first position among the positions of all recognizers. */
  readonly offset: number;
}

/**
 * The distinct sets of tested patterns, by their index, that cover some text of the language; undefined when
 * the budget is spent.
 */
export function coveredSets(
  language: Symbols,
  tested: readonly TestedPattern[],
  budget: Budget,
): readonly ReadonlySet<number>[] | undefined {
  return new Walk(language, tested).run(budget);
}

class Walk {
  readonly #recognizers: readonly Recognizer[];
  /** Recognizer of each position. */
  readonly #owners: number[] = [];

  constructor(language: Symbols, tested: readonly TestedPattern[]) {
    const recognizers: Recognizer[] = [];
    const all = [{ symbols: language, reading: "exact" } as const, ...tested];
    for (const [index, { symbols, reading }] of all.entries()) {
      const wide = reading === "widest";
      recognizers.push({
        symbols: wide ? widest(symbols) : symbols,
        widest: wide,
        offset: this.#owners.length,
      });
      for (let position = 0; position <= symbols.length; position++) this.#owners.push(index);
    }
    this.#recognizers = recognizers;
  }

  run(budget: Budget): readonly ReadonlySet<number>[] | undefined {
    const found = new Map<string, ReadonlySet<number>>();
    const start = this.#closed(this.#recognizers.map(({ offset }) => offset));
    const seen = new Set<string>([start.join()]);
    const open: (readonly number[])[] = [start];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      const accepted = this.#accepted(state);
      if (accepted !== undefined) found.set([...accepted].join(), accepted);
      for (const letter of this.#letters(state)) {
        budget.steps -= state.length;
        if (budget.steps < 0) return undefined;
        const next = this.#step(state, letter);
        // Texts outside the language are of no interest.
        if (this.#owners[next[0] ?? 0] !== 0 || next.length === 0) continue;
        const key = next.join();
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
    }
    return [...found.values()];
  }

  // The tested patterns that end here, or undefined when the language does not.
  #accepted(state: readonly number[]): Set<number> | undefined {
    const accepted = new Set<number>();
    let inLanguage = false;
    for (const position of state) {
      const owner = this.#owners[position] ?? 0;
      const recognizer = this.#recognizers[owner];
      if (recognizer === undefined || position !== recognizer.offset + recognizer.symbols.length) continue;
      if (owner === 0) inLanguage = true;
      else accepted.add(owner - 1);
    }
    return inLanguage ? accepted : undefined;
  }

  #symbolAt(position: number): number | undefined {
    const recognizer = this.#recognizers[this.#owners[position] ?? 0];
    return recognizer?.symbols[position - recognizer.offset];
  }

  #letters(state: readonly number[]): Set<number> {
    const letters = new Set<number>([OTHER]);
    for (const position of state) {
      const symbol = this.#symbolAt(position);
      if (symbol === undefined) continue;
      // Only the language itself puts a variable into a text.
      if (symbol >= VARIABLE_FROM && this.#owners[position] !== 0) continue;
      if (symbol >= 0) letters.add(symbol);
      else if (symbol === FIELD_RUN || symbol === FIELD_ONE) letters.add(COLON);
    }
    return letters;
  }

  #step(state: readonly number[], letter: number): readonly number[] {
    const next: number[] = [];
    for (const position of state) {
      const recognizer = this.#recognizers[this.#owners[position] ?? 0];
      const symbol = this.#symbolAt(position);
      if (recognizer === undefined) continue;
      if (letter >= VARIABLE_FROM && recognizer.widest) {
        // The value of the variable may be any text at all.
        const end = recognizer.offset + recognizer.symbols.length;
        for (let reached = position; reached <= end; reached++) next.push(reached);
      } else if (symbol !== undefined) {
        // The language's own wildcards stand for characters, never for a variable.
        const plain = letter < VARIABLE_FROM || recognizer.offset !== 0;
        if (plain && isRun(symbol) && covers(symbol, letter)) next.push(position);
        else if (!isRun(symbol) && (plain || symbol === letter) && covers(symbol, letter))
          next.push(position + 1);
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
