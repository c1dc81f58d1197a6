// Finds the name that a misspelt one was probably meant to be.

/** Edits after which two names are no longer taken for the same. */
const EDITS_MAX = 2;

/** Longest name for which a suggestion is looked for. */
const SUGGESTED_CHARACTERS_MAX = 64;

/** The nearest of the names, whatever their case; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > SUGGESTED_CHARACTERS_MAX) return undefined;
  let best: string | undefined;
  let fewest = EDITS_MAX + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editsBetween(name, candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

function editsBetween(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(
        Math.min((current[column - 1] ?? 0) + 1, (above[column] ?? 0) + 1, (above[column - 1] ?? 0) + change),
      );
    }
    above = current;
  }
  return above[right.length] ?? 0;
}
