/** Why a command ended without its result: the exit code, a code for programs and a sentence for people. */
import { ConfigurationError } from "../config/environment.ts";
import { OperatorFault, type OperatorFaultCode } from "../operator/operator-fault.ts";
import { exitCodes } from "./exit-codes.ts";

/** A command that ended without its result. */
export class CliFault extends Error {
  override readonly name = "CliFault";
  readonly exitCode: number;
  readonly code: string;

  constructor(exit: keyof typeof exitCodes, code: string, message: string) {
    super(message);
    this.exitCode = exitCodes[exit];
    this.code = code;
  }
}

const exitOfOperator: Readonly<Record<OperatorFaultCode, keyof typeof exitCodes>> = {
  InvalidInput: "usage",
  NotFound: "failed",
  Conflict: "refused",
  Unsupported: "refused",
  Unreachable: "unreachable",
  Failed: "failed",
};

/** Whatever was thrown, as a fault. */
export function cliFaultOf(thrown: unknown): CliFault {
  if (thrown instanceof CliFault) return thrown;
  if (thrown instanceof OperatorFault) {
    return new CliFault(exitOfOperator[thrown.code], thrown.code, thrown.message);
  }
  if (thrown instanceof ConfigurationError) return new CliFault("usage", "InvalidSetting", thrown.message);
  return new CliFault("failed", "Failed", thrown instanceof Error ? thrown.message : String(thrown));
}
