import { describe, expect, it } from "vitest";
import { collection, memoryLog, openStore, StoreFailed } from "./index.ts";
import type { Store, StoreOptions } from "./index.ts";
import { faultyLog } from "./testing.ts";

interface Row {
  readonly id: string;
  readonly value: number;
}
const rows = collection<Row>()({ kind: "test/row", key: (row) => row.id });

async function open(options: Partial<StoreOptions> = {}) {
  const log = faultyLog(memoryLog());
  const store = await openStore({ collections: [rows], tables: [], log, freeze: true, ...options });
  return { log, store };
}

function put(store: Store, id: string, value = 1): number {
  return store.transaction((tx) => tx.put(rows, { id, value })).seq;
}

/** Whether a promise has been settled by the time everything that is ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = () => void (settled = true);
  promise.then(mark, mark);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe("durability", () => {
  it("settles a write only when the log has answered", async () => {
    const { log, store } = await open();
    const release = log.stall();
    const written = store.settled(put(store, "a"));
    expect(await isSettled(written)).toBe(false);
    release();
    await expect(written).resolves.toBeUndefined();
  });

  it("does not settle a read that saw a write which is not durable yet", async () => {
    const { log, store } = await open();
    const release = log.stall();
    put(store, "a");
    const { value, seq } = store.transaction((tx) => tx.get(rows, "a"));
    expect(value).toEqual({ id: "a", value: 1 });
    const seen = store.settled(seq);
    expect(await isSettled(seen)).toBe(false);
    release();
    await expect(seen).resolves.toBeUndefined();
  });

  it("writes what gathers during a flush as one batch, one write per row", async () => {
    const { log, store } = await open();
    const release = log.stall();
    put(store, "first");
    await isSettled(Promise.resolve());
    for (let value = 0; value < 10; value += 1) put(store, "a", value);
    const last = put(store, "b");
    release();
    await store.settled(last);
    expect(log.batches.map((batch) => batch.documents.map((write) => write.json))).toEqual([
      ['{"id":"first","value":1}'],
      ['{"id":"a","value":9}', '{"id":"b","value":1}'],
    ]);
  });

  it("stops after a failed flush, refuses all waiters, and is right again after a reload", async () => {
    const { log, store } = await open();
    await store.settled(put(store, "kept"));
    log.failNext();
    const lost = [put(store, "lost"), put(store, "lost too")];
    for (const seq of lost) await expect(store.settled(seq)).rejects.toThrow(StoreFailed);
    expect(store.health()).toEqual({ state: "failed" });
    expect(() => put(store, "refused")).toThrow(StoreFailed);
    expect(() => store.read((tx) => tx.count(rows))).toThrow(StoreFailed);
    await store.reload();
    expect(store.health()).toEqual({ state: "open" });
    expect(store.read((tx) => [...tx.scan(rows)].map((row) => row.id))).toEqual(["kept"]);
    await store.settled(put(store, "after"));
    await store.settled(put(store, "after that"));
    // A number that was lost stays lost, however far the numbers go on.
    for (const seq of lost) await expect(store.settled(seq)).rejects.toThrow(StoreFailed);
  });

  it("finds a write that was durable although the log said otherwise", async () => {
    const { log, store } = await open();
    log.tearNext();
    await expect(store.settled(put(store, "torn"))).rejects.toThrow(StoreFailed);
    await store.reload();
    expect(store.read((tx) => tx.get(rows, "torn"))).toEqual({ id: "torn", value: 1 });
    await expect(store.settled(put(store, "after"))).resolves.toBeUndefined();
  });

  it("tells whoever opened it of each failure once, and can be reloaded from there", async () => {
    const causes: string[] = [];
    let reloaded: Promise<void> | undefined;
    const onFailure = (cause: Error): void => {
      causes.push(cause.message);
      reloaded = store.reload();
    };
    const { log, store } = await open({ onFailure });
    for (let time = 0; time < 2; time += 1) {
      log.failNext();
      await expect(store.settled(put(store, "lost"))).rejects.toThrow(StoreFailed);
      await reloaded;
      await store.settled(put(store, `kept ${time}`));
    }
    expect(causes).toEqual(["The disk is full.", "The disk is full."]);
    expect(store.read((tx) => [...tx.scan(rows)].map((row) => row.id))).toEqual(["kept 0", "kept 1"]);
  });

  it("counts a log that does not answer as failed, and ignores its late answer", async () => {
    const { log, store } = await open({ stallMs: 20 });
    const release = log.stall();
    const seq = put(store, "late");
    await expect(store.settled(seq)).rejects.toThrow(StoreFailed);
    release();
    await isSettled(Promise.resolve());
    expect(store.health()).toEqual({ state: "failed" });
    await store.reload();
    await expect(store.settled(seq)).rejects.toThrow(StoreFailed);
    await expect(store.settled(store.seq)).resolves.toBeUndefined();
  });

  it("stays stopped while another holds the log", async () => {
    const { log, store } = await open();
    const lift = log.fence();
    await expect(store.settled(put(store, "a"))).rejects.toThrow(StoreFailed);
    await expect(store.reload()).rejects.toThrow("fenced");
    expect(store.health()).toEqual({ state: "failed" });
    lift();
    await store.reload();
    expect(store.read((tx) => tx.count(rows))).toBe(0);
  });

  it("takes no more transactions than it may be behind, but goes on reading", async () => {
    const { log, store } = await open({ behindMax: 3 });
    const release = log.stall();
    put(store, "flushing");
    await isSettled(Promise.resolve());
    for (const id of ["1", "2", "3"]) put(store, id);
    expect(() => put(store, "4")).toThrow(StoreFailed);
    expect(store.read((tx) => tx.count(rows))).toBe(4);
    release();
    await store.settled(store.seq);
    await expect(store.settled(put(store, "4"))).resolves.toBeUndefined();
  });

  it("makes durable what is pending when it is closed, and nothing works afterwards", async () => {
    const { log, store } = await open();
    const written = store.settled(put(store, "a"));
    await store.close();
    await expect(written).resolves.toBeUndefined();
    expect(log.batches).toHaveLength(1);
    expect(() => put(store, "b")).toThrow(StoreFailed);
    await expect(store.reload()).rejects.toThrow(StoreFailed);
    expect(store.health()).toEqual({ state: "closed" });
  });

  it("reloads while writes come in without losing any of them", async () => {
    const { store } = await open();
    put(store, "a");
    const reloaded = store.reload();
    put(store, "b");
    await reloaded;
    expect(store.read((tx) => [...tx.scan(rows)].map((row) => row.id))).toEqual(["a", "b"]);
  });
});

describe("wishes", () => {
  it("wake their listeners once the commit is durable, once per flush", async () => {
    const { log, store } = await open();
    let woken = 0;
    const stop = store.onWish("network", () => (woken += 1));
    const release = log.stall();
    const { seq } = store.transaction((tx) => {
      tx.put(rows, { id: "a", value: 1 });
      tx.wish("network");
      tx.wish("network");
      tx.wish("nobody listens");
    });
    await isSettled(Promise.resolve());
    expect(woken).toBe(0);
    release();
    await store.settled(seq);
    expect(woken).toBe(1);
    stop();
    await store.settled(store.transaction((tx) => tx.wish("network")).seq);
    expect(woken).toBe(1);
  });

  it("are not heard when the transaction, its attempt or the flush fails", async () => {
    const { log, store } = await open();
    let woken = 0;
    store.onWish("network", () => (woken += 1));
    const { seq } = store.transaction((tx) => {
      tx.put(rows, { id: "a", value: 1 });
      expect(() =>
        tx.attempt(() => {
          tx.wish("network");
          throw new Error("no");
        }),
      ).toThrow("no");
    });
    await store.settled(seq);
    log.failNext();
    const lost = store.transaction((tx) => {
      tx.put(rows, { id: "b", value: 1 });
      tx.wish("network");
    });
    await expect(store.settled(lost.seq)).rejects.toThrow(StoreFailed);
    expect(woken).toBe(0);
  });
});
