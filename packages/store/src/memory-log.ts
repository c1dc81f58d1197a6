/**
 * The commit log of tests and of daemons without a data directory: durable for as long as the log itself
 * lives, so a second store opened on it finds what the first one wrote.
 */
import type {
  CommitBatch,
  CommitLog,
  DocumentWrite,
  ItemQuery,
  LoadedLog,
  StoredItem,
} from "./commit-log.ts";
import type { ItemWrite, StoredDocument } from "./commit-log.ts";
import { StoreLocked } from "./errors.ts";

interface MemoryItem extends ItemWrite {
  readonly ordinal: number;
}

/** Bounds of a memory log. */
export interface MemoryLogOptions {
  /** How many items a table keeps; the oldest go first. 100,000 when not given. */
  readonly itemsMax?: number | undefined;
}

/** A commit log in memory. */
export function memoryLog(options: MemoryLogOptions = {}): CommitLog {
  return new MemoryLog(options.itemsMax ?? 100_000);
}

class MemoryLog implements CommitLog {
  readonly #itemsMax: number;
  readonly #documents = new Map<string, StoredDocument>();
  readonly #tables = new Map<string, MemoryTable>();
  #seq = 0;
  #open = false;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  async load(
    tables: readonly string[],
    receive: (documents: readonly StoredDocument[]) => void,
  ): Promise<LoadedLog> {
    this.#open = true;
    const found = [...this.#tables].filter(([, table]) => table.size > 0).map(([kind]) => kind);
    for (const kind of tables)
      if (!this.#tables.has(kind)) this.#tables.set(kind, new MemoryTable(this.#itemsMax));
    receive([...this.#documents.values()]);
    return { seq: this.#seq, tables: found };
  }

  async append(batch: CommitBatch): Promise<void> {
    this.#mustBeOpen();
    if (batch.seq <= this.#seq)
      throw new StoreLocked(`The log is past sequence number ${batch.seq} already.`);
    // Every table is looked up before anything is written: a batch goes in whole or not at all.
    for (const { kind } of batch.items) this.#table(kind);
    for (const write of batch.documents) this.#write(write);
    for (const item of batch.items) this.#table(item.kind).add(item);
    this.#seq = batch.seq;
  }

  async query(query: ItemQuery): Promise<readonly StoredItem[]> {
    this.#mustBeOpen();
    return this.#table(query.kind).query(query);
  }

  async trim(kind: string, before: number, limit: number): Promise<number> {
    this.#mustBeOpen();
    return this.#table(kind).trim(before, limit);
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #write({ kind, id, version, json }: DocumentWrite): void {
    const place = `${kind}\0${id}`;
    if (json === null) this.#documents.delete(place);
    else this.#documents.set(place, { kind, id, version, json });
  }

  #table(kind: string): MemoryTable {
    const table = this.#tables.get(kind);
    if (table === undefined) throw new Error(`The log has no table ${kind}.`);
    return table;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new StoreLocked("The log is closed.");
  }
}

/** The items of one table in order of (at, ordinal), and the same by key. */
class MemoryTable {
  readonly #itemsMax: number;
  #items: MemoryItem[] = [];
  readonly #byKey = new Map<string, MemoryItem[]>();
  #next = 1;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get size(): number {
    return this.#items.length;
  }

  add(write: ItemWrite): void {
    const { kind, at, account, keys, json } = write;
    const item: MemoryItem = { kind, at, account, keys, json, ordinal: this.#next++ };
    insertInOrder(this.#items, item);
    for (const key of item.keys) {
      let items = this.#byKey.get(key);
      if (items === undefined) this.#byKey.set(key, (items = []));
      insertInOrder(items, item);
    }
    // Trimmed a tenth at a time, so that the cost per item stays constant.
    if (this.#items.length > this.#itemsMax * 1.1) this.#drop(this.#items.length - this.#itemsMax);
  }

  query(query: ItemQuery): StoredItem[] {
    const items = query.key === undefined ? this.#items : (this.#byKey.get(query.key) ?? []);
    const low = query.from ?? Number.NEGATIVE_INFINITY;
    const high = query.to ?? Number.POSITIVE_INFINITY;
    let start = placeOf(items, { at: low, ordinal: 0 });
    let end = placeOf(items, { at: high, ordinal: Number.POSITIVE_INFINITY });
    if (query.after !== undefined && query.newestFirst) end = Math.min(end, placeOf(items, query.after));
    if (query.after !== undefined && !query.newestFirst) {
      start = Math.max(start, placeOf(items, { at: query.after.at, ordinal: query.after.ordinal + 1 }));
    }
    const found: StoredItem[] = [];
    while (start < end && found.length < query.limit) {
      const item = items[query.newestFirst ? --end : start++] as MemoryItem;
      if (query.account === undefined || item.account === query.account) found.push(item);
    }
    return found;
  }

  trim(before: number, limit: number): number {
    const count = Math.min(limit, placeOf(this.#items, { at: before, ordinal: 0 }));
    this.#drop(count);
    return count;
  }

  #drop(count: number): void {
    const dropped = this.#items.slice(0, count);
    this.#items = this.#items.slice(count);
    for (const key of new Set(dropped.flatMap((item) => item.keys))) {
      const items = this.#byKey.get(key) ?? [];
      const first = this.#items[0];
      const kept = first === undefined ? [] : items.slice(placeOf(items, first));
      if (kept.length === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, kept);
    }
  }
}

function insertInOrder(items: MemoryItem[], item: MemoryItem): void {
  const last = items.at(-1);
  if (last === undefined || last.at <= item.at) items.push(item);
  else items.splice(placeOf(items, item), 0, item);
}

/** The first place that is not before (at, ordinal). */
function placeOf(
  items: readonly MemoryItem[],
  wanted: { readonly at: number; readonly ordinal: number },
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle] as MemoryItem;
    if (item.at < wanted.at || (item.at === wanted.at && item.ordinal < wanted.ordinal)) low = middle + 1;
    else high = middle;
  }
  return low;
}
