/**
 * The one fault of sealing. Its message never says which part of an envelope was wrong, so that a caller
 * who can try envelopes learns nothing.
 */
export class SealFault extends Error {
  override readonly name = "SealFault";
}
