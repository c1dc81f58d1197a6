/** The face of @casemate/store: typed collections, synchronous transactions and the commit logs. */
export { appendTable, queryLimitMax } from "./append-table.ts";
export type { AnyAppendTable, AppendTable, TableDefinition, TablePage, TableQuery } from "./append-table.ts";
export { collection } from "./collection.ts";
export type { AnyCollection, Collection, CollectionDefinition, IndexValues } from "./collection.ts";
export type {
  CommitBatch,
  CommitLog,
  DocumentWrite,
  ItemPosition,
  ItemQuery,
  ItemWrite,
  LoadedLog,
  StoredDocument,
  StoredItem,
} from "./commit-log.ts";
export { StoreCorrupt, StoreFailed, StoreLocked, StoreMisuse, StoreNewer } from "./errors.ts";
export { memoryLog } from "./memory-log.ts";
export type { MemoryLogOptions } from "./memory-log.ts";
export { sqliteLog } from "./sqlite-log.ts";
export type { SqliteLogOptions } from "./sqlite-log.ts";
export { openStore } from "./store.ts";
export type { Store, StoreOptions } from "./store.ts";
export type { ReadTx, Tx } from "./transaction.ts";
