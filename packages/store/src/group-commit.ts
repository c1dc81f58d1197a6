/**
 * Group commit: while one batch is being made durable the next gathers, so that one flush serves every
 * transaction that waits. After a failed flush nothing more is written and every waiter is refused, for
 * ever: whether a lost sequence number was durable is not known to the process that lost it.
 */
import type { CommitBatch, CommitLog, DocumentWrite, ItemWrite } from "./commit-log.ts";
import { StoreFailed } from "./errors.ts";
import type { WriteSet } from "./transaction.ts";

/** Bounds of a group commit, and what it tells. */
export interface GroupCommitOptions {
  /** How long a flush may take before the store counts as failed. */
  readonly stallMs: number;
  /** How many transactions may wait for a flush before new ones are refused. */
  readonly behindMax: number;
  /** Called with the topics of what has just become durable, in order, each once. */
  readonly onDurable: (topics: readonly string[]) => void;
  /** Called when a flush has failed, after its waiters were refused. */
  readonly onFailure: (cause: Error) => void;
}

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

interface Gathering {
  readonly documents: Map<string, DocumentWrite>;
  readonly items: ItemWrite[];
  readonly wishes: Set<string>;
  transactions: number;
}

/** The queue between transactions and the commit log. */
export class GroupCommit {
  readonly #log: CommitLog;
  readonly #options: GroupCommitOptions;
  /** Ranges of sequence numbers whose writes were lost or are in doubt, as (after, upTo]. */
  readonly #lost: { readonly after: number; readonly upTo: number; readonly cause: Error }[] = [];
  #waiters: Waiter[] = [];
  #gathering: Gathering = nothing();
  #flushing = false;
  #seq = 0;
  #durable = 0;
  #failure: Error | undefined;

  constructor(log: CommitLog, options: GroupCommitOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** The sequence number of the last transaction that changed anything. */
  get seq(): number {
    return this.#seq;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether nothing waits to become durable. */
  get idle(): boolean {
    return this.#seq === this.#durable;
  }

  /** Whether so many transactions wait that no more are taken. */
  get behind(): boolean {
    return this.#gathering.transactions >= this.#options.behindMax;
  }

  /** Starts (again) with everything up to `seq` durable. */
  start(seq: number): void {
    this.#seq = Math.max(seq, this.#seq + (this.#lost.length > 0 ? 1 : 0));
    this.#durable = this.#seq;
    this.#gathering = nothing();
    this.#failure = undefined;
  }

  /** Takes what a transaction changed; answers the sequence number that stands for everything it has seen. */
  add(writes: WriteSet): number {
    if (writes.documents.length === 0 && writes.items.length === 0 && writes.wishes.length === 0)
      return this.#seq;
    const gathering = this.#gathering;
    for (const write of writes.documents) gathering.documents.set(`${write.kind}\0${write.id}`, write);
    for (const item of writes.items) gathering.items.push(item);
    for (const topic of writes.wishes) gathering.wishes.add(topic);
    gathering.transactions += 1;
    this.#seq += 1;
    if (!this.#flushing) {
      this.#flushing = true;
      // Not at once: what else this turn of the event loop commits goes into the same flush.
      setImmediate(() => void this.#flushAll());
    }
    return this.#seq;
  }

  /** Resolves once everything up to `seq` is durable. */
  settled(seq: number): Promise<void> {
    const lost = this.#lost.find((range) => seq > range.after && seq <= range.upTo);
    if (lost !== undefined) return Promise.reject(failed(lost.cause));
    if (seq <= this.#durable) return Promise.resolve();
    if (seq > this.#seq) return Promise.reject(new RangeError(`No transaction has the number ${seq} yet.`));
    return new Promise((resolve, reject) => this.#waiters.push({ seq, resolve, reject }));
  }

  #fail(cause: Error): void {
    this.#failure = cause;
    this.#lost.push({ after: this.#durable, upTo: this.#seq, cause });
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(failed(cause));
    this.#options.onFailure(cause);
  }

  async #flushAll(): Promise<void> {
    while (this.#failure === undefined && this.#gathering.transactions > 0) {
      const gathering = this.#gathering;
      const seq = this.#seq;
      this.#gathering = nothing();
      try {
        // oxlint-disable-next-line no-await-in-loop -- batches become durable one after the other
        await this.#flush({ seq, documents: [...gathering.documents.values()], items: gathering.items });
      } catch (cause) {
        this.#fail(cause instanceof Error ? cause : new Error(String(cause)));
        break;
      }
      this.#release(seq);
      this.#options.onDurable([...gathering.wishes]);
    }
    this.#flushing = false;
  }

  /** One write to the log; a log that does not answer in time counts as failed, whatever it does later. */
  async #flush(batch: CommitBatch): Promise<void> {
    if (batch.documents.length === 0 && batch.items.length === 0) return;
    const { stallMs } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const stalled = () => reject(new Error(`The log has not answered for ${stallMs} ms.`));
      const timer = setTimeout(stalled, stallMs);
      this.#log
        .append(batch)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  #release(seq: number): void {
    this.#durable = seq;
    const settled = this.#waiters.filter((waiter) => waiter.seq <= seq);
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > seq);
    for (const waiter of settled) waiter.resolve();
  }
}

function nothing(): Gathering {
  return { documents: new Map(), items: [], wishes: new Set(), transactions: 0 };
}

function failed(cause: Error): StoreFailed {
  return new StoreFailed("The store could not make a write durable.", { cause });
}
