import { memoryLog, openStore, type Store } from "@casemate/store";
import { beforeEach, describe, expect, it } from "vitest";
import type { CloudEnvironment, Reconciler } from "../kit/index.ts";
import { startReconcilers } from "./runner.ts";

const environment = {} as CloudEnvironment;

interface Timer {
  readonly callback: () => void;
  readonly afterMs: number;
}

describe("the reconcile runner", () => {
  let store: Store;
  let timers: Timer[];

  beforeEach(async () => {
    store = await openStore({ collections: [], tables: [], log: memoryLog() });
    timers = [];
  });

  function start(run: Reconciler["run"], defects: unknown[] = []) {
    const reconciler: Reconciler = { name: "test", topics: ["test/wake"], everyMs: 60_000, run };
    return startReconcilers({
      store,
      environment,
      reconcilers: [reconciler],
      schedule: (callback, afterMs) => {
        const timer = { callback, afterMs };
        timers.push(timer);
        return () => {
          timers = timers.filter((each) => each !== timer);
        };
      },
      onDefect: (defect) => defects.push(defect),
    });
  }

  it("passes once at start and then sleeps for its period", async () => {
    let passes = 0;
    const running = start(() => {
      passes += 1;
      return Promise.resolve();
    });
    await running.idle();
    expect(passes).toBe(1);
    expect(timers.map(({ afterMs }) => afterMs)).toEqual([60_000]);
  });

  it("passes again after a wake-up that came while a pass was running", async () => {
    let passes = 0;
    const running = start(async () => {
      passes += 1;
      if (passes > 1) return;
      const { seq } = store.transaction((tx) => tx.wish("test/wake"));
      await store.settled(seq);
    });
    await running.idle();
    await store.settled(store.seq);
    await running.idle();
    expect(passes).toBe(2);
  });

  it("tells a failed pass and tries again sooner than its period, later each time", async () => {
    const defects: unknown[] = [];
    const running = start(() => Promise.reject(new Error("no such device")), defects);
    await running.idle();
    timers[0]?.callback();
    await running.idle();
    expect(defects).toHaveLength(2);
    expect(timers.at(-1)?.afterMs).toBe(400);
    expect(running.status()[0]?.lastFailure).toBe("no such device");
  });

  it("begins no pass after it was stopped", async () => {
    let passes = 0;
    const running = start(() => {
      passes += 1;
      return Promise.resolve();
    });
    await running.stop();
    const before = passes;
    store.transaction((tx) => tx.wish("test/wake"));
    await store.settled(store.seq);
    await running.idle();
    expect(passes).toBe(before);
    expect(timers).toEqual([]);
  });
});
