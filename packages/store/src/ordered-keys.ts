/**
 * A set of strings that is always in order (by UTF-16 code unit). Insertion and removal move memory within one array,
 * which for the sizes a cell holds is cheaper than a tree; reading is a copy.
 */
export class OrderedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** The keys in order; the caller must not keep it across a change. */
  get inOrder(): readonly string[] {
    return this.#keys;
  }

  /** Adds a key; adding one that is there changes nothing. */
  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || last < key) {
      this.#keys.push(key);
      return;
    }
    const place = this.#place(key);
    if (this.#keys[place] !== key) this.#keys.splice(place, 0, key);
  }

  /** Removes a key; removing one that is not there changes nothing. */
  remove(key: string): void {
    const place = this.#place(key);
    if (this.#keys[place] === key) this.#keys.splice(place, 1);
  }

  /** The first place whose key is not below `key`. */
  #place(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
