/**
 * The two SQLite drivers behind one small synchronous interface: `node:sqlite` where the running Node has
 * it, otherwise `libsql`. Both write the plain SQLite file format, so a data directory moves freely between
 * them.
 */
import { createRequire } from "node:module";

/** A value bound to or read from a statement. */
export type SqliteValue = string | number | null;

/** A prepared statement. */
export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
  all(...values: readonly SqliteValue[]): readonly unknown[];
}

/** An open database. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** The name of a driver. */
export type SqliteDriverName = "node:sqlite" | "libsql";

/** A driver: how it is called and how it opens a file. */
export interface SqliteDriver {
  readonly name: SqliteDriverName;
  open(path: string): SqliteDatabase;
}

type DatabaseClass = new (path: string) => SqliteDatabase;

/**
 * Finds a driver.
 * @param from the URL of a module from which `libsql` can be resolved
 * @param name only this driver will do
 */
export function findSqliteDriver(from: string, name?: SqliteDriverName): SqliteDriver {
  const require = createRequire(from);
  if (name !== "libsql") {
    const found = nodeSqlite(require);
    if (found !== undefined) return { name: "node:sqlite", open: (path) => new found(path) };
    if (name !== undefined) throw new Error("This Node has no node:sqlite.");
  }
  const LibsqlDatabase = require("libsql") as DatabaseClass;
  return { name: "libsql", open: (path) => new LibsqlDatabase(path) };
}

function nodeSqlite(require: NodeJS.Require): DatabaseClass | undefined {
  // Node 22 and 24 call the module experimental each time it is loaded; what is used of it here is stable.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return (require("node:sqlite") as { readonly DatabaseSync: DatabaseClass }).DatabaseSync;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
