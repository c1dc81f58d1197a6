import { describe, expect, it } from "vitest";
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

function open(log = memoryLog()) {
  return openStore({ collections: [vpcs], tables: [events], log, freeze: true });
}

describe("a store", () => {
  it("finds what was put by key and by index, in key order", async () => {
    const store = await open();
    const { value, seq } = store.transaction((tx) => {
      tx.put(vpcs, { id: "b", account: "1", tags: ["x", "y"] });
      tx.put(vpcs, { id: "a", account: "1", tags: [] });
      tx.put(vpcs, { id: "c", account: "2", tags: ["y"] });
      return tx.by(vpcs, "account", "1").map((row) => row.id);
    });
    expect(value).toEqual(["a", "b"]);
    await store.settled(seq);
    expect(store.read((tx) => tx.by(vpcs, "tag", "y").map((row) => row.id))).toEqual(["b", "c"]);
    expect(store.read((tx) => [...tx.scan(vpcs)].map((row) => row.id))).toEqual(["a", "b", "c"]);
    await store.close();
  });
  it("undoes everything when the function throws, and refuses to nest", async () => {
    const store = await open();
    expect(() =>
      store.transaction((tx) => {
        tx.put(vpcs, { id: "a", account: "1", tags: [] });
        store.transaction(() => undefined);
      }),
    ).toThrow(StoreMisuse);
    expect(store.read((tx) => tx.count(vpcs))).toBe(0);
  });
});
