/**
 * A resource with wildcards in a simulation asks about all resources of that form: the action must be
 * allowed on every one. It is answered by asking about some that stand for all: names that only a pattern
 * wide enough can cover, and one in each pattern of a policy that might take a part out.
 */
import type { CompiledPolicy, ConditionContext } from "@casemate/iam-engine";
import { simulationTooLarge } from "./simulation-faults.ts";

/** What wildcards of a question are replaced by; no policy names the letter U+0416. */
const fillers = ["", "\u0416", "\u0416-\u0416\u0416"];

/** Steps that comparing one question with one pattern may take. */
export const patternStepsMax = 65_536;

const arnFields = 6;

/** Whether a resource of a simulation is a question. `*` alone stands for an action without resources. */
export function isQuestion(resource: string): boolean {
  return resource !== "*" && /[*?]/.test(resource);
}

/** Resources that stand for all of a question. @throws simulationTooLarge */
export function examplesOf(
  question: string,
  policies: readonly CompiledPolicy[],
  context: ConditionContext,
): string[] {
  const plain = fillers.map((filler) => question.replaceAll("*", filler).replaceAll("?", "\u0416"));
  const inside = policies
    .flatMap((policy) => narrowingPatterns(policy, context))
    .flatMap((pattern) => exampleInBoth(question, pattern) ?? []);
  return [...new Set([...plain, ...inside])];
}

/** The resource patterns that may take a part out of a question: of Deny, and of NotResource. */
function narrowingPatterns({ document }: CompiledPolicy, context: ConditionContext): string[] {
  const { parsed } = document;
  if (parsed === undefined) return [];
  const variables = parsed.version === "2012-10-17";
  return parsed.statements
    .flatMap((statement) => [
      ...(statement.effect.text === "Deny" ? (statement.resources ?? []) : []),
      ...(statement.notResources ?? []),
    ])
    .flatMap(({ text }) => (variables ? (resolved(text, context) ?? []) : [text]));
}

/** A pattern with its variables put in, or undefined when one of them has no value. */
function resolved(pattern: string, context: ConditionContext): string | undefined {
  let known = true;
  const text = pattern.replaceAll(
    /\$\{([^},]+)(?:,\s*'([^']*)')?\s*\}/g,
    (_all, name: string, rest?: string) => {
      // An escaped wildcard stands for itself; none of the names that are made up here holds one.
      if (/^[*?$]$/.test(name)) return name === "$" ? "$" : "\u0416";
      const values = context.get(name.trim().toLowerCase());
      const value = values?.length === 1 && values[0] !== "" ? values[0] : rest;
      known &&= value !== undefined;
      return value ?? "";
    },
  );
  return known ? text : undefined;
}

/** An ARN that both patterns match, or undefined when there is none. @throws simulationTooLarge */
function exampleInBoth(question: string, pattern: string): string | undefined {
  if (/^\*+$/.test(pattern)) return undefined;
  const asked = fieldsOf(question);
  const named = fieldsOf(pattern);
  const fields: string[] = [];
  for (let index = 0; index < arnFields; index += 1) {
    const field = textInBoth(asked[index] ?? "*", named[index] ?? "*");
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields.join(":");
}

function fieldsOf(arn: string): string[] {
  const fields = arn.split(":");
  return [
    ...fields.slice(0, arnFields - 1),
    ...(fields.length < arnFields ? [] : [fields.slice(arnFields - 1).join(":")]),
  ];
}

/**
 * A text that both patterns match. Works from the end: `reach` tells for each pair of places whether the
 * rests have a text in common.
 */
function textInBoth(one: string, other: string): string | undefined {
  const width = other.length + 1;
  if ((one.length + 1) * width > patternStepsMax) throw simulationTooLarge();
  const reach = new Uint8Array((one.length + 1) * width);
  for (let i = one.length; i >= 0; i -= 1) {
    for (let j = other.length; j >= 0; j -= 1) {
      reach[i * width + j] = canFollow({ one, other, i, j }, (ii, jj) => reach[ii * width + jj] === 1)
        ? 1
        : 0;
    }
  }
  if (reach[0] !== 1) return undefined;
  let text = "";
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    const at = (ii: number, jj: number): boolean =>
      ii <= one.length && jj <= other.length && reach[ii * width + jj] === 1;
    if (one[i] === "*" && at(i + 1, j)) i += 1;
    else if (other[j] === "*" && at(i, j + 1)) j += 1;
    else {
      // One of the two has a plain character here, or `?`, that the other takes.
      const plain = [one[i], other[j]].find((each) => each !== undefined && each !== "*" && each !== "?");
      text += plain ?? "\u0416";
      if (one[i] !== "*") i += 1;
      if (other[j] !== "*") j += 1;
    }
  }
  return text;
}

interface Places {
  readonly one: string;
  readonly other: string;
  readonly i: number;
  readonly j: number;
}

function canFollow({ one, other, i, j }: Places, reached: (i: number, j: number) => boolean): boolean {
  const a = one[i];
  const b = other[j];
  if (a === undefined && b === undefined) return true;
  if (a === "*" && (reached(i + 1, j) || (b !== undefined && reached(i, j + 1)))) return true;
  if (b === "*" && (reached(i, j + 1) || (a !== undefined && reached(i + 1, j)))) return true;
  if (a === undefined || b === undefined || a === "*" || b === "*") return false;
  return (a === b || a === "?" || b === "?") && reached(i + 1, j + 1);
}
