/** The SQL of append-only tables: one real table per kind and a side table for its keys. */
import { checkKind } from "./collection.ts";
import type { ItemQuery } from "./commit-log.ts";
import type { SqliteValue } from "./sqlite-driver.ts";

/**
 * The quoted names of the two tables of a kind.
 * Safety: a kind is lower-case words, "/" and "-" only, so it cannot end the quotation.
 */
export function tableNames(kind: string): { readonly items: string; readonly keys: string } {
  checkKind(kind);
  return { items: `"items:${kind}"`, keys: `"keys:${kind}"` };
}

/** Makes the tables of a kind where they are missing. */
export function itemTableSql(kind: string): string {
  const { items, keys } = tableNames(kind);
  return `
    CREATE TABLE IF NOT EXISTS ${items} (
      ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL, account TEXT NOT NULL, keys TEXT NOT NULL, json TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS "at:${kind}" ON ${items} (at);
    CREATE INDEX IF NOT EXISTS "account:${kind}" ON ${items} (account, at);
    CREATE TABLE IF NOT EXISTS ${keys} (
      key TEXT NOT NULL, at INTEGER NOT NULL, ordinal INTEGER NOT NULL,
      PRIMARY KEY (key, at, ordinal)) WITHOUT ROWID;`;
}

/** The statement of a query; its result is in order and at most `limit` long. */
export function itemQuerySql(query: ItemQuery): {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
} {
  const { items, keys } = tableNames(query.kind);
  const order = query.newestFirst ? "DESC" : "ASC";
  const place = query.key === undefined ? "item" : "key";
  const wheres: string[] = [];
  const values: SqliteValue[] = [];
  const where = (sql: string, ...bound: readonly SqliteValue[]): void => {
    wheres.push(sql);
    values.push(...bound);
  };
  if (query.key !== undefined) where("key.key = ?", query.key);
  if (query.account !== undefined) where("item.account = ?", query.account);
  if (query.from !== undefined) where(`${place}.at >= ?`, query.from);
  if (query.to !== undefined) where(`${place}.at <= ?`, query.to);
  if (query.after !== undefined) {
    const beyond = query.newestFirst ? "<" : ">";
    where(`(${place}.at, ${place}.ordinal) ${beyond} (?, ?)`, query.after.at, query.after.ordinal);
  }
  const source =
    query.key === undefined
      ? `${items} AS item`
      : `${keys} AS key JOIN ${items} AS item ON item.ordinal = key.ordinal`;
  const sql = `SELECT item.at AS at, item.ordinal AS ordinal, item.json AS json FROM ${source}
    ${wheres.length === 0 ? "" : `WHERE ${wheres.join(" AND ")}`}
    ORDER BY ${place}.at ${order}, ${place}.ordinal ${order} LIMIT ?`;
  return { sql, values: [...values, query.limit] };
}
