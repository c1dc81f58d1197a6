/**
 * A set of strings that is always in order (by UTF-16 code unit): a row of short ordered runs, so that an
 * insertion moves at most one run's keys however many there are.
 */
export class OrderedKeys {
  readonly #runs: string[][] = [[]];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The keys in order, as of now. */
  inOrder(): string[] {
    return this.#runs.length === 1 ? this.#first.slice() : this.#runs.flat();
  }

  /** Adds a key; adding one that is there changes nothing. */
  add(key: string): void {
    const at = this.#runOf(key);
    const run = this.#runs[at] ?? this.#first;
    const last = run.at(-1);
    if (last === undefined || last < key) {
      run.push(key);
    } else {
      const place = placeOf(run, key);
      if (run[place] === key) return;
      run.splice(place, 0, key);
    }
    this.#size += 1;
    if (run.length > runLengthMax) this.#runs.splice(at + 1, 0, run.splice(runLengthMax / 2));
  }

  /** Removes a key; removing one that is not there changes nothing. */
  remove(key: string): void {
    const at = this.#runOf(key);
    const run = this.#runs[at] ?? this.#first;
    const place = placeOf(run, key);
    if (run[place] !== key) return;
    run.splice(place, 1);
    this.#size -= 1;
    if (run.length === 0 && this.#runs.length > 1) this.#runs.splice(at, 1);
  }

  get #first(): string[] {
    return this.#runs[0] as string[];
  }

  /** The place of the last run that begins at or below the key; the first when none does. */
  #runOf(key: string): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#runs[middle]?.[0];
      if (start !== undefined && start <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

const runLengthMax = 512;

/** The first place whose key is not below `key`. */
function placeOf(run: readonly string[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
