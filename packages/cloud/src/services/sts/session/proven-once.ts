/**
 * The proof in a request is verified by whoever asks first, and asked for three times: to identify the
 * caller, to state the needs and to handle. Within one transaction the answer is the same.
 */
import type { ReadTx } from "@casemate/store";

/** Remembers what a verification answered, for the same input in the same transaction and no longer. */
export function provenOnce<Call extends { readonly tx: ReadTx }, Input extends object, Proof>(
  prove: (call: Call, input: Input) => Proof,
): (call: Call, input: Input) => Proof {
  const proven = new WeakMap<ReadTx, WeakMap<Input, Proof>>();
  return (call, input) => {
    const ofTransaction = proven.get(call.tx) ?? new WeakMap<Input, Proof>();
    proven.set(call.tx, ofTransaction);
    const known = ofTransaction.get(input);
    if (known !== undefined) return known;
    const proof = prove(call, input);
    ofTransaction.set(input, proof);
    return proof;
  };
}
