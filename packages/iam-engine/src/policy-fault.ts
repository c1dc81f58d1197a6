// The one error of this package: a policy document that is refused, with the place where it went wrong.

/** A place in a policy document. Lines and columns count from 1, the offset from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A policy document that is refused; the message is AWS's own text. */
export class PolicyFault extends Error {
  /** The IAM error code; services with another code for the same fault map it. */
  readonly code = "MalformedPolicyDocument";
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.name = "PolicyFault";
    this.position = position;
  }
}

/** Line and column of an offset; `\r\n`, `\n` and `\r` each end a line. */
export function positionAt(text: string, offset: number): Position {
  return positionsIn(text)(offset);
}

/** Line and column of many offsets in one text. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(index + 1) !== 0x0a)) starts.push(index + 1);
  }
  return (offset) => {
    const place = Math.min(offset, text.length);
    let line = 0;
    for (let step = starts.length; step > 0; step = Math.floor(step / 2)) {
      while ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= place) line += step;
    }
    return { offset: place, line: line + 1, column: place - (starts[line] ?? 0) + 1 };
  };
}

/** The text AWS answers for a document it cannot read at all. */
export const SYNTAX_TEXT = "Syntax errors in policy.";

/** The fault for a document that cannot be read at the given offset. */
export function syntaxFault(text: string, offset: number): PolicyFault {
  return new PolicyFault(SYNTAX_TEXT, positionAt(text, offset));
}
