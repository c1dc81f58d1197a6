// What the fuzzer runs: a maker of hostile inputs, and the code that has to answer each of them.
import type { Random } from "@casemate/wire/testing";

export interface FuzzTarget {
  readonly name: string;
  /**
   * Makes the next input and gives back what consumes it. The two are apart so that only consuming is
   * timed.
   */
  prepare(random: Random): () => unknown;
  /** Whether a thrown value is an answer, such as a fault, and not a crash. */
  answers(thrown: unknown): boolean;
}
