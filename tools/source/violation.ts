// What a check finds, and how it is said.

/** A place that breaks a rule. */
export interface Violation {
  path: string;
  line: number;
  rule: string;
  message: string;
}

/** One line per violation, in the form editors jump from. */
export function describeViolation(violation: Violation): string {
  return `${violation.path}:${violation.line}  ${violation.rule}: ${violation.message}`;
}
