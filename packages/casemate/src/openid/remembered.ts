/**
 * Answers from outside, kept for a while: one question is under way once however many ask it, an answer is
 * good for its time, and there are never more of either than a bound.
 */

/** How long and how much is kept. */
export interface MemoryBounds {
  readonly entriesMax: number;
  readonly underWayMax: number;
  readonly clock: () => number;
}

interface Entry<Answer> {
  readonly answer: Answer | undefined;
  /** When the answer was given. */
  readonly at: number;
  readonly pending: Promise<void> | undefined;
}

/** An answer with its age in milliseconds. */
export interface RememberedAnswer<Answer> {
  readonly answer: Answer;
  readonly ageMs: number;
}

/** A memory of answers by key; asking never rejects. */
export class Remembered<Answer> {
  readonly #entries = new Map<string, Entry<Answer>>();
  readonly #bounds: MemoryBounds;
  #underWay = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
  }

  /** What is known; undefined when nothing is. */
  find(key: string): RememberedAnswer<Answer> | undefined {
    const entry = this.#entries.get(key);
    if (entry?.answer === undefined) return undefined;
    return { answer: entry.answer, ageMs: this.#bounds.clock() - entry.at };
  }

  /** Asks, or joins who is asking; undefined when too much is under way already. */
  ask(key: string, fetch: () => Promise<Answer>): Promise<void> | undefined {
    const known = this.#entries.get(key);
    if (known?.pending !== undefined) return known.pending;
    if (this.#underWay >= this.#bounds.underWayMax) return undefined;
    this.#underWay += 1;
    const pending = fetch()
      .then((answer) => this.#put(key, { answer, at: this.#bounds.clock(), pending: undefined }))
      .catch(() => this.#entries.delete(key))
      .then(() => {
        this.#underWay -= 1;
      });
    this.#put(key, { answer: known?.answer, at: known?.at ?? 0, pending });
    return pending;
  }

  /** The entry that was put first goes first; one under way is only forgotten by name. */
  #put(key: string, entry: Entry<Answer>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#bounds.entriesMax) break;
      this.#entries.delete(oldest);
    }
  }
}
