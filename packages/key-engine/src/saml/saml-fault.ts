/** Why a SAML document is not taken. The service that reads it turns this into AWS's own error. */
export class SamlFault extends Error {
  override readonly name = "SamlFault";
  /**
   * "encoding": not Base64 of UTF-8; "document": not the XML it should be; "signature": not signed by the
   * provider; "decryption": cannot be decrypted; "status": the provider reports a failure.
   */
  readonly reason: "encoding" | "document" | "signature" | "decryption" | "status";

  constructor(reason: SamlFault["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
