/**
 * Faults: the refusals a caller sees. A fault has the service's own code, HTTP status and message; what
 * caused it inside is never part of it. Handlers throw faults, only the request path catches them.
 */
import type { Tx } from "@casemate/store";

/** Members of an exception beside its text, such as `Reason`, as the JSON protocols carry them. */
export type FaultDetails = Readonly<Record<string, unknown>>;

/** What a refusal says. */
export interface RefusalText {
  readonly message: string;
  readonly details?: FaultDetails | undefined;
}

/** A refusal in the service's own words. Cheap to make: it carries no stack. */
export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the exception, in the protocols whose exceptions have them. */
  readonly details: FaultDetails | undefined;
  /**
   * What stays of the refused call although all it did is undone, such as a count of wrong codes. The request
   * path runs it in the transaction of the call.
   */
  aftermath: ((tx: Tx) => void) | undefined;

  constructor(code: string, status: number, refusal: string | RefusalText) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(typeof refusal === "string" ? refusal : refusal.message);
    Error.stackTraceLimit = limit;
    this.name = "Fault";
    this.code = code;
    this.status = status;
    this.details = typeof refusal === "string" ? undefined : refusal.details;
  }

  /** This refusal, and something that stays of the call. */
  leaving(aftermath: (tx: Tx) => void): this {
    this.aftermath = aftermath;
    return this;
  }
}

/** A declared fault: call it with the arguments of its text to get the Fault to throw. */
export interface FaultFactory<Arguments extends readonly unknown[]> {
  (...args: Arguments): Fault;
  readonly code: string;
  readonly status: number;
  /** The text with its arguments shown as `{0}`, `{1}` .., for the errors page. */
  readonly pattern: string;
}

/** Any declared fault, as the errors page lists it. */
export type DeclaredFault = Pick<FaultFactory<readonly never[]>, "code" | "status" | "pattern">;

/** What a fault is declared from; the status is 400 unless told otherwise. */
export interface FaultDeclaration<Arguments extends readonly unknown[]> {
  readonly code: string;
  readonly status?: number;
  readonly message: (...args: Arguments) => string;
  /** Further members of the exception. */
  readonly details?: (...args: Arguments) => FaultDetails;
}

/** Declares a fault once, beside the resource it belongs to. */
export function fault<Arguments extends readonly string[]>(
  declaration: FaultDeclaration<Arguments>,
): FaultFactory<Arguments> {
  const { code, message, details } = declaration;
  const status = declaration.status ?? 400;
  const placeholders = Array.from({ length: message.length }, (_, index) => `{${index}}`);
  const make = (...args: Arguments): Fault =>
    new Fault(code, status, { message: message(...args), details: details?.(...args) });
  // Every declared argument is a string, so the placeholders stand in for any of them.
  const pattern = message(...(placeholders as unknown as Arguments));
  return Object.assign(make, { code, status, pattern });
}
