// Repeatable randomness for tests: the same seed gives the same numbers on every machine.

/** A generator of numbers from 0 up to 1, by Tommy Ettinger's mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One item of a list that is not empty. */
export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

/** One to `most` items, with repetitions. */
export function pickSome<Item>(random: () => number, items: readonly Item[], most: number): Item[] {
  const count = 1 + Math.floor(random() * most);
  return Array.from({ length: count }, () => pick(random, items));
}
