// Which strict reader a scalar that arrives as text has at the place where it is used: in forms, paths,
// queries and headers.
import type { Expected } from "./dialect.ts";
import { constraintAt, type Place } from "./member-plan.ts";
import { parseBase64, parseBoolean, parseDecimal, parseInteger, parseTime } from "./scalar-text.ts";

/** What is expected, and the reader that gives undefined when the text is anything else. */
export type TextReader = readonly [expected: Expected, read: (text: string) => unknown];

/** The reader of a scalar; times are ISO 8601. */
export function textReader(ref: string, place: Place): TextReader {
  const bits = constraintAt(place)?.i;
  switch (ref.charAt(0)) {
    case "s":
      return ["text", (text) => text];
    case "n":
      if (bits === undefined) return ["number", parseDecimal];
      return ["integer", bits === 32 ? parseInteger32 : parseInteger];
    case "b":
      return ["boolean", parseBoolean];
    case "B":
      return ["blob", parseBase64];
    case "t":
      return ["timestamp", parseTime];
    default:
      throw new Error(`Scalar ${ref} has no form as text`);
  }
}

function parseInteger32(text: string): number | undefined {
  const value = parseInteger(text);
  return value === undefined || (value | 0) !== value ? undefined : value;
}
