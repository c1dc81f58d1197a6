/**
 * The store of a cell: typed collections in memory, changed by synchronous transactions, made durable by a
 * commit log. What a failed log leaves behind is never served: the store stops until it is loaded again.
 */
import type { AnyAppendTable, AppendTable, TablePage, TableQuery } from "./append-table.ts";
import { queryLimitMax } from "./append-table.ts";
import type { AnyCollection } from "./collection.ts";
import type { CommitLog } from "./commit-log.ts";
import { StoreFailed, StoreMisuse } from "./errors.ts";
import { GroupCommit } from "./group-commit.ts";
import { itemPositionOf, textOfPosition } from "./item-position.ts";
import { loadState } from "./load-state.ts";
import type { CellState, ReadTx, Tx } from "./transaction.ts";
import { refusePromise, Transaction } from "./transaction.ts";

/** A store of typed rows; see the methods for what each promises. */
export interface Store {
  /**
   * Runs `fn` to its end at once; a throw undoes everything it did. `seq` stands for all that it saw and
   * wrote.
   */
  transaction<T>(fn: (tx: Tx) => T): { readonly value: T; readonly seq: number };
  /**
   * Runs `fn` on the rows as they are; before its answer leaves the process, wait for `settled(store.seq)`.
   */
  read<T>(fn: (tx: ReadTx) => T): T;
  /** Resolves when every write that could have been seen up to `seq` is durable. @throws StoreFailed */
  settled(seq: number): Promise<void>;
  /** The number of the last transaction that changed anything. */
  readonly seq: number;
  /** Durable items of an append-only table, in order of time; `next` of the answer goes into `after`. */
  query<Item extends object>(table: AppendTable<Item>, query: TableQuery): Promise<TablePage<Item>>;
  /** Removes up to `limit` items of a table older than `before` (epoch ms); answers how many. */
  trim(table: AnyAppendTable, before: number, limit: number): Promise<number>;
  /** Calls `listener` after every commit that wished for the topic is durable; answers how to stop. */
  onWish(topic: string, listener: () => void): () => void;
  health(): { readonly state: "open" | "failed" | "closed" };
  /** Reads everything again from the log; a failed store is open again afterwards. */
  reload(): Promise<void>;
  /** Makes durable what is pending and lets go of the log. */
  close(): Promise<void>;
}

/** What a store is made of. */
export interface StoreOptions {
  readonly collections: readonly AnyCollection[];
  readonly tables: readonly AnyAppendTable[];
  readonly log: CommitLog;
  /** Tests: rows are frozen to their depth and must be what JSON gives back. */
  readonly freeze?: boolean | undefined;
  /** How long a flush may take before the store counts as failed; 30 s when not given. */
  readonly stallMs?: number | undefined;
  /** How many transactions may wait for a flush before new ones are refused; 10,000 when not given. */
  readonly behindMax?: number | undefined;
  /** Called once per failure of the log that stops the store; whoever opened it decides when to reload. */
  readonly onFailure?: ((cause: Error) => void) | undefined;
}

/**
 * Opens a store on a log and loads its rows.
 * @throws StoreNewer, StoreCorrupt, StoreLocked, StoreMisuse
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = new LoggedStore(options);
  try {
    await store.reload();
  } catch (cause) {
    await options.log.close().catch(() => undefined);
    throw cause;
  }
  return store;
}

type State = ReturnType<Store["health"]>["state"];

class LoggedStore implements Store {
  readonly #options: StoreOptions;
  readonly #commits: GroupCommit;
  readonly #listeners = new Map<string, Set<() => void>>();
  #cell: CellState = { collections: new Map(), tables: new Set() };
  #state: State = "failed";
  #active = false;
  #reloading: Promise<void> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#commits = new GroupCommit(options.log, {
      stallMs: options.stallMs ?? 30_000,
      behindMax: options.behindMax ?? 10_000,
      onDurable: (topics) => this.#deliver(topics),
      onFailure: (cause) => options.onFailure?.(cause),
    });
  }

  get seq(): number {
    return this.#commits.seq;
  }

  transaction<T>(fn: (tx: Tx) => T): { readonly value: T; readonly seq: number } {
    this.#mustServe();
    if (this.#commits.behind) throw new StoreFailed("Too many transactions wait for the log.");
    return this.#run((tx) => {
      const value = refusePromise(fn(tx));
      return { value, seq: this.#commits.add(tx.finish()) };
    });
  }

  read<T>(fn: (tx: ReadTx) => T): T {
    return this.#run((tx) => {
      const value = refusePromise(fn(tx));
      tx.abandon();
      return value;
    });
  }

  settled(seq: number): Promise<void> {
    return this.#commits.settled(seq);
  }

  async query<Item extends object>(table: AppendTable<Item>, query: TableQuery): Promise<TablePage<Item>> {
    this.#mustServe();
    this.#mustKnow(table);
    const { limit, newestFirst = false, after, ...rest } = query;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > queryLimitMax) {
      throw new StoreMisuse(`A query is for 1 to ${queryLimitMax} items, not ${limit}.`);
    }
    const position = after === undefined ? undefined : itemPositionOf(after);
    const found = await this.#options.log.query({
      ...rest,
      kind: table.kind,
      limit,
      newestFirst,
      after: position,
    });
    const last = found.length < limit ? undefined : found.at(-1);
    const items = found.map((item) => JSON.parse(item.json) as Item);
    return Object.assign(items, { next: last === undefined ? undefined : textOfPosition(last) });
  }

  async trim(table: AnyAppendTable, before: number, limit: number): Promise<number> {
    this.#mustServe();
    this.#mustKnow(table);
    return this.#options.log.trim(table.kind, before, limit);
  }

  onWish(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  health(): { readonly state: "open" | "failed" | "closed" } {
    if (this.#state === "open" && this.#commits.failure !== undefined) return { state: "failed" };
    return { state: this.#state };
  }

  reload(): Promise<void> {
    this.#reloading ??= this.#reload().finally(() => (this.#reloading = undefined));
    return this.#reloading;
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const pending = this.health().state === "open" ? this.settled(this.seq) : this.#reloading;
    this.#state = "closed";
    try {
      await pending;
    } finally {
      await this.#options.log.close();
    }
  }

  async #reload(): Promise<void> {
    while (this.health().state === "open" && !this.#commits.idle) await this.settled(this.seq);
    if (this.#state === "closed") throw new StoreFailed("The store is closed.");
    this.#state = "failed";
    const { cell, seq } = await loadState(this.#options);
    // Closing may have come in between.
    if (this.health().state === "closed") throw new StoreFailed("The store is closed.");
    this.#cell = cell;
    this.#commits.start(seq);
    this.#state = "open";
  }

  #run<T>(work: (tx: Transaction) => T): T {
    this.#mustServe();
    if (this.#active) throw new StoreMisuse("A transaction is running already; transactions do not nest.");
    const tx = new Transaction(this.#cell, this.#options.freeze ?? false);
    this.#active = true;
    try {
      return work(tx);
    } catch (cause) {
      tx.abandon();
      throw cause;
    } finally {
      this.#active = false;
    }
  }

  #mustServe(): void {
    if (this.#state === "closed") throw new StoreFailed("The store is closed.");
    const cause = this.#commits.failure;
    if (this.#state !== "open" || cause !== undefined)
      throw new StoreFailed("The store has stopped.", { cause });
  }

  #mustKnow(table: AnyAppendTable): void {
    if (!this.#cell.tables.has(table)) throw new StoreMisuse(`The store has no table ${table.kind}.`);
  }

  #deliver(topics: readonly string[]): void {
    for (const topic of topics) {
      for (const listener of this.#listeners.get(topic) ?? []) {
        try {
          listener();
        } catch (cause) {
          // A listener's error is its own; it surfaces as an uncaught exception and stops no commit.
          queueMicrotask(() => {
            throw cause;
          });
        }
      }
    }
  }
}
