/**
 * The commit log as one SQLite file: a row per document, a table per append table, one durable transaction
 * per batch. Synchronous; it runs in a thread of its own. It holds the file exclusively and refuses one
 * that it did not write.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type {
  CommitBatch,
  DocumentWrite,
  ItemQuery,
  ItemWrite,
  LoadedLog,
  StoredDocument,
} from "./commit-log.ts";
import type { StoredItem } from "./commit-log.ts";
import { StoreCorrupt, StoreLocked, StoreNewer } from "./errors.ts";
import type { SqliteDatabase, SqliteDriver, SqliteStatement, SqliteValue } from "./sqlite-driver.ts";
import { itemQuerySql, itemTableSql, tableNames } from "./sqlite-item-sql.ts";

/** Marks the file as a store of Casemate ("csmt"). */
const applicationId = 0x63736d74;
const fileFormat = 1;
const cell = "main";
const documentsPerChunk = 2000;

const schema = `
  CREATE TABLE IF NOT EXISTS cell (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS document (
    cell TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (cell, kind, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS append_table (kind TEXT PRIMARY KEY) WITHOUT ROWID;
  INSERT OR IGNORE INTO cell (id, seq) VALUES ('${cell}', 0);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${fileFormat};`;

/** One SQLite file, open after `load`. */
export class SqliteFile {
  readonly #driver: SqliteDriver;
  readonly #path: string;
  #database: SqliteDatabase | undefined;
  #statements = new Map<string, SqliteStatement>();

  constructor(driver: SqliteDriver, path: string) {
    this.#driver = driver;
    this.#path = path;
  }

  /**
   * Opens the file anew, makes it and its tables where they are missing, and hands over every document.
   * @throws StoreLocked, StoreNewer, StoreCorrupt
   */
  load(tables: readonly string[], receive: (documents: readonly StoredDocument[]) => void): LoadedLog {
    this.close();
    try {
      makeRoom(this.#path);
      this.#database = this.#driver.open(this.#path);
      this.#prepareFile(tables);
      syncDirectory(dirname(this.#path));
      this.#readDocuments(receive);
      const [found] = this.#all("SELECT seq FROM cell WHERE id = ?", cell) as { seq: number }[];
      if (found === undefined) throw new StoreCorrupt(`${this.#path} has no cell ${cell}.`);
      return { seq: found.seq, tables: this.#filledTables() };
    } catch (cause) {
      this.close();
      throw storeFault(cause, this.#path);
    }
  }

  /** Makes a batch durable or changes nothing. */
  append(batch: CommitBatch): void {
    this.#transaction(() => {
      for (const write of batch.documents) this.#writeDocument(write);
      for (const item of batch.items) this.#writeItem(item);
      const { changes } = this.#run(
        "UPDATE cell SET seq = ? WHERE id = ? AND seq < ?",
        batch.seq,
        cell,
        batch.seq,
      );
      if (Number(changes) !== 1)
        throw new StoreLocked(`${this.#path} is past sequence number ${batch.seq} already.`);
    });
  }

  query(query: ItemQuery): readonly StoredItem[] {
    const { sql, values } = itemQuerySql(query);
    return this.#all(sql, ...values).map((row) => ({ ...(row as StoredItem) }));
  }

  trim(kind: string, before: number, limit: number): number {
    const { items, keys } = tableNames(kind);
    const chosen = this.#all(
      `SELECT ordinal, at, keys FROM ${items} WHERE at < ? ORDER BY at, ordinal LIMIT ?`,
      before,
      limit,
    ) as { ordinal: number; at: number; keys: string }[];
    this.#transaction(() => {
      for (const { ordinal, at, keys: names } of chosen) {
        for (const name of JSON.parse(names) as string[]) {
          this.#run(`DELETE FROM ${keys} WHERE key = ? AND at = ? AND ordinal = ?`, name, at, ordinal);
        }
        this.#run(`DELETE FROM ${items} WHERE ordinal = ?`, ordinal);
      }
    });
    return chosen.length;
  }

  close(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#statements = new Map();
    database?.close();
  }

  #prepareFile(tables: readonly string[]): void {
    // Exclusive before WAL, so that the lock lasts as long as the connection and the WAL index is not shared.
    this.#exec("PRAGMA locking_mode = EXCLUSIVE");
    this.#checkFormat();
    this.#exec("PRAGMA journal_mode = WAL");
    this.#exec("PRAGMA synchronous = FULL");
    this.#exec("PRAGMA fullfsync = ON");
    this.#exec("PRAGMA trusted_schema = OFF");
    // 40 MB of log instead of 4: pages that many batches touch are written back once, which is a third more
    // commits.
    this.#exec("PRAGMA wal_autocheckpoint = 10000");
    this.#exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
    this.#transaction(() => {
      for (const kind of tables) {
        this.#exec(itemTableSql(kind));
        this.#run("INSERT OR IGNORE INTO append_table (kind) VALUES (?)", kind);
      }
    });
    // What an earlier, failed flush may have left in the page cache only is written and synced again.
    this.#exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #checkFormat(): void {
    const owner = this.#pragma("application_id");
    const format = this.#pragma("user_version");
    const [objects] = this.#all("SELECT count(*) AS count FROM sqlite_master") as { count: number }[];
    if (owner === 0 && format === 0 && objects?.count === 0) return;
    if (owner !== applicationId) throw new StoreCorrupt(`${this.#path} is not a store of Casemate.`);
    if (format > fileFormat) {
      throw new StoreNewer(`${this.#path} has file format ${format}; this Casemate knows ${fileFormat}.`);
    }
  }

  #readDocuments(receive: (documents: readonly StoredDocument[]) => void): void {
    let last = { kind: "", id: "" };
    for (;;) {
      const documents = this.#all(
        `SELECT kind, id, version, json FROM document
          WHERE cell = ? AND (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?`,
        cell,
        last.kind,
        last.id,
        documentsPerChunk,
      ).map((row) => ({ ...(row as StoredDocument) }));
      receive(documents);
      const end = documents.at(-1);
      if (end === undefined || documents.length < documentsPerChunk) return;
      last = end;
    }
  }

  #filledTables(): string[] {
    const kinds = this.#all("SELECT kind FROM append_table") as { kind: string }[];
    return kinds
      .filter(({ kind }) => this.#all(`SELECT 1 FROM ${tableNames(kind).items} LIMIT 1`).length > 0)
      .map(({ kind }) => kind);
  }

  #writeDocument({ kind, id, version, json }: DocumentWrite): void {
    if (json === null) {
      this.#run("DELETE FROM document WHERE cell = ? AND kind = ? AND id = ?", cell, kind, id);
    } else {
      const sql = `INSERT INTO document (cell, kind, id, version, json) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (cell, kind, id) DO UPDATE SET version = excluded.version, json = excluded.json`;
      this.#run(sql, cell, kind, id, version, json);
    }
  }

  #writeItem(item: ItemWrite): void {
    const { items, keys } = tableNames(item.kind);
    const { lastInsertRowid } = this.#run(
      `INSERT INTO ${items} (at, account, keys, json) VALUES (?, ?, ?, ?)`,
      item.at,
      item.account,
      JSON.stringify(item.keys),
      item.json,
    );
    for (const key of item.keys) {
      this.#run(
        `INSERT INTO ${keys} (key, at, ordinal) VALUES (?, ?, ?)`,
        key,
        item.at,
        Number(lastInsertRowid),
      );
    }
  }

  #transaction(work: () => void): void {
    this.#exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#exec("COMMIT");
    } catch (cause) {
      try {
        this.#exec("ROLLBACK");
      } catch {
        // SQLite has rolled back by itself; the first error is the one that tells.
      }
      throw cause;
    }
  }

  #pragma(name: string): number {
    const [row] = this.#all(`PRAGMA ${name}`) as Record<string, number>[];
    return Number(row?.[name] ?? 0);
  }

  #exec(sql: string): void {
    this.#opened.exec(sql);
  }

  #run(sql: string, ...values: readonly SqliteValue[]): ReturnType<SqliteStatement["run"]> {
    return this.#statement(sql).run(...values);
  }

  #all(sql: string, ...values: readonly SqliteValue[]): readonly unknown[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#opened.prepare(sql)));
    return statement;
  }

  get #opened(): SqliteDatabase {
    if (this.#database === undefined) throw new StoreLocked(`${this.#path} is not open.`);
    return this.#database;
  }
}

/**
 * Safety: an existing store file is never opened and closed here, because closing any descriptor of it
 * would drop the locks that SQLite holds on it in this process.
 */
function makeRoom(path: string): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o022) !== 0) {
    throw new StoreCorrupt(`${directory} can be written by others; a data directory belongs to one user.`);
  }
  if (existsSync(path)) chmodSync(path, 0o600);
  else closeSync(openSync(path, "wx", 0o600));
}

/** Makes the names of the store's files durable. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function storeFault(cause: unknown, path: string): unknown {
  const text = cause instanceof Error ? `${String((cause as { code?: unknown }).code)} ${cause.message}` : "";
  if (/SQLITE_BUSY|SQLITE_LOCKED|database is locked/.test(text)) {
    return new StoreLocked(`${path} is in use by another Casemate.`, { cause });
  }
  if (/SQLITE_NOTADB|SQLITE_CORRUPT|not a database|malformed/.test(text)) {
    return new StoreCorrupt(`${path} is damaged or is not a store of Casemate.`, { cause });
  }
  return cause;
}
