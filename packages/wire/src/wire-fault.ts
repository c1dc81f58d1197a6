// The one error this package throws for what a caller sent. It carries AWS's code, status and text and
// nothing internal.

/** What a refusal says. */
export interface WireFaultText {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A refusal of a request on the wire; anything else thrown by this package is a defect. */
export class WireFault extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the exception, in the protocols whose exceptions have them. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, refusal: string | WireFaultText, status = 400) {
    // A fault is an answer, not a crash: collecting the stack would cost more than the whole decode.
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(typeof refusal === "string" ? refusal : refusal.message);
    Error.stackTraceLimit = depth;
    this.code = code;
    this.status = status;
    this.details = typeof refusal === "string" ? undefined : refusal.details;
  }

  override get name(): string {
    return "WireFault";
  }
}
