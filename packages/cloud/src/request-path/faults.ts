/** Faults of the request path itself, and how any throw becomes one. */
import { WireFault } from "@casemate/wire";
import { Fault, fault } from "../kit/index.ts";

export const unsupportedOperation = fault({
  code: "UnsupportedOperation",
  message: (action: string) => `The operation ${action} exists on AWS but not in Casemate.`,
});
export const unsupportedParameter = fault({
  code: "UnsupportedOperation",
  message: (operation: string, parameter: string) =>
    `The parameter ${parameter} of ${operation} is not supported by Casemate.`,
});
export const dryRunAllowed = fault({
  code: "DryRunOperation",
  status: 412,
  message: () => "Request would have succeeded, but DryRun flag is set.",
});
export const storeUnavailable = fault({
  code: "ServiceUnavailable",
  status: 503,
  message: () => "The service is unavailable. Please try again shortly.",
});
export const internalFailure = fault({
  code: "InternalFailure",
  status: 500,
  message: () => "The request processing has failed because of an unknown error, exception or failure.",
});

/** Every fault of the request path, for the errors page. */
export const requestPathFaults = [unsupportedOperation, dryRunAllowed, storeUnavailable, internalFailure];

/** A fault stays what it is; anything else is told to `onDefect` and becomes InternalFailure, which says nothing of its cause. */
export function toFault(thrown: unknown, onDefect: (defect: unknown) => void): Fault {
  if (thrown instanceof Fault) return thrown;
  if (thrown instanceof WireFault) return new Fault(thrown.code, thrown.status, thrown.message);
  onDefect(thrown);
  return internalFailure();
}
