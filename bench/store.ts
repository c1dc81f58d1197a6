// Measures the store: durable commits of the shape of RunInstances with 32 in flight, in memory and in
// SQLite, against the disk's own pace of syncing; and what loading costs. Rates come from interleaved
// slices of one run.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { appendTable, collection, memoryLog, openStore, sqliteLog, type Collection } from "@casemate/store";
import type { CommitLog, Store } from "@casemate/store";
import { quantile } from "./row.ts";
import type { Report } from "./row.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const inFlight = 32;
const slices = 5;
const sliceMs = 600;
const documents = 50_000;

interface Document {
  readonly id: string;
  readonly account: string;
  readonly body: unknown;
}
interface TrailEvent {
  readonly id: string;
  readonly at: number;
  readonly body: unknown;
}

const kinds = ["policy", "instance", "interface", "volume", "token"] as const;
const collections = Object.fromEntries(
  kinds.map((kind) => [
    kind,
    collection<Document>()({
      kind: `bench/${kind}`,
      key: (row) => row.id,
      indexes: { account: (row) => row.account },
    }),
  ]),
) as Record<(typeof kinds)[number], Collection<Document, "account">>;
const trail = appendTable<TrailEvent>({
  kind: "bench/trail",
  at: (item) => item.at,
  keys: (item) => [item.id, "AKIAEXAMPLE"],
  account: () => "111122223333",
});
const body = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [`attribute${at}`, `value-${at}-${at * 7}`]),
);

interface Subject {
  readonly name: string;
  readonly store: Store;
  readonly latencies: number[];
  commits: number;
  busyMs: number;
}

/** Prints the figures of the store. */
export function run(report: Report): Promise<void> {
  return inTemporaryFolder((folder) => measureAll(report, folder));
}

async function measureAll(report: Report, directory: string): Promise<void> {
  const memory = await subject("memory", memoryLog());
  const sqlite = await subject("SQLite", sqliteLog(join(directory, "state", "casemate.db")));
  const syncs: number[] = [];
  await slice(memory, 200);
  await slice(sqlite, 200);
  for (const one of [memory, sqlite])
    Object.assign(one, { commits: 0, busyMs: 0, latencies: one.latencies.splice(0, 0) });
  for (let at = 0; at < slices; at += 1) {
    await slice(memory, sliceMs);
    await slice(sqlite, sliceMs);
    syncs.push(syncsPerSecond(join(directory, "sync"), 200));
  }
  const [memoryRate, sqliteRate] = [memory, sqlite].map((one) => (one.commits / one.busyMs) * 1000) as [
    number,
    number,
  ];
  const syncRate = syncs.reduce((sum, rate) => sum + rate, 0) / syncs.length;
  for (const one of [memory, sqlite]) {
    const rate = Math.round((one.commits / one.busyMs) * 1000);
    report({
      what: `RunInstances-shaped commits, ${inFlight} in flight, ${one.name}`,
      figure: `${rate}/s, p50 ${at(one, 0.5)} ms, p99 ${at(one, 0.99)} ms`,
      beside:
        one === memory
          ? undefined
          : `${(sqliteRate / memoryRate).toFixed(2)} of memory, ` +
            `${(sqliteRate / syncRate).toFixed(1)} per sync of the bare disk`,
    });
  }
  report({ what: "syncs of the bare disk", figure: `${Math.round(syncRate)}/s` });
  await memory.store.close();
  await sqlite.store.close();
  await loading(join(directory, "load", "casemate.db"), report);
}

async function subject(name: string, log: CommitLog): Promise<Subject> {
  const store = await openStore({ collections: Object.values(collections), tables: [trail], log });
  store.transaction((tx) => {
    for (let at = 0; at < 40; at += 1)
      tx.put(collections.policy, { id: `policy-${at}`, account: `${at % 4}`, body });
  });
  await store.settled(store.seq);
  return { name, store, latencies: [], commits: 0, busyMs: 0 };
}

/** Twelve reads with policies among them, four rows and a trail event. */
function runInstances(store: Store, id: string): number {
  return store.transaction((tx) => {
    for (let at = 0; at < 4; at += 1) tx.get(collections.policy, `policy-${at}`);
    tx.by(collections.policy, "account", "1");
    for (let at = 0; at < 7; at += 1) tx.get(collections.instance, `i-${id}-${at}`);
    for (const kind of ["instance", "interface", "volume", "token"] as const) {
      tx.put(collections[kind], { id: `${kind}-${id}`, account: id.slice(-3), body });
    }
    tx.append(trail, { id, at: Math.floor(performance.now()), body });
  }).seq;
}

async function slice(one: Subject, lengthMs: number): Promise<void> {
  const started = performance.now();
  const end = started + lengthMs;
  const client = async (name: number): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now();
      await one.store.settled(runInstances(one.store, `${name}-${one.commits}-${Math.round(sent * 1000)}`));
      one.latencies.push(performance.now() - sent);
      one.commits += 1;
      // Requests come from the event loop; a client must not keep it to itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, name) => client(name)));
  one.busyMs += performance.now() - started;
}

function syncsPerSecond(path: string, lengthMs: number): number {
  const descriptor = openSync(path, "a");
  const started = performance.now();
  let syncs = 0;
  while (performance.now() - started < lengthMs) {
    writeSync(descriptor, Buffer.alloc(4096));
    fdatasyncSync(descriptor);
    syncs += 1;
  }
  closeSync(descriptor);
  return (syncs / (performance.now() - started)) * 1000;
}

async function loading(path: string, report: Report): Promise<void> {
  const open = () =>
    openStore({ collections: Object.values(collections), tables: [trail], log: sqliteLog(path) });
  const store = await open();
  for (let from = 0; from < documents; from += 1000) {
    const { seq } = store.transaction((tx) => {
      for (let at = from; at < from + 1000; at += 1) {
        tx.put(collections.instance, { id: `i-${at}`, account: `${at % 9}`, body });
      }
    });
    await store.settled(seq);
  }
  await store.close();
  const started = performance.now();
  const again = await open();
  const loadedMs = performance.now() - started;
  report({
    what: `load ${documents} documents`,
    figure: `${loadedMs.toFixed(0)} ms`,
    beside: `${((loadedMs / documents) * 1000).toFixed(1)} us per document`,
  });
  await again.close();
}

function at({ latencies }: Subject, share: number): string {
  return quantile(latencies, share).toFixed(2);
}
