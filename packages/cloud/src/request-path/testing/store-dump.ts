/**
 * Test support: what a store holds, as text, and what changed between two moments. The trail is not part of
 * it.
 */
import type { Store } from "@casemate/store";
import { storedCollections } from "../../services/index.ts";

/**
 * Rows as JSON by kind and key. When credentials were last used is left out: a refused call notes that too.
 */
export type StoreDump = ReadonlyMap<string, string>;

/** Kinds of rows that note attempts, refused ones too. */
const notes = new Set(["iam/service-access"]);

/** Rows never change, only get replaced. */
const texts = new WeakMap<object, string>();

/** Reads every row. */
export function dumpStore(store: Store): StoreDump {
  return store.read((tx) => {
    const dump = new Map<string, string>();
    for (const collection of storedCollections) {
      if (notes.has(collection.kind)) continue;
      for (const row of tx.scan(collection as never) as Iterable<object>) {
        dump.set(`${collection.kind} ${collection.key(row as never)}`, textOf(row));
      }
    }
    return dump;
  });
}

function textOf(row: object): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...row, lastUsed: undefined });
  texts.set(row, text);
  return text;
}

/**
 * The rows that differ, by kind and key; with `about`, those only whose key or text before or after
 * contains it.
 */
export function changedRows(before: StoreDump, after: StoreDump, about = ""): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => {
    const [was = "", is = ""] = [before.get(key), after.get(key)];
    return was !== is && `${key} ${was} ${is}`.includes(about);
  });
}

/** Makes a store hold the rows of another, and no others. */
export function copyRows(from: Store, to: Store): void {
  const rows = from.read((tx) =>
    storedCollections.map((collection) => [...(tx.scan(collection as never) as Iterable<object>)]),
  );
  to.transaction((tx) => {
    for (const [index, collection] of storedCollections.entries()) {
      const gone = [...(tx.scan(collection as never) as Iterable<object>)];
      for (const row of gone) tx.delete(collection, collection.key(row as never));
      for (const row of rows[index] ?? []) tx.put(collection as never, row as never);
    }
  });
}
