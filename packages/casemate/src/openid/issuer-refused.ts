/** Why an issuer's keys cannot be had. */
import type { OpenIdRefusal } from "@casemate/cloud";

/** Thrown on the way to an issuer; the message is for the operator's log, never for a caller. */
export class IssuerRefused extends Error {
  override readonly name = "IssuerRefused";
  readonly refusal: OpenIdRefusal;

  constructor(refusal: OpenIdRefusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}
