// Runs tasks of one key one after another; tasks of different keys run side by side.

/** Tasks given the same key never overlap; a failed task does not stop the next. */
export class SerialQueue<Key> {
  private readonly tails = new Map<Key, Promise<unknown>>();

  run<Result>(key: Key, task: () => Promise<Result>): Promise<Result> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(task, task);
    const tail = result.catch(() => {});
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    return result;
  }

  /** Resolves when everything that was queued until now has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.tails.values());
  }
}
