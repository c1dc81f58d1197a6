/**
 * Exit codes of the command line: part of its contract, as `casemate help exit-codes` and docs/cli.md list
 * them.
 */

/** Exit codes by what they say. */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4, timedOut: 5 } as const;

/** What each code means. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, "done"],
  [exitCodes.failed, "failed: it was tried and did not work"],
  [exitCodes.usage, "usage: a flag, an argument or a setting is not valid"],
  [
    exitCodes.refused,
    "refused: not allowed, not possible in this state, or (reach) the packet does not arrive",
  ],
  [exitCodes.unreachable, "unreachable: no cloud answers where it was looked for"],
  [exitCodes.timedOut, "timed out: it did not happen within the time that was given"],
];
