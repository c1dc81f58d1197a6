/** Random choices that a seed repeats; for tests only. */

/** A source of random choices. */
export interface SeededRandom {
  /** A whole number from low to high, both included. */
  readonly between: (low: number, high: number) => number;
  /** One of the given values. */
  readonly pick: <T>(values: readonly T[]) => T;
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
  /** Some of the given values, in their order. */
  readonly some: <T>(values: readonly T[], probability: number) => T[];
}

/** Makes a source of random choices from a seed (mulberry32). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error("nothing to pick from");
      return value;
    },
    chance: (probability) => next() < probability,
    some: (values, probability) => values.filter(() => next() < probability),
  };
}
