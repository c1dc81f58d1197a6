/**
 * The seam between the store and what makes its writes durable. A log knows documents and items as JSON
 * text; it knows no collections, no indexes and no transactions of the domain.
 */

/** One document as it stands on disk. */
export interface StoredDocument {
  readonly kind: string;
  readonly id: string;
  /** Schema version of `json`. */
  readonly version: number;
  readonly json: string;
}

/** A document to write, or to delete when `json` is null. */
export interface DocumentWrite {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly json: string | null;
}

/** An item to append to the table of its kind. */
export interface ItemWrite {
  readonly kind: string;
  readonly at: number;
  readonly account: string;
  readonly keys: readonly string[];
  readonly json: string;
}

/** What one flush makes durable: all of it or nothing. At most one write per document. */
export interface CommitBatch {
  /** The sequence number of the last transaction in the batch; it only grows. */
  readonly seq: number;
  readonly documents: readonly DocumentWrite[];
  readonly items: readonly ItemWrite[];
}

/** Where a query goes on: strictly after this item, in the direction of the query. */
export interface ItemPosition {
  readonly at: number;
  readonly ordinal: number;
}

/** A query as a log gets it: checked and bounded. */
export interface ItemQuery {
  readonly kind: string;
  readonly key?: string | undefined;
  readonly account?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly newestFirst: boolean;
  readonly after?: ItemPosition | undefined;
}

/** One item found; `ordinal` is its place among all items of the table in order of commit. */
export interface StoredItem extends ItemPosition {
  readonly json: string;
}

/** What a log found when it was loaded. */
export interface LoadedLog {
  /** The sequence number of the last durable batch; 0 when there is none. */
  readonly seq: number;
  /** The kinds of append tables that hold anything. */
  readonly tables: readonly string[];
}

/**
 * Makes batches durable, one after the other. The store calls `append` again only after the last one has
 * answered. After an `append` was refused it is unknown whether its batch is durable; `load` tells, and
 * makes the log usable again.
 */
export interface CommitLog {
  /**
   * Opens (or, after a failure, opens again), makes room for the named tables and hands over every durable
   * document.
   * @throws StoreLocked, StoreNewer, StoreCorrupt
   */
  load(
    tables: readonly string[],
    receive: (documents: readonly StoredDocument[]) => void,
  ): Promise<LoadedLog>;
  /** Resolves when the whole batch is durable. */
  append(batch: CommitBatch): Promise<void>;
  /** Items that are durable, in order of (at, ordinal). */
  query(query: ItemQuery): Promise<readonly StoredItem[]>;
  /** Removes up to `limit` of the items of a table that are older than `before`; answers how many. */
  trim(kind: string, before: number, limit: number): Promise<number>;
  /** Lets go of the store; nothing may be called afterwards but `load`. */
  close(): Promise<void>;
}
