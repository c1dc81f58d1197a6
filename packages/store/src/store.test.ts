import { describe, expect, expectTypeOf, it } from "vitest";
import { appendTable, collection, memoryLog, openStore, StoreMisuse } from "./index.ts";

interface Vpc {
  readonly id: string;
  readonly account: string;
  readonly tags: readonly string[];
}
const vpcs = collection<Vpc>()({
  kind: "ec2/vpc",
  key: (row) => row.id,
  indexes: { account: (row) => row.account, tag: (row) => row.tags },
});
interface Event {
  readonly id: string;
  readonly time: number;
}
const events = appendTable<Event>({
  kind: "cloudtrail/event",
  at: (item) => item.time,
  keys: (item) => [item.id],
  account: () => "111122223333",
});
const vpc = (id: string, account = "1", tags: readonly string[] = []): Vpc => ({ id, account, tags });

const open = () => openStore({ collections: [vpcs], tables: [events], log: memoryLog(), freeze: true });

describe("a transaction", () => {
  it("finds what was put by key and by index, in key order", async () => {
    const store = await open();
    const { value, seq } = store.transaction((tx) => {
      for (const row of [vpc("b", "1", ["x", "y"]), vpc("a"), vpc("c", "2", ["y"])]) tx.put(vpcs, row);
      return tx.by(vpcs, "account", "1").map((row) => row.id);
    });
    expect(value).toEqual(["a", "b"]);
    await store.settled(seq);
    expect(store.read((tx) => tx.by(vpcs, "tag", "y").map((row) => row.id))).toEqual(["b", "c"]);
    expect(store.read((tx) => [...tx.scan(vpcs)].map((row) => row.id))).toEqual(["a", "b", "c"]);
    expect(store.read((tx) => tx.get(vpcs, "d"))).toBeUndefined();
  });

  it("knows its rows and index names by type", async () => {
    const store = await open();
    store.read((tx) => {
      expectTypeOf(tx.get(vpcs, "a")).toEqualTypeOf<Vpc | undefined>();
      // @ts-expect-error: there is no such index.
      expect(() => tx.by(vpcs, "owner", "1")).toThrow(StoreMisuse);
    });
    const event: Event = { id: "a", time: 1 };
    // @ts-expect-error: an event is no row of the collection.
    store.transaction((tx) => tx.put(vpcs, event));
  });

  it("undoes everything when its function throws", async () => {
    const store = await open();
    store.transaction((tx) => tx.put(vpcs, vpc("kept")));
    const before = store.seq;
    const work = () =>
      store.transaction((tx) => {
        tx.put(vpcs, vpc("a"));
        tx.delete(vpcs, "kept");
        tx.append(events, { id: "e", time: 1 });
        throw new Error("no");
      });
    expect(work).toThrow("no");
    expect(store.seq).toBe(before);
    expect(store.read((tx) => [...tx.scan(vpcs)])).toEqual([vpc("kept")]);
    await store.settled(store.seq);
    expect(await store.query(events, { limit: 10 })).toHaveLength(0);
  });

  it("keeps what was done before an attempt that failed, and the record of it", async () => {
    const store = await open();
    const { seq } = store.transaction((tx) => {
      tx.put(vpcs, vpc("a"));
      expect(() =>
        tx.attempt(() => {
          tx.put(vpcs, vpc("a", "2"));
          tx.append(events, { id: "undone", time: 1 });
          throw new Error("refused");
        }),
      ).toThrow("refused");
      tx.append(events, { id: "refusal", time: 2 });
    });
    await store.settled(seq);
    expect(store.read((tx) => tx.get(vpcs, "a"))).toEqual(vpc("a"));
    expect((await store.query(events, { limit: 10 })).map((item) => item.id)).toEqual(["refusal"]);
  });

  it("does not nest, and is over when its function returns", async () => {
    const store = await open();
    expect(() => store.transaction(() => store.transaction(() => undefined))).toThrow(StoreMisuse);
    expect(() => store.transaction(() => store.read(() => undefined))).toThrow(StoreMisuse);
    const { value: tx } = store.transaction((opened) => ({ opened }));
    expect(() => tx.opened.put(vpcs, vpc("a"))).toThrow(StoreMisuse);
    const { value: kept } = store.transaction((opened) => ({ rows: opened.scan(vpcs) }));
    store.transaction((opened) => opened.put(vpcs, vpc("a")));
    expect(() => kept.rows.next()).toThrow(StoreMisuse);
  });

  it("refuses a function that answers a promise, and undoes what it did", async () => {
    const store = await open();
    const work = () =>
      store.transaction(async (tx) => {
        tx.put(vpcs, vpc("a"));
        await Promise.reject(new Error("later"));
      });
    expect(work).toThrow(StoreMisuse);
    expect(() => store.transaction((tx) => tx.attempt(() => Promise.resolve(1)))).toThrow(StoreMisuse);
    expect(store.read((tx) => tx.count(vpcs))).toBe(0);
  });

  it("refuses what is not of this store, and keys that no log could keep", async () => {
    const store = await open();
    const twin = collection<Vpc>()({ kind: "ec2/vpc", key: (row) => row.id });
    expect(() => store.transaction((tx) => tx.put(twin, vpc("a")))).toThrow(StoreMisuse);
    for (const id of ["", "\ud800", "x".repeat(1025)]) {
      expect(() => store.transaction((tx) => tx.put(vpcs, vpc(id)))).toThrow(StoreMisuse);
      expect(() => store.transaction((tx) => tx.append(events, { id, time: 1 }))).toThrow(StoreMisuse);
    }
    expect(() => store.transaction((tx) => tx.append(events, { id: "a", time: 0.5 }))).toThrow(StoreMisuse);
  });

  it("in tests freezes rows to their depth and refuses what JSON would not give back", async () => {
    const store = await open();
    const row = { ...vpc("a"), tags: ["x"] };
    store.transaction((tx) => tx.put(vpcs, row));
    expect(() => row.tags.push("y")).toThrow(TypeError);
    for (const odd of [new Date(), new Map(), Number.NaN, 1n, [undefined], () => 1]) {
      const bad = { ...vpc("b"), odd };
      expect(() => store.transaction((tx) => tx.put(vpcs, bad))).toThrow(StoreMisuse);
    }
  });

  it("scans the rows there were at the call, without those deleted since", async () => {
    const store = await open();
    const { value } = store.transaction((tx) => {
      for (const id of ["a", "b", "c"]) tx.put(vpcs, vpc(id));
      const seen: string[] = [];
      for (const row of tx.scan(vpcs)) {
        seen.push(row.id);
        tx.delete(vpcs, "b");
        tx.put(vpcs, vpc("d"));
      }
      return seen;
    });
    expect(value).toEqual(["a", "c"]);
  });

  it("reads an index at a cost of its result, not of the collection", async () => {
    const store = await openStore({ collections: [vpcs], tables: [], log: memoryLog() });
    const fill = (count: number) =>
      store.transaction((tx) => {
        for (let id = 0; id < count; id += 1)
          tx.put(vpcs, vpc(`v-${id}`, id % 1000 === 0 ? "few" : `many-${id}`));
      });
    /** The best of several tries, because others use the machine as well. */
    const reads = () => {
      const tries = Array.from({ length: 5 }, () => {
        const started = performance.now();
        for (let time = 0; time < 1000; time += 1) store.read((tx) => tx.by(vpcs, "account", "many-7"));
        return performance.now() - started;
      });
      return Math.min(...tries);
    };
    fill(100);
    reads();
    const small = reads();
    fill(20_000);
    // Two hundred times the rows; a scan would cost two hundred times as much.
    expect(reads()).toBeLessThan(small * 20 + 20);
  });
});

describe("a query", () => {
  it("goes on where the page before ended, and refuses what it cannot bound", async () => {
    const store = await open();
    const { seq } = store.transaction((tx) => {
      for (let time = 0; time < 5; time += 1)
        tx.append(events, { id: `e${time}`, time: Math.floor(time / 2) });
    });
    await store.settled(seq);
    const first = await store.query(events, { limit: 3, newestFirst: true });
    expect(first.map((item) => item.id)).toEqual(["e4", "e3", "e2"]);
    const second = await store.query(events, { limit: 3, newestFirst: true, after: first.next });
    expect(second.map((item) => item.id)).toEqual(["e1", "e0"]);
    expect(second.next).toBeUndefined();
    for (const limit of [0, 1001, 1.5]) {
      await expect(store.query(events, { limit })).rejects.toThrow(StoreMisuse);
    }
    await expect(store.query(events, { limit: 1, after: "1.2.3" })).rejects.toThrow(StoreMisuse);
    expect(await store.trim(events, 1, 100)).toBe(2);
    expect(await store.query(events, { limit: 10 })).toHaveLength(3);
  });
});
