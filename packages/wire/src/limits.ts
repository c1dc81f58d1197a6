// Every bound the decoders keep. A request beyond one of them is refused before work is spent on it.

/** Most bytes of a form or JSON body. */
export const bodyBytesMax = 1_048_576;
/** Most `name=value` pairs of a form. */
export const formPairsMax = 20_000;
/** Longest decoded parameter name of a form. */
export const formKeyLengthMax = 512;
/** Most dotted segments of a parameter name; the deepest input of the generated tables needs fewer. */
export const formDepthMax = 32;
/** Greatest list index, and most items of a list. */
export const listItemsMax = 10_000;
/** Deepest nesting of a JSON body. */
export const jsonDepthMax = 64;
/** Most violations that one validation message lists. */
export const violationsMax = 20;
/** Longest value that a message repeats to the caller. */
export const echoedValueLengthMax = 1_024;
/** Longest value that a pattern is tried on; a longer one without a length limit is refused. */
export const patternedValueLengthMax = 2_097_152;
