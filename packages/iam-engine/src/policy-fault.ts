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
  let line = 1;
  let lineStart = 0;
  const end = Math.min(offset, text.length);
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(index + 1) !== 0x0a)) {
      line++;
      lineStart = index + 1;
    }
  }
  return { offset: end, line, column: end - lineStart + 1 };
}

/** The text AWS answers for a document it cannot read at all. */
export const SYNTAX_TEXT = "Syntax errors in policy.";

/** The fault for a document that cannot be read at the given offset. */
export function syntaxFault(text: string, offset: number): PolicyFault {
  return new PolicyFault(SYNTAX_TEXT, positionAt(text, offset));
}
