/**
 * A commit log that misbehaves on request: it fails, stalls, tears (makes durable and says it did not) and
 * is fenced. Tests wrap any log in it.
 */
import type { CommitBatch, CommitLog } from "./commit-log.ts";

/** A log and the ways to break it. */
export interface FaultyLog extends CommitLog {
  /** The batches that were handed to it, in order. */
  readonly batches: readonly CommitBatch[];
  /** The next append does nothing and is refused. */
  failNext(): void;
  /** The next append is durable but is refused. */
  tearNext(): void;
  /** Appends wait until the answer is called. */
  stall(): () => void;
  /** Another has taken over: appends and loads are refused until the answer is called. */
  fence(): () => void;
}

/** Wraps a log so that it can be made to misbehave. */
export function faultyLog(inner: CommitLog): FaultyLog {
  const batches: CommitBatch[] = [];
  let next: "fail" | "tear" | undefined;
  let stalled: Promise<void> | undefined;
  let fenced = false;
  return {
    batches,
    failNext: () => void (next = "fail"),
    tearNext: () => void (next = "tear"),
    stall: () => {
      let release: () => void = () => undefined;
      stalled = new Promise((resolve) => (release = resolve));
      return () => {
        stalled = undefined;
        release();
      };
    },
    fence: () => {
      fenced = true;
      return () => void (fenced = false);
    },
    load: async (tables, receive) => {
      if (fenced) throw new Error("The log is fenced.");
      return inner.load(tables, receive);
    },
    append: async (batch) => {
      batches.push(batch);
      await stalled;
      const fault = next;
      next = undefined;
      if (fenced) throw new Error("The log is fenced.");
      if (fault === "fail") throw new Error("The disk is full.");
      await inner.append(batch);
      if (fault === "tear") throw new Error("The answer was lost.");
    },
    query: (query) => inner.query(query),
    trim: (kind, before, limit) => inner.trim(kind, before, limit),
    close: () => inner.close(),
  };
}
