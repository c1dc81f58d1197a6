// Checks for actions, resources and statements that say again what is said already.

import type { JsonNode } from "../../parse-json.ts";
import { newBudget } from "../budget.ts";
import type { Budget } from "../budget.ts";
import { actionSymbols, resourceSymbols, VariableNames } from "../pattern-language.ts";
import type { Symbols } from "../pattern-language.ts";
import type { StatementOutline, Text } from "../policy-outline.ts";
import { memberOf, textsOf } from "../policy-outline.ts";
import { coveredSets } from "../word-signatures.ts";
import type { CheckContext } from "./check-context.ts";

/** Checks each list on its own, and the statements against each other. */
export function checkRedundancy(context: CheckContext): void {
  const { policy, report } = context;
  const reading = { variables: policy.version === "2012-10-17", names: new VariableNames() };
  const budget = newBudget();
  for (const statement of policy.statements) {
    const actions = textsOf(memberOf(statement, "Action"));
    const actionLanguages = actions.map(({ text }) => [actionSymbols(text)]);
    const redundant = redundantOf(actions, actionLanguages, budget);
    const [example] = redundant;
    if (example !== undefined) {
      const values = { count: String(redundant.length), example: example.text };
      report({ code: "REDUNDANT_ACTION", places: redundant.map(({ place }) => place), values });
    }
    const resources = textsOf(memberOf(statement, "Resource"));
    const resourceLanguages = resources.map(({ text }) => resourceSymbols(text, reading));
    const repeated = redundantOf(resources, resourceLanguages, budget);
    if (repeated.length > 0) {
      const values = { count: String(repeated.length) };
      report({ code: "REDUNDANT_RESOURCE", places: repeated.map(({ place }) => place), values });
    }
  }
  checkStatements(context);
}

// The texts that another text of the list covers; of equal ones all but the first.
function redundantOf(
  texts: readonly Text[],
  languages: readonly (readonly Symbols[])[],
  budget: Budget,
): readonly Text[] {
  const seen = new Set<string>();
  // Only a pattern covers more than itself.
  const wide = languages.filter((symbols) => symbols.some((one) => one.some(isWildcard)));
  return texts.filter((_, index) => {
    const own = languages[index] ?? [];
    const key = own.map((symbols) => symbols.join()).join(";");
    if (seen.has(key)) return true;
    seen.add(key);
    return wide.some(
      (other) => other !== own && isWithin(own, other, budget) && !isWithin(other, own, budget),
    );
  });
}

function isWildcard(symbol: number): boolean {
  return symbol < 0;
}

function isWithin(narrow: readonly Symbols[], wide: readonly Symbols[], budget: Budget): boolean {
  // A pattern that matches nothing is another matter than one that repeats.
  if (narrow.length === 0 || budget.steps < 0) return false;
  const tested = wide.map((symbols) => ({ symbols, reading: "exact" }) as const);
  const sets = coveredSets(narrow, tested, budget);
  return sets !== undefined && sets.every((covering) => covering.size > 0);
}

function checkStatements({ policy, report }: CheckContext): void {
  const first = new Map<string, StatementOutline>();
  for (const statement of policy.statements) {
    const key = statement.members
      .filter(({ name }) => name !== "Sid")
      .map(({ name, node }) => `${name}=${normalText(node)}`)
      .toSorted()
      .join();
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, statement);
    else report({ code: "REDUNDANT_STATEMENT", places: [earlier.place, statement.place] });
  }
}

// The same text for values that say the same: a list of one is its item, and order does not matter.
function normalText(node: JsonNode): string {
  switch (node.type) {
    case "string":
      return JSON.stringify(node.value);
    case "array": {
      const items = node.items.map(normalText).toSorted();
      return items.length === 1 ? (items[0] ?? "") : `[${items.join()}]`;
    }
    case "object": {
      const entries = node.entries.map(
        ({ key, value }) => `${JSON.stringify(key.value)}:${normalText(value)}`,
      );
      return `{${entries.toSorted().join()}}`;
    }
    case "number":
    case "boolean":
    case "null":
      return JSON.stringify(node.text);
  }
}
