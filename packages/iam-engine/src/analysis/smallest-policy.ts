// Makes the smallest policy that allows what was seen to be used. Long lists of one type of resource are
// folded into a pattern, but never into one that covers what was seen to be refused.

import { compileArnPattern, matchArnPattern, RequestArn, splitFields } from "../arn.ts";
import { PolicyFault } from "../policy-fault.ts";
import { validatePolicy } from "../validate-policy.ts";
import { packDocuments } from "./generated-policy.ts";
import type { AllowStatement } from "./generated-policy.ts";

/** Largest policy made, in characters that count: the quota of a managed policy. */
export const GENERATED_POLICY_CHARACTERS_MAX = 6_144;

/** Resources of one type under one action from which on they are folded into a pattern. */
export const FOLDED_RESOURCES_FROM = 10;

/** An action on a resource, as it was decided. */
export interface RecordedDecision {
  readonly action: string;
  readonly resource: string;
}

export interface SmallestPolicyOptions {
  /** What was decided to be refused; no fold covers it. */
  readonly refused?: readonly RecordedDecision[] | undefined;
  /** Resources of one type from which on they are folded; Infinity never folds. */
  readonly foldFrom?: number | undefined;
  readonly charactersMax?: number | undefined;
}

/**
 * Identity policies, mostly one, that allow the decisions; none when there are no decisions. The same
 * decisions in any order give the same text.
 */
export function smallestPolicy(
  decisions: readonly RecordedDecision[],
  options: SmallestPolicyOptions = {},
): readonly string[] {
  const refused = arnsByAction(options.refused ?? []);
  const statements = new Map<string, { actions: string[]; resources: readonly string[] }>();
  for (const [folded, { action, resources }] of arnsByAction(decisions)) {
    const patterns = patternsFor([...resources], {
      refused: [...(refused.get(folded)?.resources ?? [])],
      foldFrom: options.foldFrom ?? FOLDED_RESOURCES_FROM,
    });
    const key = JSON.stringify(patterns);
    const statement = statements.get(key) ?? { actions: [], resources: patterns };
    statement.actions.push(action);
    statements.set(key, statement);
  }
  const sorted = [...statements.values()]
    .map(({ actions, resources }): AllowStatement => ({ actions: actions.toSorted(), resources }))
    .toSorted((left, right) => compare(left.actions[0] ?? "", right.actions[0] ?? ""));
  return packDocuments(sorted, options.charactersMax ?? GENERATED_POLICY_CHARACTERS_MAX);
}

interface ActionUse {
  readonly action: string;
  readonly resources: Set<string>;
}

// By the action in lower case, since its case does not matter; of several spellings the first one counts.
function arnsByAction(decisions: readonly RecordedDecision[]): Map<string, ActionUse> {
  const uses = new Map<string, ActionUse>();
  for (const { action, resource } of decisions.toSorted((left, right) =>
    compare(left.action, right.action),
  )) {
    const folded = action.toLowerCase();
    const use = uses.get(folded) ?? { action, resources: new Set<string>() };
    use.resources.add(resource);
    uses.set(folded, use);
  }
  return uses;
}

interface FoldOptions {
  readonly refused: readonly string[];
  readonly foldFrom: number;
}

function patternsFor(resources: readonly string[], options: FoldOptions): readonly string[] {
  const byType = new Map<string, string[]>();
  for (const resource of resources) {
    const type = typePattern(resource) ?? resource;
    byType.set(type, [...(byType.get(type) ?? []), resource]);
  }
  const patterns = new Set<string>();
  for (const [type, members] of byType) {
    const foldable = members.length >= options.foldFrom && members.some((member) => member !== type);
    if (foldable && isUsable(type) && !coversAny(type, options.refused)) patterns.add(type);
    else for (const member of members) patterns.add(patternOf(member, options.refused));
  }
  if (patterns.has("*")) return ["*"];
  return [...patterns].toSorted(compare);
}

// The pattern of all resources of the type: what stands before the first separator of the last field.
function typePattern(resource: string): string | undefined {
  const fields = splitFields(resource, false);
  const last = fields[5];
  if (fields[0] !== "arn" || last === undefined) return undefined;
  const separator = last.search(/[/:]/);
  const head = fields.slice(0, 5);
  if (separator < 0 || head.some((field) => /[*?$]/.test(field))) return undefined;
  return `${head.join(":")}:${escaped(last.slice(0, separator + 1))}*`;
}

/** The pattern for one resource: the narrowest that a policy may hold. */
function patternOf(resource: string, refused: readonly string[]): string {
  if (resource === "*") return "*";
  const fields = splitFields(resource, false);
  const [prefix, partition, service, region = "", account = ""] = fields;
  const last = fields[5];
  if (prefix !== "arn" || last === undefined) return "*";
  const head = fields.slice(0, 5).join(":");
  const exact = `${head}:${escaped(last)}`;
  // A request for something that does not exist yet names it `*`; policies cover it with that very text.
  const asWritten = `${head}:${escaped(last.slice(0, -1))}*`;
  const candidates = [
    ...(last.endsWith("/*") && !coversAny(asWritten, refused) ? [asWritten] : []),
    exact,
    `arn:${partition}:${service}:${region}:${account}:*`,
  ];
  return candidates.find(isUsable) ?? "*";
}

function escaped(text: string): string {
  return text.replaceAll(/[*?$]/g, (character) => `\${${character}}`);
}

// Some names that requests carry may not stand in a policy.
function isUsable(pattern: string): boolean {
  const statement = { Effect: "Allow", Action: "*", Resource: pattern };
  try {
    validatePolicy(JSON.stringify({ Version: "2012-10-17", Statement: [statement] }), "identity");
    return true;
  } catch (fault) {
    if (fault instanceof PolicyFault) return false;
    throw fault;
  }
}

const NO_CONTEXT = { get: () => undefined };

function coversAny(pattern: string, resources: readonly string[]): boolean {
  const compiled = compileArnPattern(pattern, { variables: true, place: "resource", padded: true });
  return resources.some((resource) => matchArnPattern(compiled, new RequestArn(resource), NO_CONTEXT));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
