/**
 * What every commit log must do, as cases that any test runner can run: memory, SQLite and PostgreSQL pass
 * the same ones. A case throws when the log under test does not keep the contract.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type {
  CommitBatch,
  CommitLog,
  DocumentWrite,
  ItemQuery,
  ItemWrite,
  StoredDocument,
} from "./commit-log.ts";
import type { LoadedLog } from "./commit-log.ts";

/** The log under test. */
export interface LogSubject {
  /** A log on the same durable state each time; the one before is closed or has crashed. */
  open(): CommitLog;
}

/** One promise of the contract. */
export interface ContractCase {
  readonly name: string;
  readonly run: (subject: LogSubject) => Promise<void>;
}

const tables = ["test/event", "test/other"];

/** The cases of the contract. */
export const commitLogContract: readonly ContractCase[] = [
  {
    name: "is empty at first, at sequence number 0",
    async run(subject) {
      deepEqual(await loadAll(subject.open()), { seq: 0, tables: [], documents: [] });
    },
  },
  {
    name: "gives back what was appended, to itself and to the next log",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      await log.append(batch(1, [put("a", "1"), put("b", "1")]));
      await log.append(batch(2, [put("a", "2"), gone("b"), put("c", "1"), gone("never-there")]));
      const found = { seq: 2, tables: [], documents: [stored("a", "2"), stored("c", "1")] };
      deepEqual(await loadAll(log), found);
      await log.close();
      deepEqual(await loadAll(subject.open()), found);
    },
  },
  {
    name: "keeps any text as it was",
    async run(subject) {
      const texts = ["'; DROP TABLE document; --", '"', "a\0b", "\u{1F512} schlüssel", "x".repeat(1_000_000)];
      const log = subject.open();
      await loadAll(log);
      const writes = texts.map((text, at) => ({
        ...put(`${text.slice(0, 50)}${at}`, ""),
        json: JSON.stringify({ text }),
      }));
      await log.append(batch(1, writes));
      await log.close();
      const { documents } = await loadAll(subject.open());
      deepEqual(
        documents.map((found) => (JSON.parse(found.json) as { text: string }).text).sort(),
        texts.sort(),
      );
    },
  },
  {
    name: "makes a batch durable as a whole or not at all",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      await log.append(batch(1, [put("a", "1")]));
      await rejects(log.append(batch(2, [put("a", "2"), put("b", "1")], [item("test/unknown", 1)])));
      deepEqual(await loadAll(log), { seq: 1, tables: [], documents: [stored("a", "1")] });
      await log.append(batch(3, [put("b", "3")]));
      equal((await loadAll(log)).seq, 3);
    },
  },
  {
    name: "refuses a sequence number that does not grow, which only a second writer would bring",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      await log.append(batch(5, [put("a", "1")]));
      await rejects(log.append(batch(5, [put("a", "2")])));
      await rejects(log.append(batch(4, [put("a", "2")])));
      deepEqual((await loadAll(log)).documents, [stored("a", "1")]);
    },
  },
  {
    name: "names the tables that hold anything, also those it is not asked for",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      await log.append(batch(1, [], [item("test/other", 1)]));
      await log.close();
      const loaded = await subject.open().load(["test/event"], () => undefined);
      deepEqual(loaded.tables, ["test/other"]);
    },
  },
  {
    name: "finds items by key, account and time, in both directions, page by page",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      const items = sampleItems(60);
      await log.append(batch(1, [], items.slice(0, 25)));
      await log.append(batch(2, [], items.slice(25)));
      for (const query of sampleQueries()) {
        const wanted = literalQuery(items, query);
        // oxlint-disable-next-line no-await-in-loop -- pages follow each other
        deepEqual(await pagesOf(log, query), wanted, JSON.stringify(query));
      }
    },
  },
  {
    name: "trims the oldest items, and their keys with them",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      const items = sampleItems(40);
      await log.append(batch(1, [], items));
      const old = items.filter((found) => found.at < 3).length;
      equal(await log.trim("test/event", 3, 5), 5);
      equal(await log.trim("test/event", 3, 1000), old - 5);
      equal(await log.trim("test/event", 3, 1000), 0);
      const rest = items.filter((found) => found.at >= 3);
      for (const query of sampleQueries()) {
        const wanted = literalQuery(items, query).filter((json) => rest.some((found) => found.json === json));
        // oxlint-disable-next-line no-await-in-loop -- pages follow each other
        deepEqual(await pagesOf(log, query), wanted, JSON.stringify(query));
      }
    },
  },
  {
    name: "refuses everything but load once it is closed",
    async run(subject) {
      const log = subject.open();
      await loadAll(log);
      await log.close();
      await rejects(log.append(batch(1, [put("a", "1")])));
      await rejects(log.query({ kind: "test/event", limit: 1, newestFirst: false }));
      await log.close();
      equal((await loadAll(log)).seq, 0);
    },
  },
];

/** Loads a log and gathers its documents in order of id. */
async function loadAll(log: CommitLog): Promise<LoadedLog & { documents: StoredDocument[] }> {
  const documents: StoredDocument[] = [];
  const loaded = await log.load(tables, (found) => documents.push(...found));
  return { ...loaded, documents: documents.sort((one, other) => (one.id < other.id ? -1 : 1)) };
}

function batch(
  seq: number,
  documents: readonly DocumentWrite[],
  items: readonly ItemWrite[] = [],
): CommitBatch {
  return { seq, documents, items };
}

function put(id: string, value: string): DocumentWrite & { readonly json: string } {
  return { kind: "test/row", id, version: 1, json: JSON.stringify({ id, value }) };
}

function gone(id: string): DocumentWrite {
  return { kind: "test/row", id, version: 1, json: null };
}

function stored(id: string, value: string): StoredDocument {
  return put(id, value);
}

function item(kind: string, at: number): ItemWrite {
  return { kind, at, account: "1", keys: ["k"], json: JSON.stringify({ at }) };
}

/** Items whose times are neither in order nor unique. */
function sampleItems(count: number): ItemWrite[] {
  return Array.from({ length: count }, (_, place) => ({
    kind: "test/event",
    at: (place * 7) % 10,
    account: `${place % 3}`,
    keys: place % 4 === 0 ? [] : [`k${place % 5}`, `only-${place}`],
    json: JSON.stringify({ place }),
  }));
}

function sampleQueries(): ItemQuery[] {
  const narrowings = [{}, { key: "k2" }, { account: "1" }, { key: "k2", account: "1" }, { key: "none" }];
  const times = [{}, { from: 3 }, { to: 6 }, { from: 3, to: 6 }, { from: 6, to: 3 }];
  return narrowings.flatMap((narrowing) =>
    times.flatMap((time) =>
      [1, 4, 1000].flatMap((limit) =>
        [true, false].map((newestFirst) => ({
          kind: "test/event",
          ...narrowing,
          ...time,
          limit,
          newestFirst,
        })),
      ),
    ),
  );
}

/** What a query means, said the slow way. */
function literalQuery(items: readonly ItemWrite[], query: ItemQuery): string[] {
  const found = items
    .map((write, ordinal) => ({ ...write, ordinal }))
    .filter((write) => query.key === undefined || write.keys.includes(query.key))
    .filter((write) => query.account === undefined || write.account === query.account)
    .filter((write) => write.at >= (query.from ?? write.at) && write.at <= (query.to ?? write.at))
    .sort((one, other) => one.at - other.at || one.ordinal - other.ordinal)
    .map((write) => write.json);
  return query.newestFirst ? found.reverse() : found;
}

async function pagesOf(log: CommitLog, query: ItemQuery): Promise<string[]> {
  const all: string[] = [];
  let after: ItemQuery["after"];
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- pages follow each other
    const page = await log.query({ ...query, after });
    all.push(...page.map((found) => found.json));
    after = page.at(-1);
    if (page.length < query.limit) return all;
  }
}
