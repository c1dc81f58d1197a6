/**
 * From the documents of a log to rows in memory: every kind must be known, no version newer than ours, and
 * older ones are upgraded step by step and written back before anything is served.
 */
import type { AnyAppendTable } from "./append-table.ts";
import type { AnyCollection } from "./collection.ts";
import { CollectionRows } from "./collection-rows.ts";
import type { CommitLog, DocumentWrite, StoredDocument } from "./commit-log.ts";
import { StoreCorrupt, StoreMisuse, StoreNewer } from "./errors.ts";
import { freezeRow } from "./freeze-row.ts";
import type { CellState } from "./transaction.ts";

/** What the rows are loaded from and into. */
export interface LoadOptions {
  readonly collections: readonly AnyCollection[];
  readonly tables: readonly AnyAppendTable[];
  readonly log: CommitLog;
  readonly freeze?: boolean | undefined;
}

/**
 * Loads every row.
 * @throws StoreNewer, StoreCorrupt, and what the log throws
 */
export async function loadState(options: LoadOptions): Promise<{ cell: CellState; seq: number }> {
  const byKind = rowsByKind(options);
  const unknown = new Set<string>();
  const rewritten = new Map<string, DocumentWrite>();
  const kinds = options.tables.map((table) => table.kind);
  const loaded = await options.log.load(kinds, (documents) => {
    for (const document of documents) {
      const rows = byKind.get(document.kind);
      if (rows === undefined) unknown.add(document.kind);
      else {
        for (const write of loadDocument(rows, document, options.freeze ?? false)) {
          const place = `${write.kind}\0${write.id}`;
          // A key given up by one row may have been taken by another.
          if (write.json !== null || !rewritten.has(place)) rewritten.set(place, write);
        }
      }
    }
  });
  for (const kind of loaded.tables) if (!kinds.includes(kind)) unknown.add(kind);
  if (unknown.size > 0) {
    throw new StoreNewer(
      `The store holds ${[...unknown].sort().join(", ")}, which this Casemate does not know.`,
    );
  }
  let { seq } = loaded;
  if (rewritten.size > 0) {
    seq += 1;
    await options.log.append({ seq, documents: [...rewritten.values()], items: [] });
  }
  const collections = new Map([...byKind.values()].map((rows) => [rows.definition, rows]));
  return { cell: { collections, tables: new Set(options.tables) }, seq };
}

function rowsByKind(options: LoadOptions): Map<string, CollectionRows> {
  const byKind = new Map(options.collections.map((found) => [found.kind, new CollectionRows(found)]));
  const kinds = new Set([...byKind.keys(), ...options.tables.map((table) => table.kind)]);
  if (kinds.size !== options.collections.length + options.tables.length) {
    throw new StoreMisuse("Two collections or tables of the store have the same kind.");
  }
  return byKind;
}

/** Puts a document into its rows; answers what has to be written back because it was upgraded. */
function loadDocument(rows: CollectionRows, document: StoredDocument, freeze: boolean): DocumentWrite[] {
  const { kind, id } = document;
  const { version } = rows.definition;
  const row = upgraded(rows.definition, document);
  if (freeze) freezeRow(row, kind);
  const key = rows.keyOf(row);
  if (document.version === version) {
    if (key !== id) throw new StoreCorrupt(`${kind} ${id} says that its key is ${key}.`);
    rows.set(id, row);
    return [];
  }
  if (rows.set(key, row) !== undefined)
    throw new StoreCorrupt(`Two rows of ${kind} upgrade to the key ${key}.`);
  const written = { kind, id: key, version, json: JSON.stringify(row) };
  return key === id ? [written] : [{ kind, id, version, json: null }, written];
}

function upgraded(definition: AnyCollection, document: StoredDocument): object {
  const { kind, id, version: from } = document;
  if (from > definition.version) {
    throw new StoreNewer(`${kind} ${id} has version ${from}; this Casemate knows ${definition.version}.`);
  }
  try {
    let json: unknown = JSON.parse(document.json);
    for (let version = from; version < definition.version; version += 1) {
      json = definition.upgrade?.(json, version);
    }
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  } catch (cause) {
    throw new StoreCorrupt(`${kind} ${id} cannot be read.`, { cause });
  }
  throw new StoreCorrupt(`${kind} ${id} is not a row.`);
}
