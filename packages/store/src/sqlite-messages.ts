/** What the store's thread and the SQLite thread say to each other; requests are answered in order. */
import type { CommitBatch, ItemQuery, LoadedLog, StoredDocument, StoredItem } from "./commit-log.ts";
import type { SqliteDriverName } from "./sqlite-driver.ts";

/** What the thread is started with. */
export interface SqliteThreadOptions {
  readonly path: string;
  /** The URL of a module from which the driver can be resolved. */
  readonly driverFrom: string;
  readonly driver: SqliteDriverName | undefined;
}

/** A request to the thread. */
export type SqliteRequest =
  | { readonly id: number; readonly action: "load"; readonly tables: readonly string[] }
  | { readonly id: number; readonly action: "append"; readonly batch: CommitBatch }
  | { readonly id: number; readonly action: "query"; readonly query: ItemQuery }
  | {
      readonly id: number;
      readonly action: "trim";
      readonly kind: string;
      readonly before: number;
      readonly limit: number;
    }
  | { readonly id: number; readonly action: "close" };

/** What an answered request gives. */
export type SqliteValueAnswer = LoadedLog | readonly StoredItem[] | number | undefined;

/** An error as it crosses between threads; the name says which fault of the store it is. */
export interface SqliteFault {
  readonly name: string;
  readonly message: string;
}

/** An answer of the thread; "documents" come before the "value" of a load. */
export type SqliteAnswer =
  | { readonly id: number; readonly documents: readonly StoredDocument[] }
  | { readonly id: number; readonly value: SqliteValueAnswer }
  | { readonly id: number; readonly fault: SqliteFault };
