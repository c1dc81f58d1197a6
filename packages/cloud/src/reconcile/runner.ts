/**
 * Runs reconcilers: on a wake-up, at start and on a period, one pass at a time each. A pass that throws is
 * told and tried again; it never stops the others. Knows no service by name.
 */
import type { Store } from "@casemate/store";
import type { CloudEnvironment, Reconciler } from "../kit/index.ts";

/** What the runner works with. */
export interface ReconcileOptions {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly reconcilers: readonly Reconciler[];
  /** Calls back after a time; answers how to cancel. */
  readonly schedule: (callback: () => void, afterMs: number) => () => void;
  readonly onDefect: (defect: unknown, reconciler: string) => void;
}

/** How a reconciler is doing. */
export interface ReconcilerStatus {
  readonly name: string;
  readonly passes: number;
  readonly failures: number;
  readonly running: boolean;
  /** What the last pass failed with, when it did. */
  readonly lastFailure: string | undefined;
}

/** The running reconcilers. */
export interface RunningReconcilers {
  status(): readonly ReconcilerStatus[];
  /** Resolves when no pass runs and none is due by a wake-up. */
  idle(): Promise<void>;
  /** No new pass begins; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

/** Delay before a failed pass is tried again: doubled each time up to the reconciler's period. */
const retryFirstMs = 200;

/** Starts all reconcilers; each makes its first pass at once. */
export function startReconcilers(options: ReconcileOptions): RunningReconcilers {
  const loops = options.reconcilers.map((reconciler) => new Loop(reconciler, options));
  for (const loop of loops) loop.wake();
  return {
    status: () => loops.map((loop) => loop.status()),
    async idle() {
      do await Promise.all(loops.map((loop) => loop.settled()));
      while (loops.some((loop) => loop.busy));
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

class Loop {
  readonly #reconciler: Reconciler;
  readonly #options: ReconcileOptions;
  readonly #unsubscribe: readonly (() => void)[];
  #due = false;
  #stopped = false;
  #failuresInRow = 0;
  #passes = 0;
  #failures = 0;
  #lastFailure: string | undefined;
  #cancelTimer: (() => void) | undefined;
  #current: Promise<void> | undefined;

  constructor(reconciler: Reconciler, options: ReconcileOptions) {
    this.#reconciler = reconciler;
    this.#options = options;
    this.#unsubscribe = reconciler.topics.map((topic) => options.store.onWish(topic, () => this.wake()));
  }

  /** Resolves when the pass that runs now, if any, and those due after it have ended. */
  async settled(): Promise<void> {
    await this.#current;
    await this.#reconciler.drain?.();
  }

  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Asks for a pass; one that runs already is followed by another. */
  wake(): void {
    if (this.#stopped) return;
    this.#due = true;
    this.#current ??= this.#passUntilQuiet();
  }

  status(): ReconcilerStatus {
    return {
      name: this.#reconciler.name,
      passes: this.#passes,
      failures: this.#failures,
      running: this.busy,
      lastFailure: this.#lastFailure,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#current;
    await (this.#reconciler.stop?.() ?? this.#reconciler.drain?.());
  }

  async #passUntilQuiet(): Promise<void> {
    this.#cancelTimer?.();
    // A wake-up must return before its pass begins: it may come from inside a commit.
    await Promise.resolve();
    while (this.#due && !this.#stopped) {
      this.#due = false;
      await this.#pass();
    }
    this.#current = undefined;
    this.#sleep();
  }

  async #pass(): Promise<void> {
    this.#passes += 1;
    try {
      await this.#reconciler.run(this.#options.store, this.#options.environment);
      this.#failuresInRow = 0;
      this.#lastFailure = undefined;
    } catch (defect) {
      this.#failures += 1;
      this.#failuresInRow += 1;
      this.#lastFailure = defect instanceof Error ? defect.message : String(defect);
      if (!this.#stopped) this.#options.onDefect(defect, this.#reconciler.name);
    }
  }

  #sleep(): void {
    if (this.#stopped) return;
    const { everyMs } = this.#reconciler;
    const retryMs = retryFirstMs * 2 ** Math.min(this.#failuresInRow - 1, 16);
    const waitMs = this.#failuresInRow === 0 ? everyMs : Math.min(everyMs, retryMs);
    this.#cancelTimer = this.#options.schedule(() => this.wake(), waitMs);
  }
}
