/**
 * One synchronous transaction over the rows in memory: reads, writes with an undo log, savepoints, and the
 * write set that goes to the commit log. It knows nothing of when that becomes durable.
 */
import type { AnyAppendTable, AppendTable } from "./append-table.ts";
import type { AnyCollection, Collection } from "./collection.ts";
import type { CollectionRows } from "./collection-rows.ts";
import type { DocumentWrite, ItemWrite } from "./commit-log.ts";
import { StoreMisuse } from "./errors.ts";
import { freezeRow } from "./freeze-row.ts";

/** Reading, as of now. Rows are immutable values: they are never changed, only replaced. */
export interface ReadTx {
  /** The row of a key. */
  get<Row extends object>(collection: Collection<Row>, key: string): Row | undefined;
  /** The rows an index holds under a value, in key order; costs no more than its result. */
  by<Row extends object, Index extends string>(
    collection: Collection<Row, Index>,
    index: NoInfer<Index>,
    value: string,
  ): readonly Row[];
  /** All rows in key order, as of the call; rows deleted while it runs are left out. */
  scan<Row extends object>(collection: Collection<Row>): IterableIterator<Row>;
  /** How many rows there are. */
  count(collection: AnyCollection): number;
}

/** Reading and writing; usable only until the function it was given to returns. */
export interface Tx extends ReadTx {
  /** Inserts, or replaces the row of the same key. */
  put<Row extends object>(collection: Collection<Row>, row: NoInfer<Row>): void;
  /** Removes a row; answers whether it was there. */
  delete(collection: AnyCollection, key: string): boolean;
  /** Appends an item, written in the same commit as the rows. */
  append<Item extends object>(table: AppendTable<Item>, item: NoInfer<Item>): void;
  /**
   * Wakes the listeners of a topic once the commit is durable. A hint: it is not stored and may be lost in
   * a crash.
   */
  wish(topic: string): void;
  /** A savepoint: when `fn` throws, its rows, items and wishes are undone and the error goes on. */
  attempt<T>(fn: () => T): T;
}

/** What a transaction reads and writes: the rows of every collection of the store, and its tables. */
export interface CellState {
  readonly collections: ReadonlyMap<AnyCollection, CollectionRows>;
  readonly tables: ReadonlySet<AnyAppendTable>;
}

/** What a transaction changed. */
export interface WriteSet {
  readonly documents: readonly DocumentWrite[];
  readonly items: readonly ItemWrite[];
  readonly wishes: readonly string[];
}

interface Undo {
  readonly rows: CollectionRows;
  readonly key: string;
  readonly before: object | undefined;
}

interface PendingItem extends Omit<ItemWrite, "json"> {
  readonly item: object;
}

/** The transaction that `store.transaction` hands out. */
export class Transaction implements Tx {
  readonly #state: CellState;
  readonly #freeze: boolean;
  readonly #undo: Undo[] = [];
  readonly #items: PendingItem[] = [];
  readonly #wishes: string[] = [];
  #open = true;

  constructor(state: CellState, freeze: boolean) {
    this.#state = state;
    this.#freeze = freeze;
  }

  get<Row extends object>(collection: Collection<Row>, key: string): Row | undefined {
    return this.#rowsOf(collection).get(key) as Row | undefined;
  }

  by<Row extends object, Index extends string>(
    collection: Collection<Row, Index>,
    index: NoInfer<Index>,
    value: string,
  ): readonly Row[] {
    const found = this.#rowsOf(collection).by(index, value);
    if (found === undefined) throw new StoreMisuse(`${collection.kind} has no index ${index}.`);
    return found as Row[];
  }

  *scan<Row extends object>(collection: Collection<Row>): IterableIterator<Row> {
    const rows = this.#rowsOf(collection);
    for (const key of rows.keys()) {
      this.#mustBeOpen();
      const row = rows.get(key);
      if (row !== undefined) yield row as Row;
    }
  }

  count(collection: AnyCollection): number {
    return this.#rowsOf(collection).count;
  }

  put<Row extends object>(collection: Collection<Row>, row: NoInfer<Row>): void {
    const rows = this.#rowsOf(collection);
    const key = rows.keyOf(row);
    checkText(key, `The key of a row of ${collection.kind}`);
    if (this.#freeze) freezeRow(row, collection.kind);
    this.#set(rows, key, row);
  }

  delete(collection: AnyCollection, key: string): boolean {
    const rows = this.#rowsOf(collection);
    if (rows.get(key) === undefined) return false;
    this.#set(rows, key, undefined);
    return true;
  }

  append<Item extends object>(table: AppendTable<Item>, item: NoInfer<Item>): void {
    this.#mustBeOpen();
    if (!this.#state.tables.has(table)) throw new StoreMisuse(`The store has no table ${table.kind}.`);
    const at = table.at(item);
    if (!Number.isSafeInteger(at)) throw new StoreMisuse(`An item of ${table.kind} has no whole time.`);
    if (this.#freeze) freezeRow(item, table.kind);
    const keys = [...new Set(table.keys(item))];
    const account = table.account(item);
    const what = `A key of an item of ${table.kind}`;
    for (const text of keys) checkText(text, what);
    checkText(account, what);
    this.#items.push({ kind: table.kind, at, account, keys, item });
  }

  wish(topic: string): void {
    this.#mustBeOpen();
    if (!this.#wishes.includes(topic)) this.#wishes.push(topic);
  }

  attempt<T>(fn: () => T): T {
    this.#mustBeOpen();
    const mark = { undo: this.#undo.length, items: this.#items.length, wishes: this.#wishes.length };
    try {
      return refusePromise(fn());
    } catch (cause) {
      this.#rollBackTo(mark);
      throw cause;
    }
  }

  /** Undoes everything and ends the transaction. */
  abandon(): void {
    this.#rollBackTo({ undo: 0, items: 0, wishes: 0 });
    this.#open = false;
  }

  /**
   * Ends the transaction with what it changed, as JSON; when a row cannot be written as JSON it is still
   * open.
   */
  finish(): WriteSet {
    const written = {
      documents: this.#documents(),
      items: this.#items.map(({ kind, at, account, keys, item }) => {
        return { kind, at, account, keys, json: JSON.stringify(item) };
      }),
      wishes: this.#wishes,
    };
    this.#open = false;
    return written;
  }

  #documents(): DocumentWrite[] {
    const seen = new Map<CollectionRows, Set<string>>();
    const documents: DocumentWrite[] = [];
    for (const { rows, key, before } of this.#undo) {
      let keys = seen.get(rows);
      if (keys === undefined) seen.set(rows, (keys = new Set()));
      if (keys.has(key)) continue;
      keys.add(key);
      const row = rows.get(key);
      if (row === before) continue;
      const json = row === undefined ? null : JSON.stringify(row);
      documents.push({ kind: rows.definition.kind, id: key, version: rows.definition.version, json });
    }
    return documents;
  }

  #set(rows: CollectionRows, key: string, row: object | undefined): void {
    const before = rows.set(key, row);
    this.#undo.push({ rows, key, before });
  }

  #rollBackTo(mark: { readonly undo: number; readonly items: number; readonly wishes: number }): void {
    while (this.#undo.length > mark.undo) {
      const { rows, key, before } = this.#undo.pop() as Undo;
      rows.set(key, before);
    }
    this.#items.length = mark.items;
    this.#wishes.length = mark.wishes;
  }

  #rowsOf(collection: AnyCollection): CollectionRows {
    this.#mustBeOpen();
    const rows = this.#state.collections.get(collection);
    if (rows === undefined) throw new StoreMisuse(`The store has no collection ${collection.kind}.`);
    return rows;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new StoreMisuse("The transaction is over.");
  }
}

/** The longest key of a row or an item, in UTF-16 code units. */
export const keyLengthMax = 1024;

const unpaired = /\p{Surrogate}/u;

/**
 * Refuses keys that a log could not give back as they were: empty, overlong, or with an unpaired surrogate.
 */
function checkText(text: string, what: string): void {
  if (typeof text !== "string" || text === "" || text.length > keyLengthMax || unpaired.test(text)) {
    throw new StoreMisuse(`${what} must be 1 to ${keyLengthMax} characters of well-formed text.`);
  }
}

/**
 * Lets a value through unless it is a promise, whose work would run after the transaction is over.
 * @throws StoreMisuse
 */
export function refusePromise<T>(value: T): T {
  if (typeof value !== "object" || value === null || !("then" in value)) return value;
  if (value instanceof Promise) value.catch(() => undefined);
  throw new StoreMisuse("A transaction is synchronous: its function must not answer a promise.");
}
