// Why a signature is refused, and how each service says so. The reason is for the trail; the caller gets
// AWS's text.
import type { Protocol } from "../table.ts";
import { WireFault } from "../wire-fault.ts";

export type SignatureReason =
  /** There are no credentials at all. */
  | "missing"
  /** The signature's own fields are absent, malformed, doubled or of an algorithm that is not spoken here. */
  | "incomplete"
  /** A header that has to be signed is not. */
  | "unsigned-header"
  /** The request's time is too far in the past, or a presigned request has run out. */
  | "expired"
  /** The request's time is too far in the future. */
  | "not-yet-current"
  /** The credential scope is for another day, region, service or protocol. */
  | "scope"
  /** The body is not the one that was hashed, or was not hashed where it has to be. */
  | "payload"
  /** The signature is wrong. */
  | "mismatch"
  /** No such access key, or it is inactive. */
  | "unknown-key"
  /** The session token is wrong, absent or given to a long-term key. */
  | "invalid-token"
  /** The session is over. */
  | "expired-token";

/** A refused signature. `message` is the text that AWS's query services give. */
export class SignatureFault extends Error {
  readonly reason: SignatureReason;

  constructor(reason: SignatureReason, message = "") {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = depth;
    this.reason = reason;
  }

  override get name(): string {
    return "SignatureFault";
  }
}

const mismatchText =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const invalidTokenText = "The security token included in the request is invalid.";
const expiredTokenText = "The security token included in the request is expired";
const missingText = "Request is missing Authentication Token";
const notValidatedText = "AWS was not able to validate the provided access credentials";

/** The answer that a service of the protocol gives to a refused signature. */
export function signatureFaultFor(
  protocol: Protocol,
  fault: { readonly reason: SignatureReason; readonly message?: string },
): WireFault {
  const { reason } = fault;
  const text = fault.message === undefined || fault.message === "" ? mismatchText : fault.message;
  if (protocol === "ec2") return ec2Fault(reason, text);
  if (protocol === "query") return queryFault(reason, text);
  const refused = jsonFault(reason, text);
  // Where the status is part of the protocol, a caller who is not known is refused with 403.
  return protocol === "rest-json" ? new WireFault(refused.code, refused.message, 403) : refused;
}

function ec2Fault(reason: SignatureReason, text: string): WireFault {
  switch (reason) {
    case "missing":
      return new WireFault("MissingParameter", "The request must contain the parameter AWSAccessKeyId");
    case "incomplete":
      return new WireFault("IncompleteSignature", text);
    case "unsigned-header":
    case "payload":
    case "mismatch":
      return new WireFault("SignatureDoesNotMatch", text, 403);
    case "expired":
    case "expired-token":
      return new WireFault("RequestExpired", "Request has expired.");
    case "not-yet-current":
    case "scope":
    case "unknown-key":
    case "invalid-token":
      return new WireFault("AuthFailure", notValidatedText, 401);
  }
}

function queryFault(reason: SignatureReason, text: string): WireFault {
  switch (reason) {
    case "missing":
      return new WireFault("MissingAuthenticationToken", missingText, 403);
    case "incomplete":
      return new WireFault("IncompleteSignature", text, 403);
    case "unsigned-header":
    case "payload":
    case "mismatch":
    case "expired":
    case "not-yet-current":
    case "scope":
      return new WireFault("SignatureDoesNotMatch", text, 403);
    case "unknown-key":
    case "invalid-token":
      return new WireFault("InvalidClientTokenId", invalidTokenText, 403);
    case "expired-token":
      return new WireFault("ExpiredToken", expiredTokenText, 403);
  }
}

function jsonFault(reason: SignatureReason, text: string): WireFault {
  switch (reason) {
    case "missing":
      return new WireFault("MissingAuthenticationTokenException", missingText);
    case "incomplete":
      return new WireFault("IncompleteSignatureException", text);
    case "unsigned-header":
    case "payload":
    case "mismatch":
    case "expired":
    case "not-yet-current":
    case "scope":
      return new WireFault("InvalidSignatureException", text);
    case "unknown-key":
    case "invalid-token":
      return new WireFault("UnrecognizedClientException", invalidTokenText);
    case "expired-token":
      return new WireFault("ExpiredTokenException", expiredTokenText);
  }
}
