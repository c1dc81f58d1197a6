// The one error this package throws for what a caller sent. It carries AWS's code, status and text and
// nothing internal.

/** A refusal of a request on the wire; anything else thrown by this package is a defect. */
export class WireFault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    // A fault is an answer, not a crash: collecting the stack would cost more than the whole decode.
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = depth;
    this.code = code;
    this.status = status;
  }

  override get name(): string {
    return "WireFault";
  }
}
