/** How a synchronous call says that it needs something from outside the cloud first. */

/**
 * Thrown by `identify`, `needs` or a handler. The request path undoes the call, waits until the promise has
 * settled and runs the whole call again; what was fetched is then found in the port that fetched it, and so
 * is that it could not be had. After `attemptsMax` runs the call is refused.
 */
export class Waiting extends Error {
  readonly settled: Promise<unknown>;

  constructor(settled: Promise<unknown>) {
    super("Something outside the cloud must be fetched first.");
    this.settled = settled;
  }
}

/** How often a call is run, the first time counted. */
export const attemptsMax = 4;
