import { describe, expect, it } from "vitest";
import {
  appendTable,
  collection,
  memoryLog,
  openStore,
  StoreCorrupt,
  StoreMisuse,
  StoreNewer,
} from "./index.ts";
import type { AnyAppendTable, AnyCollection, CommitLog } from "./index.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}
const first = collection<{ readonly id: string }>()({ kind: "test/row", key: (row) => row.id });
const third = collection<Named>()({
  kind: "test/row",
  key: (row) => row.id,
  version: 3,
  indexes: { name: (row) => row.name },
  upgrade: (json, fromVersion) => {
    const row = json as Record<string, unknown>;
    if (fromVersion === 1) return { ...row, title: `title of ${String(row["id"])}` };
    const { title, ...rest } = row;
    return { ...rest, id: `new-${String(row["id"])}`, name: title };
  },
});
const events = appendTable<{ readonly at: number }>({
  kind: "test/event",
  at: (item) => item.at,
  keys: () => [],
  account: () => "1",
});

const open = (log: CommitLog, collections: AnyCollection[], tables: AnyAppendTable[] = []) =>
  openStore({ collections, tables, log, freeze: true });

async function withOldRows(): Promise<CommitLog> {
  const log = memoryLog();
  const store = await open(log, [first], [events]);
  store.transaction((tx) => {
    tx.put(first, { id: "a" });
    tx.put(first, { id: "new-a" });
    tx.append(events, { at: 1 });
  });
  await store.close();
  return log;
}

describe("loading", () => {
  it("upgrades rows step by step, in order, and writes them back under their new keys", async () => {
    const log = await withOldRows();
    for (let time = 0; time < 2; time += 1) {
      const store = await open(log, [third], [events]);
      expect(store.read((tx) => [...tx.scan(third)])).toEqual([
        { id: "new-a", name: "title of a" },
        { id: "new-new-a", name: "title of new-a" },
      ]);
      expect(store.read((tx) => tx.by(third, "name", "title of a"))).toHaveLength(1);
      await store.close();
    }
    // What was written back is of version 3, so a Casemate of version 1 refuses it.
    await expect(open(log, [first], [events])).rejects.toThrow(StoreNewer);
  });

  it("refuses kinds of rows and items that it does not know", async () => {
    const log = await withOldRows();
    await expect(open(log, [], [events])).rejects.toThrow("test/row");
    await expect(open(log, [first], [])).rejects.toThrow("test/event");
    await expect(open(log, [first], [])).rejects.toThrow(StoreNewer);
  });

  it("refuses rows that cannot be read or whose key is another", async () => {
    for (const json of ["{", "[]", "null", '"a"', '{"id":"b"}']) {
      const log = memoryLog();
      await log.load([], () => undefined);
      await log.append({ seq: 1, documents: [{ kind: "test/row", id: "a", version: 1, json }], items: [] });
      await expect(open(log, [first])).rejects.toThrow(StoreCorrupt);
    }
  });

  it("refuses an upgrade that throws, and one that gives two rows the same key", async () => {
    const throws = collection<Named>()({
      kind: "test/row",
      key: (row) => row.id,
      version: 2,
      upgrade: () => {
        throw new Error("cannot");
      },
    });
    const merges = collection<Named>()({
      kind: "test/row",
      key: (row) => row.id,
      version: 2,
      upgrade: () => ({ id: "same" }),
    });
    await expect(open(await withOldRows(), [throws], [events])).rejects.toThrow(StoreCorrupt);
    await expect(open(await withOldRows(), [merges], [events])).rejects.toThrow(StoreCorrupt);
  });

  it("refuses definitions that contradict each other or themselves", async () => {
    await expect(open(memoryLog(), [first, third])).rejects.toThrow(StoreMisuse);
    expect(() => collection<Named>()({ kind: "Bad Kind", key: (row) => row.id })).toThrow(StoreMisuse);
    expect(() => collection<Named>()({ kind: "a", key: (row) => row.id, version: 2 })).toThrow(StoreMisuse);
  });
});
