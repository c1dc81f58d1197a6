/** Where randomness comes from: the caller, so that these functions stay pure and tests repeat. */

/** Answers `size` bytes that nobody can foretell; `crypto.randomBytes` in the daemon. */
export type Random = (size: number) => Uint8Array;
