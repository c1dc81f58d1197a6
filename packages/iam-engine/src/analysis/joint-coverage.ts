// Sorts all actions, or all resources, of one statement by which other statements cover them. For each sort
// one answer is enough, so that a question about endlessly many requests becomes a question about a few.

import type { Budget } from "./budget.ts";
import { ALL_ACTIONS, ALL_RESOURCES } from "./pattern-language.ts";
import type { ElementSet, Region } from "./region.ts";
import type { TestedPattern } from "./word-signatures.ts";
import { coveredSets } from "./word-signatures.ts";

/**
 * Another statement's element. At `least` it covers what it covers whatever the variables are, at `most`
 * what it covers for some value of them.
 */
export interface Tested {
  readonly region: Region;
  readonly bound: "least" | "most";
}

/** For each tested statement whether it covers the sort of action or resource. */
export type Coverage = readonly boolean[];

/** The part of a statement that a question is about, as far as it is narrower than the statement. */
export interface Scope {
  readonly actions?: ElementSet | undefined;
  readonly resources?: ElementSet | undefined;
}

export interface JointCoverage {
  readonly actions: readonly Coverage[];
  readonly resources: readonly Coverage[];
}

/** The sorts of actions and of resources in the statement; undefined when the budget is spent. */
export function jointCoverage(
  statement: Region,
  tested: readonly Tested[],
  { scope = {}, budget }: { readonly scope?: Scope; readonly budget: Budget },
): JointCoverage | undefined {
  const actions = coverages(
    { base: statement.actions, within: scope.actions, all: "actions" },
    tested.map(({ region, bound }) => ({ element: region.actions, bound })),
    budget,
  );
  if (actions === undefined) return undefined;
  const resources = coverages(
    { base: statement.resources, within: scope.resources, all: "resources" },
    tested.map(({ region, bound }) => ({ element: region.resources, bound })),
    budget,
  );
  return resources === undefined ? undefined : { actions, resources };
}

/**
 * Whether some of what the statement covers in the scope is left by the Deny statements; true also where that
 * could not be worked out.
 */
export function reachesPast(
  statement: Region,
  denies: readonly Region[],
  question: { readonly scope?: Scope; readonly budget: Budget },
): boolean {
  const tested = denies.map((deny): Tested => ({ region: deny, bound: "least" }));
  const coverage = jointCoverage(statement, tested, question);
  if (coverage === undefined) return true;
  return coverage.actions.some((action) =>
    coverage.resources.some((resource) => !tested.some((_, index) => action[index] && resource[index])),
  );
}

interface Question {
  readonly base: ElementSet;
  readonly within: ElementSet | undefined;
  readonly all: "actions" | "resources";
}

interface TestedElement {
  readonly element: ElementSet;
  readonly bound: "least" | "most";
}

function coverages(
  { base, within, all }: Question,
  tested: readonly TestedElement[],
  budget: Budget,
): readonly Coverage[] | undefined {
  const universe = all === "actions" ? ALL_ACTIONS : ALL_RESOURCES;
  const patterns: TestedPattern[] = [];
  const place = (element: ElementSet, reading: TestedPattern["reading"]): readonly number[] =>
    element.patterns.map((symbols) => patterns.push({ symbols, reading }) - 1);
  const inUniverse = place({ patterns: [universe], negated: false, key: "" }, "exact");
  const excluded = base.negated ? place(base, "exact") : [];
  const required = within === undefined ? undefined : place(within, "widest");
  const places = tested.map(({ element, bound }) => ({
    negated: element.negated,
    // What a negated element surely covers is what its patterns cannot match, so the readings change places.
    indexes: place(element, (bound === "least") === element.negated ? "widest" : "exact"),
    same: element.key === base.key,
  }));
  const found = new Map<string, Coverage>();
  const sets = coveredSets(base.negated ? [universe] : base.patterns, patterns, budget);
  if (sets === undefined) return undefined;
  for (const covering of sets) {
    const any = (indexes: readonly number[]) => indexes.some((index) => covering.has(index));
    if (!any(inUniverse) || any(excluded) || (required !== undefined && !any(required))) continue;
    const coverage = places.map(({ negated, indexes, same }) => same || any(indexes) !== negated);
    found.set(coverage.join(), coverage);
  }
  return [...found.values()];
}
