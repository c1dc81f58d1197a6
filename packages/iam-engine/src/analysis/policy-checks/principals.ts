// Checks of the Principal and NotPrincipal elements.

import type { Member } from "../policy-outline.ts";
import { memberOf, membersOf, partOf, textsOf } from "../policy-outline.ts";
import { takesPrincipals } from "./check-context.ts";
import type { CheckContext } from "./check-context.ts";

const KEYS = new Set(["AWS", "CanonicalUser", "Federated", "Service"]);

/** Checks who is named, where somebody may be named. */
export function checkPrincipals(context: CheckContext): void {
  if (!takesPrincipals(context.type)) return;
  for (const statement of context.policy.statements) {
    for (const name of ["Principal", "NotPrincipal"]) {
      const member = memberOf(statement, name);
      if (member !== undefined) checkElement(context, member);
    }
  }
}

function checkElement(context: CheckContext, element: Member): void {
  const { report } = context;
  const { node, place } = element;
  if (node.type === "string" && node.value === "*") return;
  if (node.type === "array" && node.items.length === 0) {
    report({ code: "EMPTY_ARRAY_PRINCIPAL", places: [place] });
    return;
  }
  if (node.type !== "object") {
    report({ code: "INVALID_PRINCIPAL_FORMAT", places: [place] });
    return;
  }
  if (node.entries.length === 0) report({ code: "EMPTY_OBJECT_PRINCIPAL", places: [place] });
  for (const member of membersOf(node, place)) {
    if (KEYS.has(member.name)) checkKey(context, member);
    else report({ code: "INVALID_PRINCIPAL_KEY", places: [member.keyPlace], values: { key: member.name } });
  }
}

function checkKey({ report }: CheckContext, member: Member): void {
  const { name, node, place } = member;
  if (node.type === "array" && node.items.length === 0) {
    report({ code: "EMPTY_ARRAY_PRINCIPAL", places: [place] });
  }
  if (node.type === "object") report({ code: "INVALID_PRINCIPAL_FORMAT", places: [place] });
  for (const text of textsOf(member)) {
    const wildcard = text.text.search(/[*?]/);
    if (wildcard >= 0 && !(name === "AWS" && text.text === "*")) {
      const places = [partOf(text, wildcard, 1)];
      report({ code: "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", places, values: { key: name } });
    }
    const values = { id: text.text };
    if (name === "AWS" && /^AROA[A-Z0-9]+(?::.+)?$/.test(text.text)) {
      report({ code: "INVALID_ROLE_REFERENCE", places: [text.place], values });
    }
    if (name === "AWS" && /^AIDA[A-Z0-9]+$/.test(text.text)) {
      report({ code: "INVALID_USER_REFERENCE", places: [text.place], values });
    }
  }
}
