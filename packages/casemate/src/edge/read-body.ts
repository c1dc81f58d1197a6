/**
 * Reads a request body while it streams and stops at its bound, before it is buffered. All bodies in flight
 * share one budget, so that many large requests cannot take the process's memory.
 */
import type { IncomingMessage } from "node:http";

/** Bytes that request bodies may hold at once. */
export interface BodyBudget {
  /** Takes room, or returns false when there is not enough. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** A budget of so many bytes. */
export function createBodyBudget(bytesMax: number): BodyBudget {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > bytesMax) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/** A body and the room that it holds in the budget, or why there is none. */
export type BodyOutcome =
  { readonly bytes: Uint8Array; readonly held: number } | "too-large" | "no-room" | "aborted";

/** Whether the head already announces more than the bound. */
export function announcesTooMuch(request: IncomingMessage, bytesMax: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > bytesMax;
}

const firstCapacity = 16 * 1024;

/**
 * The whole body, of at most `bytesMax`. On `too-large` and `no-room` the rest is still to come and nothing
 * is held; on success the caller gives `held` back to the budget.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  budget: BodyBudget,
): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    // The usual body is one chunk and is not copied. From the second on, chunks are copied into one buffer:
    // kept apart, a body sent byte by byte would hold a hundred times its size.
    // It grows with what arrives, not with what is announced: an announcement costs the client nothing.
    const end = Math.min(bytesMax, Number(request.headers["content-length"] ?? bytesMax));
    let whole: Buffer = Buffer.alloc(0);
    let size = 0;
    let held = 0;
    let settled = false;
    const settle = (outcome: BodyOutcome): void => {
      if (settled) return;
      settled = true;
      if (typeof outcome === "string") budget.give(held);
      resolve(outcome);
    };
    const stop = (outcome: "too-large" | "no-room"): void => {
      request.off("data", onData);
      request.pause();
      settle(outcome);
    };
    const hold = (bytes: number): boolean => {
      if (!budget.take(bytes)) return false;
      held += bytes;
      return true;
    };
    const onData = (chunk: Buffer): void => {
      const needed = size + chunk.length;
      if (needed > bytesMax) return stop("too-large");
      if (size === 0) {
        if (!hold(chunk.length)) return stop("no-room");
        whole = chunk;
      } else {
        if (needed > whole.length) {
          const capacity = Math.min(end, Math.max(firstCapacity, whole.length * 4, needed));
          if (!hold(capacity - held)) return stop("no-room");
          const larger = Buffer.allocUnsafeSlow(capacity);
          whole.copy(larger, 0, 0, size);
          whole = larger;
        }
        chunk.copy(whole, size);
      }
      size = needed;
    };
    request.on("data", onData);
    request.on("end", () => settle({ bytes: whole.subarray(0, size), held }));
    // A request that breaks off closes; without a listener it raises no error besides.
    request.on("close", () => settle("aborted"));
  });
}

/** How long and for how many bytes a refused body is still read, so that the client sees the refusal. */
const lingerMs = 2000;
const lingerBytesMax = 16 * 1024 * 1024;

/** Reads what is left of a refused body and drops it, within bounds; resolves when there is no more use. */
export function discardBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) return resolve();
    let dropped = 0;
    const timer = setTimeout(finish, lingerMs);
    function finish(): void {
      clearTimeout(timer);
      request.off("data", drop).off("end", finish).off("close", finish).off("error", finish);
      resolve();
    }
    function drop(chunk: Buffer): void {
      dropped += chunk.length;
      if (dropped > lingerBytesMax) finish();
    }
    request.on("data", drop).on("end", finish).on("close", finish).on("error", finish);
    request.resume();
  });
}
