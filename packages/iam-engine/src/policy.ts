// The vocabulary of the package: kinds of policy, and a document as it stands, with the place of each part.

import type { Span } from "./parse-json.ts";
import type { Operator } from "./operator.ts";

/** Where a policy is attached; this settles which elements it may have and how it counts in a decision. */
export type PolicyKind =
  "identity" | "boundary" | "session" | "scp" | "rcp" | "resource" | "trust" | "endpoint";

/** What a refusal names as its cause. */
export interface PolicySource {
  /** The ARN of a managed policy, or the name of an inline one. */
  readonly id: string;
  readonly type: "managed" | "inline" | "resource" | "session" | "organization";
}

/** A string of the document and its place. */
export interface LocatedText extends Span {
  readonly text: string;
}

export type PrincipalType = "AWS" | "Service" | "Federated" | "CanonicalUser";

export interface ParsedPrincipals extends Span {
  readonly entries: readonly { readonly type: PrincipalType; readonly value: LocatedText }[];
}

export interface ParsedCondition extends Span {
  readonly operator: Operator;
  /** The condition key as written. */
  readonly key: LocatedText;
  readonly values: readonly LocatedText[];
}

export interface ParsedStatement extends Span {
  readonly index: number;
  readonly sid: LocatedText | undefined;
  readonly effect: LocatedText;
  readonly principals: ParsedPrincipals | undefined;
  readonly notPrincipals: ParsedPrincipals | undefined;
  readonly actions: readonly LocatedText[] | undefined;
  readonly notActions: readonly LocatedText[] | undefined;
  readonly resources: readonly LocatedText[] | undefined;
  readonly notResources: readonly LocatedText[] | undefined;
  readonly conditions: readonly ParsedCondition[];
}

/** A document that is JSON of the right form; its values are not judged yet. */
export interface ParsedPolicy {
  readonly kind: PolicyKind;
  readonly text: string;
  readonly version: string | undefined;
  readonly id: string | undefined;
  readonly statements: readonly ParsedStatement[];
}

/** Variables exist only in documents of this version; elsewhere `${..}` is plain text. */
export const VERSION_WITH_VARIABLES = "2012-10-17";

/** Whether statements of this kind carry a principal. */
export function hasPrincipals(kind: PolicyKind): boolean {
  return kind === "resource" || kind === "trust" || kind === "endpoint" || kind === "rcp";
}
