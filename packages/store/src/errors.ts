/** The faults of the store. Callers turn them into 503 (failed) or into a refusal to start (all others). */

/**
 * The log could not make a write durable (or is too far behind); nothing is read or written until a reload.
 */
export class StoreFailed extends Error {
  override readonly name = "StoreFailed";
}

/**
 * The store was written by a newer Casemate: a kind, schema version or file format this one does not know.
 */
export class StoreNewer extends Error {
  override readonly name = "StoreNewer";
}

/** Another process holds the store. */
export class StoreLocked extends Error {
  override readonly name = "StoreLocked";
}

/** What is stored cannot be read back as what was written, or is not a store of Casemate. */
export class StoreCorrupt extends Error {
  override readonly name = "StoreCorrupt";
}

/** A programming error in the use of the store: nested or asynchronous transactions, unknown collections. */
export class StoreMisuse extends Error {
  override readonly name = "StoreMisuse";
}
