/**
 * Bounds the hashing of passwords: each hash takes memory and tens of milliseconds of a processor, so few run
 * at once, few wait, and whoever comes then is sent away.
 */

/** Hashes a password with a salt, without holding up the caller's thread. */
export type HashPassword = (password: string, salt: string) => Promise<string>;

/** Passwords that are hashed at once. */
export const passwordHashesAtOnceMax = 2;
/** Attempts that wait for their turn. */
export const attemptsWaitingMax = 64;

/** The queue. */
export interface HashQueue {
  /** Runs the work in its turn; undefined when too many wait. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

/** An empty queue. */
export function createHashQueue(): HashQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = (): Promise<void> | undefined => {
    if (running < passwordHashesAtOnceMax) {
      running += 1;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    async run(work) {
      if (running >= passwordHashesAtOnceMax && waiting.length >= attemptsWaitingMax) return undefined;
      await turn();
      try {
        return await work();
      } finally {
        // The place is handed on as it is, or given up.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
