// The answer of the three access checks, in the form and words of Access Analyzer.

import type { Region } from "./region.ts";

/** A statement that speaks against a pass. */
export interface ReasonSummary {
  readonly description: string;
  readonly statementIndex: number;
  readonly statementId: string | undefined;
  /** Which of the policies the statement stands in, where several are checked. */
  readonly policyIndex: number;
}

/** PASS is proven; whatever could not be proven is FAIL. */
export interface AccessCheck {
  readonly result: "PASS" | "FAIL";
  readonly message: string;
  readonly reasons: readonly ReasonSummary[];
}

/** A reason about a statement, named by its Sid if it has one, else by its place. */
export function reasonAbout(prefix: string, region: Region, policyIndex = 0): ReasonSummary {
  const named = region.sid !== undefined && region.sid !== "";
  return {
    description: `${prefix} with ${named ? `sid: ${region.sid}` : `index: ${region.index}`}.`,
    statementIndex: region.index,
    statementId: named ? region.sid : undefined,
    policyIndex,
  };
}

/** PASS when there is no reason against it. */
export function accessCheck(
  reasons: readonly ReasonSummary[],
  messages: { readonly pass: string; readonly fail: string },
): AccessCheck {
  const passed = reasons.length === 0;
  return { result: passed ? "PASS" : "FAIL", message: passed ? messages.pass : messages.fail, reasons };
}
