// The text of policies that are made rather than written: statements with actions and resources, packed into
// as many documents as the size quota demands.

import { STATEMENTS_MAX } from "../limits.ts";
import { policySize } from "../policy-size.ts";

/** A statement that allows the actions on the resources. */
export interface AllowStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Documents that together hold the statements, none of them over the quota. */
export function packDocuments(
  statements: readonly AllowStatement[],
  charactersMax: number,
): readonly string[] {
  const documents: string[] = [];
  let filling: AllowStatement[] = [];
  const pieces = statements.flatMap((statement) => splitStatement(statement, charactersMax));
  for (const piece of pieces) {
    const larger = [...filling, piece];
    const fits = larger.length <= STATEMENTS_MAX && policySize(documentText(larger)) <= charactersMax;
    if (!fits && filling.length > 0) documents.push(documentText(filling));
    filling = fits ? larger : [piece];
  }
  if (filling.length > 0) documents.push(documentText(filling));
  return documents;
}

// A statement that is too large for a document of its own is cut across its longer list.
function splitStatement(statement: AllowStatement, charactersMax: number): AllowStatement[] {
  const { actions, resources } = statement;
  const single = actions.length === 1 && resources.length === 1;
  if (single || policySize(documentText([statement])) <= charactersMax) return [statement];
  const byResource =
    resources.join().length >= actions.join().length ? resources.length > 1 : actions.length === 1;
  const list = byResource ? resources : actions;
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)].flatMap((part) =>
    splitStatement(byResource ? { actions, resources: part } : { actions: part, resources }, charactersMax),
  );
}

function documentText(statements: readonly AllowStatement[]): string {
  const body = statements.map(({ actions, resources }) => ({
    Effect: "Allow",
    Action: onlyOrAll(actions),
    Resource: onlyOrAll(resources),
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: body }, undefined, 2);
}

function onlyOrAll(list: readonly string[]): string | readonly string[] {
  const [only] = list;
  return list.length === 1 && only !== undefined ? only : list;
}
