/**
 * The declaration of a typed collection: its kind, its key, its indexes and its schema version. It holds no
 * rows; the same declaration serves any number of stores.
 */
import { StoreMisuse } from "./errors.ts";

declare const rowType: unique symbol;

/** What an index function may answer: one value, several, or none (the row is then not in the index). */
export type IndexValues = string | readonly string[] | undefined;

/** How a collection is declared. */
export interface CollectionDefinition<Row extends object, Index extends string = never> {
  /** Unique in the store and stable for ever, for example "ec2/vpc". */
  readonly kind: string;
  /** The key of a row; a put with the same key replaces. */
  readonly key: (row: Row) => string;
  /** Pure functions from a row to the values under which `by` finds it. */
  readonly indexes?: Readonly<Record<Index, (row: Row) => IndexValues>>;
  /** Schema version of the rows written now; 1 when not given. */
  readonly version?: number;
  /** Turns a row of `fromVersion` into one of `fromVersion + 1`; called once per step, in order. */
  readonly upgrade?: (json: unknown, fromVersion: number) => unknown;
}

/** A collection of any row, as lists of them are typed. */
export interface AnyCollection {
  readonly kind: string;
  readonly key: (row: never) => string;
  readonly indexes?: Readonly<Record<string, (row: never) => IndexValues>>;
  readonly version: number;
  readonly upgrade?: (json: unknown, fromVersion: number) => unknown;
}

/** A frozen, checked declaration; `Row` is invariant, so a collection is never read as one of another row. */
export interface Collection<Row extends object, Index extends string = never> extends AnyCollection {
  readonly key: (row: Row) => string;
  readonly indexes?: Readonly<Record<Index, (row: Row) => IndexValues>>;
  readonly [rowType]?: Row;
}

/** Declares a collection whose index names are inferred: `collection<Vpc>()({ kind, key, indexes })`. */
export function collection<Row extends object>(): <Index extends string = never>(
  definition: CollectionDefinition<Row, Index>,
) => Collection<Row, Index>;
/** Declares a collection with its index names given: `collection<Vpc, "account">({ kind, key, indexes })`. */
export function collection<Row extends object, Index extends string = never>(
  definition: CollectionDefinition<Row, Index>,
): Collection<Row, Index>;
export function collection<Row extends object, Index extends string = never>(
  definition?: CollectionDefinition<Row, Index>,
): unknown {
  return definition === undefined ? define : define(definition);
}

function define<Row extends object, Index extends string>(
  definition: CollectionDefinition<Row, Index>,
): Collection<Row, Index> {
  checkKind(definition.kind);
  const version = definition.version ?? 1;
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new StoreMisuse(`The version of ${definition.kind} must be a whole number of 1 or more.`);
  }
  if (version > 1 && definition.upgrade === undefined) {
    throw new StoreMisuse(`${definition.kind} is at version ${version} but has no upgrade.`);
  }
  const indexes =
    definition.indexes === undefined ? {} : { indexes: Object.freeze({ ...definition.indexes }) };
  return Object.freeze({ ...definition, ...indexes, version });
}

/**
 * Refuses kinds that could not be a table name.
 * @throws StoreMisuse
 */
export function checkKind(kind: string): void {
  if (kind.length > 100 || !/^[a-z0-9]+(?:[/-][a-z0-9]+)*$/.test(kind)) {
    throw new StoreMisuse(
      `A kind is made of lower-case words joined by "/" or "-", not ${JSON.stringify(kind)}.`,
    );
  }
}
