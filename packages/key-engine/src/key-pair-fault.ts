/** Why a public key is not taken. The service that imports it turns this into AWS's own error. */
export class KeyPairFault extends Error {
  override readonly name = "KeyPairFault";
  /**
   * "format": not a public key in a form that is known; "type": a key of another algorithm; "length": its
   * size.
   */
  readonly reason: "format" | "type" | "length";

  constructor(reason: "format" | "type" | "length", message: string) {
    super(message);
    this.reason = reason;
  }
}
