/**
 * The declaration of an append-only table (trail events, flow logs, console output): items are written in
 * the same commit as rows, are never in memory and never change.
 */
import { checkKind } from "./collection.ts";

declare const itemType: unique symbol;

/** How an append-only table is declared. */
export interface TableDefinition<Item extends object> {
  /** Unique in the store and stable for ever, for example "cloudtrail/event". */
  readonly kind: string;
  /** When the item happened, in milliseconds since the epoch; queries run in this order. */
  readonly at: (item: Item) => number;
  /** Secondary look-ups: request id, access key, resource name. */
  readonly keys: (item: Item) => readonly string[];
  /** The account the item belongs to. */
  readonly account: (item: Item) => string;
}

/** A table of any item, as lists of them are typed. */
export interface AnyAppendTable {
  readonly kind: string;
  readonly at: (item: never) => number;
  readonly keys: (item: never) => readonly string[];
  readonly account: (item: never) => string;
}

/** A frozen, checked declaration. */
export interface AppendTable<Item extends object> extends AnyAppendTable {
  readonly at: (item: Item) => number;
  readonly keys: (item: Item) => readonly string[];
  readonly account: (item: Item) => string;
  readonly [itemType]?: Item;
}

/** Declares an append-only table. */
export function appendTable<Item extends object>(definition: TableDefinition<Item>): AppendTable<Item> {
  checkKind(definition.kind);
  return Object.freeze({ ...definition });
}

/** What of a table is wanted; every part narrows. */
export interface TableQuery {
  readonly key?: string | undefined;
  readonly account?: string | undefined;
  /** Not before this moment (epoch ms, inclusive). */
  readonly from?: number | undefined;
  /** Not after this moment (epoch ms, inclusive). */
  readonly to?: number | undefined;
  /** 1 to `queryLimitMax` items. */
  readonly limit: number;
  readonly newestFirst?: boolean | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** The most items one query answers. */
export const queryLimitMax = 1000;

/** The items found, in order of time; `next` is there when more may follow. */
export type TablePage<Item extends object> = readonly Item[] & { readonly next: string | undefined };
