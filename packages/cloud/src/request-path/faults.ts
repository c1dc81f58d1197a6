/** Faults of the request path itself, and how any throw becomes one. */
import { StoreFailed } from "@casemate/store";
import { WireFault } from "@casemate/wire";
import { Fault, fault, Waiting } from "../kit/index.ts";

export const unsupportedOperation = fault({
  code: "UnsupportedOperation",
  message: (action: string) => `The operation ${action} exists on AWS but not in Casemate.`,
});
export const unsupportedParameter = fault({
  code: "UnsupportedOperation",
  message: (operation: string, parameter: string) =>
    `The parameter ${parameter} of ${operation} is not supported by Casemate.`,
});
export const pathUnknown = fault({
  code: "InvalidRequest",
  message: () => "The path of the request is not valid. Requests are sent to /.",
});
export const methodNotAllowed = fault({
  code: "MethodNotAllowed",
  status: 405,
  message: () => "The specified method is not allowed against this resource.",
});
export const bodyInGet = fault({
  code: "InvalidRequest",
  message: () => "A GET request carries its parameters in the query string and has no body.",
});
export const parametersInQuery = fault({
  code: "InvalidQueryParameter",
  message: () => "A POST request carries its parameters in its body, not in the query string.",
});
export const contentTypeUnsupported = fault({
  code: "UnsupportedMediaType",
  status: 415,
  message: () => "The body of a POST request must be of type application/x-www-form-urlencoded in UTF-8.",
});
export const contentEncodingUnsupported = fault({
  code: "UnsupportedMediaType",
  status: 415,
  message: () => "The body of a request must not be compressed.",
});
export const protocolUnsupported = fault({
  code: "UnsupportedProtocol",
  message: (header: string) => `The service is spoken to in its query protocol; ${header} asks for another.`,
});
/** What the services that are spoken to in JSON say of the HTTP that carries a request. */
export const operationNotNamed = fault({
  code: "UnknownOperationException",
  status: 404,
  message: () =>
    "The request names no operation. Requests are sent by POST to / with an X-Amz-Target header.",
});
export const jsonTypeExpected = fault({
  code: "UnsupportedMediaTypeException",
  status: 415,
  message: (type: string) => `The body of the request must be of type ${type}.`,
});
export const httpMalformed = fault({
  code: "MalformedHttpRequestException",
  message: (reason: string) => `The request is malformed at the HTTP level: ${reason}.`,
});
export const dryRunAllowed = fault({
  code: "DryRunOperation",
  status: 412,
  message: () => "Request would have succeeded, but DryRun flag is set.",
});
export const endpointGone = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "The VPC endpoint that the request came by does not exist.",
});
export const notServed = fault({
  code: "SignatureDoesNotMatch",
  status: 403,
  message: (service: string) => `Credential should be scoped to correct service: '${service}'.`,
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
export const requestPathFaults = [
  unsupportedOperation,
  unsupportedParameter,
  pathUnknown,
  methodNotAllowed,
  bodyInGet,
  parametersInQuery,
  contentTypeUnsupported,
  contentEncodingUnsupported,
  protocolUnsupported,
  operationNotNamed,
  jsonTypeExpected,
  httpMalformed,
  dryRunAllowed,
  endpointGone,
  notServed,
  storeUnavailable,
  internalFailure,
];

/**
 * A fault stays what it is and a stopped store is said to be one; anything else is told to `onDefect` and
 * becomes InternalFailure, which says nothing of its cause.
 */
export function toFault(thrown: unknown, onDefect: (defect: unknown) => void): Fault {
  if (thrown instanceof Fault) return thrown;
  if (thrown instanceof WireFault) return new Fault(thrown.code, thrown.status, thrown);
  // The store has told whoever opened it.
  if (thrown instanceof StoreFailed) return storeUnavailable();
  // What the call waits for did not come in all its runs.
  if (thrown instanceof Waiting) return storeUnavailable();
  onDefect(thrown);
  return internalFailure();
}
