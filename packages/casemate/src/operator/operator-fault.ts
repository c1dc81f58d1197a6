/** What the operator's channel answers instead of a result: a code for programs, a sentence for people. */

/** Why an operator's call was not carried out. */
export type OperatorFaultCode =
  "InvalidInput" | "NotFound" | "Conflict" | "Unsupported" | "Unreachable" | "Failed";

/** An operator's call that was not carried out. */
export class OperatorFault extends Error {
  override readonly name = "OperatorFault";
  readonly code: OperatorFaultCode;

  constructor(code: OperatorFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

const codes: readonly string[] = [
  "InvalidInput",
  "NotFound",
  "Conflict",
  "Unsupported",
  "Unreachable",
  "Failed",
] satisfies readonly OperatorFaultCode[];

/** A fault as it came over the channel; an unknown code is a failure. */
export function operatorFaultOf(code: unknown, message: unknown): OperatorFault {
  const known = typeof code === "string" && codes.includes(code);
  return new OperatorFault(known ? (code as OperatorFaultCode) : "Failed", String(message));
}
