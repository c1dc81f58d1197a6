import fc from "fast-check";
import { deepEqual, equal, throws as mustThrow } from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { appendTable, collection, memoryLog, openStore } from "./index.ts";
import type { ReadTx, Tx } from "./index.ts";

interface Row {
  readonly id: string;
  readonly owner: string | null;
  readonly tags: readonly string[];
}
const rows = collection<Row>()({
  kind: "test/row",
  key: (row) => row.id,
  indexes: { owner: (row) => row.owner ?? undefined, tag: (row) => row.tags },
});
const events = appendTable<{ readonly text: string }>({
  kind: "test/event",
  at: () => 0,
  keys: (item) => [item.text],
  account: () => "1",
});

/** The store, said the slow way: rows in one map, everything else found by looking at all of them. */
interface Model {
  readonly rows: Map<string, Row>;
  readonly events: string[];
}

type Step =
  | { readonly kind: "put"; readonly row: Row }
  | { readonly kind: "delete"; readonly id: string }
  | { readonly kind: "append"; readonly text: string }
  | { readonly kind: "attempt"; readonly steps: readonly Step[]; readonly throws: boolean };

const ids = fc.constantFrom("a", "b", "c", "d", "é", "\u{1F512}");
const words = fc.constantFrom("x", "y", "z");
const plainStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      row: fc.record(
        { id: ids, owner: fc.option(words), tags: fc.array(words, { maxLength: 3 }) },
        { noNullPrototype: true },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), id: ids }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("append" as const), text: words }) },
);
const attempt = (steps: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constant("attempt" as const),
    steps: fc.array(steps, { maxLength: 6 }),
    throws: fc.boolean(),
  });
const step = fc.oneof(plainStep, attempt(fc.oneof(plainStep, attempt(plainStep))));
const transactions = fc.array(fc.record({ steps: fc.array(step, { maxLength: 8 }), throws: fc.boolean() }), {
  maxLength: 12,
});

function copyOf(model: Model): Model {
  return { rows: new Map(model.rows), events: [...model.events] };
}

/** Does the steps on both and answers the model of afterwards. */
function take(tx: Tx, model: Model, steps: readonly Step[]): Model {
  let now = copyOf(model);
  for (const next of steps) {
    switch (next.kind) {
      case "put":
        tx.put(rows, structuredClone(next.row));
        now.rows.set(next.row.id, next.row);
        break;
      case "delete":
        equal(tx.delete(rows, next.id), now.rows.delete(next.id));
        break;
      case "append":
        tx.append(events, { text: next.text });
        now.events.push(next.text);
        break;
      case "attempt":
        now = takeAttempt(tx, now, next);
        break;
    }
    expectSame(tx, now);
  }
  return now;
}

function takeAttempt(tx: Tx, model: Model, { steps, throws }: Step & { readonly kind: "attempt" }): Model {
  const work = () =>
    tx.attempt(() => {
      const after = take(tx, model, steps);
      if (throws) throw new Error("undo");
      return after;
    });
  if (!throws) return work();
  mustThrow(work, /undo/);
  return model;
}

function expectSame(tx: ReadTx, model: Model): void {
  const all = [...model.rows.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  deepEqual([...tx.scan(rows)], all);
  equal(tx.count(rows), all.length);
  for (const row of all) deepEqual(tx.get(rows, row.id), row);
  for (const word of ["x", "y", "z"]) {
    deepEqual(
      tx.by(rows, "owner", word),
      all.filter((row) => row.owner === word),
    );
    deepEqual(
      tx.by(rows, "tag", word),
      all.filter((row) => row.tags.includes(word)),
    );
  }
}

describe("any sequence of transactions", () => {
  it("leaves rows, indexes and items as a literal model has them, undone and loaded again too", async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (sequence) => {
        const log = memoryLog();
        let store = await openStore({ collections: [rows], tables: [events], log, freeze: true });
        let model: Model = { rows: new Map(), events: [] };
        for (const { steps, throws } of sequence) {
          const work = () =>
            store.transaction((tx) => {
              const after = take(tx, model, steps);
              if (throws) throw new Error("undo all");
              return after;
            });
          if (throws) mustThrow(work, /undo all/);
          else model = work().value;
          store.read((tx) => expectSame(tx, model));
        }
        await store.close();
        store = await openStore({ collections: [rows], tables: [events], log, freeze: true });
        store.read((tx) => expectSame(tx, model));
        const items = await store.query(events, { limit: 1000 });
        expect(items.map((item) => item.text)).toEqual(model.events);
        await store.close();
      }),
      { numRuns: 300 },
    );
  });
});
