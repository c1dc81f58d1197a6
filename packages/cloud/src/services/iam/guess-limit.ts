/** How often somebody may guess a secret: after a few wrong ones in a row none is looked at for a while. */

/** Wrong guesses after which further ones are not looked at. */
export const wrongGuessesMax = 5;
/**
 * How long they are not.
 * Differs: AWS limits guesses too, but does not tell how.
 */
export const wrongGuessesPauseMs = 15 * 60_000;

/** Wrong guesses since the last right one, and when the last of them came. */
export interface WrongGuesses {
  readonly count: number;
  readonly at: number;
}

export const noWrongGuesses: WrongGuesses = Object.freeze({ count: 0, at: 0 });

/** Whether guesses are not looked at now. */
export function guessesPause({ count, at }: WrongGuesses, now: number): boolean {
  return count >= wrongGuessesMax && now - at < wrongGuessesPauseMs;
}

/** One wrong guess more; those that came before a pause are forgotten after it. */
export function withWrongGuess(guesses: WrongGuesses, now: number): WrongGuesses {
  if (guessesPause(guesses, now)) return guesses;
  return { count: guesses.count >= wrongGuessesMax ? 1 : guesses.count + 1, at: now };
}
