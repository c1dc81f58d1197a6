// Waits for a state of the world, and says which one did not come.
import { setTimeout as delay } from "node:timers/promises";

/** Asks again and again until there is an answer. @throws when none came in time, with the last failure */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  limitMs = 30_000,
): Promise<Answer> {
  const giveUpAt = performance.now() + limitMs;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (cause) {
      failure = cause;
    }
    if (performance.now() > giveUpAt)
      throw new Error(`waited ${limitMs} ms until ${what}`, { cause: failure });
    await delay(50);
  }
}
