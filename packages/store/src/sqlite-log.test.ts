import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  collection,
  openStore,
  sqliteLog,
  StoreCorrupt,
  StoreFailed,
  StoreLocked,
  StoreNewer,
} from "./index.ts";
import { findSqliteDriver } from "./sqlite-driver.ts";
import { SqliteFile } from "./sqlite-file.ts";

interface Row {
  readonly id: string;
  readonly value: number;
}
const rows = collection<Row>()({ kind: "test/row", key: (row) => row.id });

let directory = "";
let path = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "casemate-sqlite-"));
  path = join(directory, "state", "casemate.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = () => openStore({ collections: [rows], tables: [], log: sqliteLog(path), freeze: true });
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

/** Opens the file as any SQLite tool would. */
function raw(sql: string): void {
  const database = findSqliteDriver(import.meta.url).open(path);
  database.exec(sql);
  database.close();
}

describe("a store in a SQLite file", () => {
  it("is readable by its owner alone, and comes back after a restart", async () => {
    const store = await open();
    const { seq } = store.transaction((tx) => tx.put(rows, { id: "a", value: 1 }));
    await store.settled(seq);
    expect(modeOf(path)).toBe("600");
    expect(modeOf(`${path}-wal`)).toBe("600");
    expect(modeOf(join(directory, "state"))).toBe("700");
    await store.close();
    const again = await open();
    expect(again.seq).toBe(seq);
    expect(again.read((tx) => tx.get(rows, "a"))).toEqual({ id: "a", value: 1 });
    await again.close();
  });

  it("tightens a file that others could read, and refuses a directory that others can write", async () => {
    await (await open()).close();
    chmodSync(path, 0o644);
    await (await open()).close();
    expect(modeOf(path)).toBe("600");
    chmodSync(join(directory, "state"), 0o777);
    await expect(open()).rejects.toThrow(StoreCorrupt);
  });

  it("refuses a second holder for as long as the first lives, and goes on unharmed", async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(StoreLocked);
    const { seq } = store.transaction((tx) => tx.put(rows, { id: "a", value: 1 }));
    await store.settled(seq);
    await expect(open()).rejects.toThrow("in use by another Casemate");
    await store.close();
    const next = await open();
    expect(next.read((tx) => tx.count(rows))).toBe(1);
    await next.close();
  });

  it("refuses files of others, damaged files and newer formats, and leaves them as they are", async () => {
    mkdirSync(join(directory, "state"), { mode: 0o700 });
    raw("CREATE TABLE somebodys (id TEXT)");
    const foreign = readFileSync(path);
    await expect(open()).rejects.toThrow("not a store of Casemate");
    expect(readFileSync(path).equals(foreign)).toBe(true);
    writeFileSync(path, "this is no database, however long it goes on".repeat(100));
    await expect(open()).rejects.toThrow(StoreCorrupt);
    rmSync(path);
    await (await open()).close();
    raw("PRAGMA user_version = 2");
    await expect(open()).rejects.toThrow(StoreNewer);
  });

  it("stops when its thread dies, and opens again with another", async () => {
    const bad = new URL("data:text/javascript,setImmediate(() => process.exit(1))");
    const log = sqliteLog(path, { workerUrl: bad });
    await expect(openStore({ collections: [rows], tables: [], log })).rejects.toThrow(StoreFailed);
    const store = await open();
    await store.reload();
    const { seq } = store.transaction((tx) => tx.put(rows, { id: "a", value: 1 }));
    await expect(store.settled(seq)).resolves.toBeUndefined();
    await store.close();
  });

  it("loads more rows than one chunk holds", async () => {
    const store = await open();
    store.transaction((tx) => {
      for (let value = 0; value < 4001; value += 1) tx.put(rows, { id: `row-${value}`, value });
    });
    await store.close();
    const again = await open();
    expect(again.read((tx) => tx.count(rows))).toBe(4001);
    await again.close();
  });
});

describe("a SQLite file cut at any byte", () => {
  it("recovers a prefix of what was committed, whole batches only", () => {
    const driver = findSqliteDriver(import.meta.url);
    const file = new SqliteFile(driver, path);
    file.load([], () => undefined);
    const sizes = [];
    for (let seq = 1; seq <= 30; seq += 1) {
      // Every batch replaces one row, makes another and removes the one made two batches ago.
      file.append({
        seq,
        items: [],
        documents: [
          {
            kind: "test/row",
            id: "last",
            version: 1,
            json: JSON.stringify({ seq, filler: "x".repeat(seq * 40) }),
          },
          { kind: "test/row", id: `row-${seq}`, version: 1, json: "{}" },
          { kind: "test/row", id: `row-${seq - 2}`, version: 1, json: null },
        ],
      });
      sizes.push(statSync(`${path}-wal`).size);
    }
    const whole = sizes.at(-1)!;
    const found: number[] = [];
    for (let at = 0; at <= whole; at += at < whole - 20_000 ? 2503 : 487) {
      // A file of its own each time: libsql keeps one locked until its statements are collected.
      const cut = join(directory, `cut-${at}.db`);
      copyFileSync(path, cut);
      copyFileSync(`${path}-wal`, `${cut}-wal`);
      truncateSync(`${cut}-wal`, at);
      found.push(recoveredSeq(new SqliteFile(driver, cut)));
      // Whatever was durable before the cut is there.
      expect(found.at(-1)).toBeGreaterThanOrEqual(sizes.filter((size) => size <= at).length);
    }
    file.close();
    expect(found).toEqual(found.toSorted((one, other) => one - other));
    expect(new Set(found).size).toBeGreaterThan(20);
  });

  /** Loads a file and checks that its rows are exactly those after one of the batches. */
  function recoveredSeq(file: SqliteFile): number {
    const ids: string[] = [];
    let last = 0;
    const loaded = file.load([], (documents) => {
      for (const { id, json } of documents) {
        if (id === "last") last = (JSON.parse(json) as { seq: number }).seq;
        else ids.push(id);
      }
    });
    file.close();
    expect(last).toBe(loaded.seq);
    const wanted = [loaded.seq - 1, loaded.seq].filter((seq) => seq > 0).map((seq) => `row-${seq}`);
    expect(ids.sort()).toEqual(wanted.sort());
    return loaded.seq;
  }
});
