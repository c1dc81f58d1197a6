// Exchanges the principals in a document: ARNs for unique ids when it is stored, and back when it is shown.
// A stored id keeps a role that was deleted and created again under its old name from being let in.

import type { LocatedText, PrincipalType } from "./policy.ts";
import { parsePolicy } from "./parse-policy.ts";

/** A principal that a document names. */
export interface NamedPrincipal {
  readonly type: PrincipalType;
  readonly value: LocatedText;
}

/**
 * All entries of Principal and NotPrincipal in the order of the document.
 * @throws PolicyFault when the text is no policy document
 */
export function principalsOf(text: string): readonly NamedPrincipal[] {
  return parsePolicy(text, "resource").statements.flatMap(({ principals, notPrincipals }) => [
    ...(principals?.entries ?? []),
    ...(notPrincipals?.entries ?? []),
  ]);
}

/**
 * The document with each AWS principal other than `*` replaced by what `map` gives for it; those for which
 * it gives undefined, and all other text, stay as they are.
 * @throws PolicyFault when the text is no policy document
 */
export function mapPrincipals(text: string, map: (principal: string) => string | undefined): string {
  let mapped = "";
  let from = 0;
  for (const { type, value } of principalsOf(text).toSorted((a, b) => a.value.start - b.value.start)) {
    const replacement = type === "AWS" && value.text !== "*" ? map(value.text) : undefined;
    if (replacement === undefined) continue;
    mapped += text.slice(from, value.start) + JSON.stringify(replacement);
    from = value.end;
  }
  return mapped + text.slice(from);
}
