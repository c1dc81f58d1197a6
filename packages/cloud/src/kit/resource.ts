/**
 * Resources of a regional service: rows that belong to one account in one region, with an id and tags. Every
 * read takes the call, so that a cross-account read cannot happen by omission. Reconcilers, which act for
 * nobody, read the collection itself.
 */
import { collection, type Collection, type ReadTx, type Tx } from "@casemate/store";
import type { Call } from "./call.ts";
import type { Fault } from "./fault.ts";
import { isId, type IdPrefix } from "./ids.ts";
import { resourceTagKeys, type ConditionKeys, type Target } from "./need.ts";
import type { Tags } from "./principal.ts";

/** What every row of a resource has. */
export interface OwnedRow {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly tags: Tags;
}

/** How a resource is declared. */
export interface ResourceDefinition<Row extends OwnedRow, Index extends string> {
  readonly service: string;
  /** The type in ARNs and in tag specifications, such as `security-group`. */
  readonly type: string;
  readonly prefix: IdPrefix;
  /** What ARNs name a row by, where that is not its id. */
  readonly arnName?: (row: Row) => string;
  readonly indexes?: Readonly<Record<Index, (row: Row) => string | readonly string[] | undefined>>;
  readonly notFound: (id: string) => Fault;
  readonly malformed: (id: string) => Fault;
  /** Condition keys of a row beyond its tags, such as `ec2:Vpc`. */
  readonly keys?: (row: Row, tx: ReadTx) => ConditionKeys;
  readonly version?: number;
  readonly upgrade?: (json: unknown, fromVersion: number) => unknown;
}

/** Index that every resource has: account and region. */
type OwnerIndex = "owner";

/** A declared resource. */
export interface Resource<Row extends OwnedRow, Index extends string = never> {
  readonly service: string;
  readonly type: string;
  readonly prefix: IdPrefix;
  readonly collection: Collection<Row, Index | OwnerIndex>;
  /** The caller's row, or undefined when it does not exist or is another account's. */
  find(tx: ReadTx, call: Call, id: string): Row | undefined;
  /** The caller's row. @throws the resource's malformed or notFound fault. */
  fetch(tx: ReadTx, call: Call, id: string): Row;
  /** The rows of these ids in the order given. @throws as fetch, naming the first that fails. */
  fetchAll(tx: ReadTx, call: Call, ids: readonly string[]): readonly Row[];
  /** All rows of the caller in its region, in id order. */
  list(tx: ReadTx, call: Call): readonly Row[];
  /** Rows of the caller under one index value, in id order. */
  by(tx: ReadTx, call: Call, lookup: { readonly index: Index; readonly value: string }): readonly Row[];
  /** Inserts or replaces a row. */
  put(tx: Tx, row: Row): Row;
  /** Replaces a row by itself with changes. */
  change(tx: Tx, row: Row, changes: Partial<Row>): Row;
  remove(tx: Tx, row: Row): void;
  arn(row: Row): string;
  /** The row as a target of a need. */
  targetOf(row: Row, tx: ReadTx): Target;
  /** A target by id: with the row's keys when the caller has it, else its bare ARN. */
  target(call: Call, id: string): Target;
  /** A resource that does not exist yet, `type/*`. */
  fresh(call: Call, keys?: ConditionKeys): Target;
}

/** The resource without its row type, for the registry that tags run over. */
export type AnyResource = Pick<
  Resource<OwnedRow>,
  "service" | "type" | "prefix" | "find" | "fetch" | "list" | "target" | "change"
>;

/** Declares a resource and its collection. */
export function resource<Row extends OwnedRow, Index extends string = never>(
  definition: ResourceDefinition<Row, Index>,
): Resource<Row, Index> {
  const { service, type, prefix } = definition;
  const rows = collectionOf(definition);
  const nameOf = definition.arnName ?? ((row: Row) => row.id);
  const arn = (row: Row): string =>
    `arn:aws:${service}:${row.region}:${row.accountId}:${type}/${nameOf(row)}`;
  const find = (tx: ReadTx, call: Call, id: string): Row | undefined => {
    const row = tx.get(rows, id);
    return row !== undefined && row.accountId === call.accountId && row.region === call.region
      ? row
      : undefined;
  };
  const fetch = (tx: ReadTx, call: Call, id: string): Row => {
    if (!isId(prefix, id)) throw definition.malformed(id);
    const row = find(tx, call, id);
    if (row === undefined) throw definition.notFound(id);
    return row;
  };
  const targetOf = (row: Row, tx: ReadTx): Target => ({
    arn: arn(row),
    accountId: row.accountId,
    keys: { ...resourceTagKeys(row.tags, service), ...definition.keys?.(row, tx) },
  });
  const put = (tx: Tx, row: Row): Row => {
    tx.put(rows, row);
    return row;
  };
  return {
    service,
    type,
    prefix,
    collection: rows,
    find,
    fetch,
    fetchAll: (tx, call, ids) => ids.map((id) => fetch(tx, call, id)),
    list: (tx, call) => tx.by(rows, "owner", ownerOf(call)),
    by: (tx, call, { index, value }) =>
      tx
        .by(rows, index, value)
        .filter((row) => row.accountId === call.accountId && row.region === call.region),
    put,
    change: (tx, row, changes) => put(tx, { ...row, ...changes }),
    remove: (tx, row) => {
      tx.delete(rows, row.id);
    },
    arn,
    targetOf,
    target: (call, id) => {
      const row = find(call.tx, call, id);
      if (row !== undefined) return targetOf(row, call.tx);
      return { arn: call.arn(service, `${type}/${id}`), accountId: call.accountId, keys: {} };
    },
    fresh: (call, keys = {}) => ({ arn: call.arn(service, `${type}/*`), accountId: call.accountId, keys }),
  };
}

function collectionOf<Row extends OwnedRow, Index extends string>(
  definition: ResourceDefinition<Row, Index>,
): Collection<Row, Index | OwnerIndex> {
  return collection<Row, Index | OwnerIndex>({
    kind: `${definition.service}/${definition.type}`,
    key: (row) => row.id,
    indexes: {
      ...definition.indexes,
      owner: (row: Row) => ownerOf(row),
    } as Record<Index | OwnerIndex, (row: Row) => string | readonly string[] | undefined>,
    ...(definition.version === undefined ? {} : { version: definition.version }),
    ...(definition.upgrade === undefined ? {} : { upgrade: definition.upgrade }),
  });
}

function ownerOf(owner: { readonly accountId: string; readonly region: string }): string {
  return `${owner.accountId}/${owner.region}`;
}
