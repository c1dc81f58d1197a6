// Checks of policy variables: where they stand and how they are written.

import { parseOperator } from "../../operator.ts";
import { VERSION_WITH_VARIABLES } from "../../policy.ts";
import { variableEnd } from "../../template.ts";
import type { StatementOutline, Text } from "../policy-outline.ts";
import {
  conditionsOf,
  firstMemberOf,
  itemsOf,
  memberOf,
  membersOf,
  partOf,
  textsOf,
} from "../policy-outline.ts";
import type { CheckContext } from "./check-context.ts";

/** Checks every `${..}` in the statements. */
export function checkVariables(context: CheckContext): void {
  for (const statement of context.policy.statements) {
    for (const name of ["Resource", "NotResource"]) {
      for (const text of textsOf(memberOf(statement, name))) checkText(context, text);
    }
    for (const text of fixedTexts(statement)) refuseVariables(context, text);
    checkConditions(context, statement);
  }
}

// The texts in which no variable may stand.
function fixedTexts(statement: StatementOutline): readonly Text[] {
  const principal = firstMemberOf(statement, "Principal", "NotPrincipal");
  const named = principal === undefined ? [] : membersOf(principal.node, principal.place).flatMap(itemsOf);
  return [
    ...["Sid", "Effect", "Action", "NotAction"].flatMap((name) => textsOf(memberOf(statement, name))),
    ...named.flatMap(textsOf),
  ];
}

function refuseVariables({ report }: CheckContext, text: Text): void {
  for (const { start, end } of variablesIn(text.text)) {
    const variable = text.text.slice(start, end);
    const places = [partOf(text, start, end - start)];
    report({ code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", places, values: { variable } });
  }
}

const WITH_VARIABLES: ReadonlySet<string> = new Set(["string", "string-ignore-case", "string-like", "arn"]);

function checkConditions(context: CheckContext, statement: StatementOutline): void {
  for (const { operator, values } of conditionsOf(statement)) {
    const family = parseOperator(operator)?.family;
    for (const value of values) {
      if (family === undefined || WITH_VARIABLES.has(family)) checkText(context, value);
      else if (variablesIn(value.text).length > 0) {
        context.report({ code: "INVALID_VARIABLE_FOR_OPERATOR", places: [value.place] });
      }
    }
  }
}

interface Variable {
  readonly start: number;
  readonly end: number;
  readonly closed: boolean;
}

function variablesIn(text: string): readonly Variable[] {
  const found: Variable[] = [];
  for (let at = text.indexOf("${"); at >= 0;) {
    const end = variableEnd(text, at);
    // A missing quote must not swallow the brace.
    const brace = text.indexOf("}", at) + 1;
    const close = end >= 0 ? end : brace > 0 ? brace : text.length;
    found.push({ start: at, end: close, closed: end >= 0 || brace > 0 });
    at = text.indexOf("${", close);
  }
  return found;
}

function checkText(context: CheckContext, text: Text): void {
  const { policy, report } = context;
  for (const variable of variablesIn(text.text)) {
    const places = [partOf(text, variable.start, variable.end - variable.start)];
    const content = text.text.slice(variable.start + 2, variable.end - 1);
    if (policy.version !== VERSION_WITH_VARIABLES) {
      report({ code: "VARIABLE_UNSUPPORTED_IN_VERSION", places });
    } else if (!variable.closed) {
      report({ code: "MISSING_BRACE_IN_VARIABLE", places });
    } else if (content.trim() === "") {
      report({ code: "EMPTY_VARIABLE", places });
    } else if (!/^[*?$]$/.test(content)) {
      checkContent(context, content, places);
    }
  }
}

function checkContent(
  { report }: CheckContext,
  content: string,
  places: readonly ReturnType<typeof partOf>[],
): void {
  const comma = content.indexOf(",");
  const name = comma < 0 ? content : content.slice(0, comma);
  const fallback = comma < 0 ? undefined : content.slice(comma + 1).trim();
  if (fallback !== undefined && !/^'[^']*'$/.test(fallback)) {
    report({ code: "MISSING_QUOTE_IN_VARIABLE", places });
  }
  // Names of tags and claims hold more than letters, but neither brackets nor wildcards.
  const symbol = /[^\w:/.@+= -]/.exec(name)?.[0];
  if (symbol !== undefined) report({ code: "UNSUPPORTED_SYMBOL_IN_VARIABLE", places, values: { symbol } });
  if (/\s/.test(name.trimEnd()) || name !== name.trim()) {
    report({ code: "UNSUPPORTED_SPACE_IN_VARIABLE", places });
  }
}
