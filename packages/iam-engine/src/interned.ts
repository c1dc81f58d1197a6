// The one string that all equal texts are, as property names are kept. Comparing two of these compares
// addresses, and one has no text that it was cut out of. Refuses nothing.

/** The text as a property name: equal names are one string, so that a look-up by it compares addresses. */
export function interned(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}
