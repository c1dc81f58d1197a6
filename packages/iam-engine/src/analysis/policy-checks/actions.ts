// Checks of the Action and NotAction elements against the actions that exist.

import { compileGlob, matchGlob } from "../../glob.ts";
import type { StatementOutline, Text } from "../policy-outline.ts";
import { memberOf, partOf, textsOf } from "../policy-outline.ts";
import type { CheckContext } from "./check-context.ts";
import { nearest } from "./nearest.ts";

/** Misspelt names of one document for which a suggestion is looked for. */
export const SUGGESTIONS_MAX = 100;

/** Checks every action named. */
export function checkActions(context: CheckContext): void {
  let left = SUGGESTIONS_MAX;
  const suggest: Suggest = (name, names) => (left-- > 0 ? nearest(name, names) : undefined);
  for (const action of context.policy.statements.flatMap(actionsOf)) checkAction(context, action, suggest);
}

type Suggest = (name: string, names: readonly string[]) => string | undefined;

/** The texts of a statement's Action and NotAction. */
function actionsOf(statement: StatementOutline): readonly Text[] {
  return [...textsOf(memberOf(statement, "Action")), ...textsOf(memberOf(statement, "NotAction"))];
}

function checkAction({ knowledge, report }: CheckContext, action: Text, suggest: Suggest): void {
  const { text, place } = action;
  if (/^\*+$/.test(text)) return;
  const [prefix = "", name, ...more] = text.split(":");
  if (name === undefined || name === "" || more.length > 0) {
    report({ code: "INVALID_ACTION", places: [place], values: { action: text } });
    return;
  }
  const service = prefix.toLowerCase();
  const servicePlace = partOf(action, 0, prefix.length);
  if (/[*?]/.test(prefix)) {
    report({ code: "WILDCARD_IN_SERVICE_NAME", places: [servicePlace] });
    return;
  }
  if (!knowledge.knows(service)) {
    const values = { service: prefix, suggestion: question(suggest(service, knowledge.services)) };
    report({ code: "INVALID_SERVICE_IN_ACTION", places: [servicePlace], values });
    return;
  }
  const actions = knowledge.details(service)?.actions;
  // Of some services only the name is known.
  if (actions === undefined) return;
  const glob = compileGlob(name.toLowerCase());
  if (actions.some((known) => matchGlob(glob, known.name.toLowerCase()))) return;
  const found = suggest(
    name.toLowerCase(),
    actions.map((known) => known.name),
  );
  const suggestion = question(found === undefined ? undefined : `${service}:${found}`);
  report({ code: "INVALID_ACTION", places: [place], values: { action: text, suggestion } });
}

function question(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
}
