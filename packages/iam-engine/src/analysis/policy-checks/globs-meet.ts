// Whether two patterns have a text in common.

import { ANY_RUN, patternCodes } from "../../glob.ts";

/** Whether some text matches both; takes the product of the lengths. */
export function globsMeet(left: string, right: string): boolean {
  const one = patternCodes(left);
  const other = patternCodes(right);
  // Whether the rests after each position of `other`, and after the current one of `one`, meet.
  let below = other.map((_, at) => other.slice(at).every((code) => code === ANY_RUN));
  below.push(true);
  for (let index = one.length - 1; index >= 0; index--) {
    const code = one[index] ?? 0;
    const row: boolean[] = [];
    row[other.length] = code === ANY_RUN && below[other.length] === true;
    for (let at = other.length - 1; at >= 0; at--) {
      const facing = other[at] ?? 0;
      const skipped =
        (code === ANY_RUN && below[at] === true) || (facing === ANY_RUN && row[at + 1] === true);
      const matched = meetsCode(code, facing) && meetsRest(code, facing, { row, below, at });
      row[at] = skipped || matched;
    }
    below = row;
  }
  return below[0] === true;
}

interface Rows {
  readonly row: readonly boolean[];
  readonly below: readonly boolean[];
  readonly at: number;
}

function meetsCode(code: number, facing: number): boolean {
  return code === facing || code < 0 || facing < 0;
}

// One character is taken of both; a run takes it and stays.
function meetsRest(code: number, facing: number, { row, below, at }: Rows): boolean {
  if (code === ANY_RUN) return facing === ANY_RUN ? below[at + 1] === true : row[at + 1] === true;
  return facing === ANY_RUN ? below[at] === true : below[at + 1] === true;
}

/** A pattern with each `${..}` standing for any text. */
export function withoutVariables(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, "*");
}
