/**
 * The rows of one collection in memory, with their indexes. Every change answers what was there before, so
 * that a transaction can put it back; a change that throws has changed nothing.
 */
import type { AnyCollection, IndexValues } from "./collection.ts";
import { OrderedKeys } from "./ordered-keys.ts";

type IndexFunction = (row: object) => IndexValues;

interface RowIndex {
  readonly valuesOf: IndexFunction;
  readonly keysByValue: Map<string, OrderedKeys>;
}

const none: readonly string[] = [];

/** Rows by key, and keys by index value, both in key order. */
export class CollectionRows {
  readonly definition: AnyCollection;
  readonly #rows = new Map<string, object>();
  readonly #keys = new OrderedKeys();
  readonly #indexes = new Map<string, RowIndex>();

  constructor(definition: AnyCollection) {
    this.definition = definition;
    for (const [name, valuesOf] of Object.entries(definition.indexes ?? {})) {
      this.#indexes.set(name, { valuesOf: valuesOf as IndexFunction, keysByValue: new Map() });
    }
  }

  get count(): number {
    return this.#rows.size;
  }

  /** The keys in order, as of now. */
  keys(): readonly string[] {
    return this.#keys.inOrder();
  }

  get(key: string): object | undefined {
    return this.#rows.get(key);
  }

  /** The key of a row, as its definition tells. */
  keyOf(row: object): string {
    return (this.definition.key as (row: object) => string)(row);
  }

  /** The rows under one value of an index, in key order; undefined when there is no such index. */
  by(index: string, value: string): object[] | undefined {
    const found = this.#indexes.get(index);
    if (found === undefined) return undefined;
    const keys = found.keysByValue.get(value);
    if (keys === undefined) return [];
    return keys.inOrder().map((key) => this.#rows.get(key) as object);
  }

  /** Sets the row of a key, or removes it when there is none, and answers the row of before. */
  set(key: string, row: object | undefined): object | undefined {
    const before = this.#rows.get(key);
    const changes = [...this.#indexes.values()].map((index) => ({
      index,
      removed: before === undefined ? none : listOf(index.valuesOf(before)),
      added: row === undefined ? none : listOf(index.valuesOf(row)),
    }));
    for (const { index, removed, added } of changes) reindex(index.keysByValue, key, { removed, added });
    if (row === undefined) {
      this.#rows.delete(key);
      this.#keys.remove(key);
    } else {
      this.#rows.set(key, row);
      if (before === undefined) this.#keys.add(key);
    }
    return before;
  }
}

function listOf(values: IndexValues): readonly string[] {
  if (values === undefined) return none;
  return typeof values === "string" ? [values] : values;
}

function reindex(
  keysByValue: Map<string, OrderedKeys>,
  key: string,
  change: { readonly removed: readonly string[]; readonly added: readonly string[] },
): void {
  for (const value of change.removed) {
    if (change.added.includes(value)) continue;
    const keys = keysByValue.get(value);
    keys?.remove(key);
    if (keys?.size === 0) keysByValue.delete(value);
  }
  for (const value of change.added) {
    if (change.removed.includes(value)) continue;
    let keys = keysByValue.get(value);
    if (keys === undefined) keysByValue.set(value, (keys = new OrderedKeys()));
    keys.add(key);
  }
}
