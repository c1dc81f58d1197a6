// The one string that all equal texts are, as the names of properties are kept. Refuses nothing.

/** The text as a property name: equal names are one string, so that a look-up by it compares addresses. */
export function interned(text: string): string {
  return Object.keys({ __proto__: null, [text]: true })[0] ?? text;
}
