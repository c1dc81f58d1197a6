/**
 * A resource with wildcards in a simulation asks about all resources of that form: the action must be
 * allowed on every one. It is answered by asking about some that stand for all: names that only patterns
 * as wide as the question can cover, and a name inside each pattern that a Deny takes out.
 */
import type { CompiledPolicy, ConditionContext } from "@casemate/iam-engine";
import { simulationTooLarge } from "./simulation-faults.ts";

/** What stands for any character: no policy names this letter, so that only a wildcard matches it. */
const anyLetter = "\u0416";

/** Steps that comparing one question with one pattern may take. */
export const patternStepsMax = 65_536;

/** Resources that may be asked about to answer one question. */
export const questionExamplesMax = 1_024;

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
  const denied = policies.flatMap(({ document }) =>
    patternsOf(document, context, ({ effect, resources }) =>
      effect.text === "Deny" ? resources : undefined,
    ),
  );
  const inside = denied.flatMap((pattern) => exampleInBoth(question, pattern) ?? []);
  return [...new Set([...plainExamples(question, policies), ...inside])];
}

/**
 * The indexes of the statements that allow a part of the question only, because their NotResource leaves
 * out some of it. What such a statement leaves out is more than an example can tell, so it counts for none.
 * @throws simulationTooLarge
 */
export function partialStatements(
  question: string,
  { document }: CompiledPolicy,
  context: ConditionContext,
): number[] {
  return (document.parsed?.statements ?? [])
    .filter((statement) =>
      patternsOf(document, context, (each) => (each === statement ? each.notResources : undefined)).some(
        (pattern) => exampleInBoth(question, pattern) !== undefined,
      ),
    )
    .filter(({ effect }) => effect.text === "Allow")
    .map(({ index }) => index);
}

/**
 * The question with a run of letters for each star, in every combination of some lengths. A pattern that
 * matches a run of more letters than it has question marks has a star there, and matches every longer run:
 * so the lengths up to that one tell about all. @throws simulationTooLarge
 */
function plainExamples(question: string, policies: readonly CompiledPolicy[]): string[] {
  const lengths = questionMarksIn(policies) + 2;
  const pieces = question
    // Stars and question marks in a row ask about so many letters and more, whatever their order.
    .replaceAll(/[*?]*\*[*?]*/g, (run) => `${run.replaceAll("*", "")}*`)
    .replaceAll("?", anyLetter)
    .split("*");
  if (lengths ** (pieces.length - 1) > questionExamplesMax) throw simulationTooLarge();
  return pieces.reduce<string[]>(
    (texts, piece, star) =>
      star === 0
        ? [piece]
        : texts.flatMap((text) =>
            Array.from({ length: lengths }, (_, length) => text + anyLetter.repeat(length) + piece),
          ),
    [],
  );
}

/** The most question marks that a resource pattern has. */
function questionMarksIn(policies: readonly CompiledPolicy[]): number {
  let most = 0;
  for (const { document } of policies) {
    for (const { resources, notResources } of document.parsed?.statements ?? []) {
      for (const { text } of resources ?? notResources ?? []) {
        most = Math.max(most, text.split("?").length - 1);
      }
    }
  }
  return most;
}

type Document = CompiledPolicy["document"];
type Statement = NonNullable<Document["parsed"]>["statements"][number];

/** Some resource patterns of a document with their variables put in; without a value they match nothing. */
function patternsOf(
  { parsed }: Document,
  context: ConditionContext,
  pick: (statement: Statement) => Statement["resources"],
): string[] {
  if (parsed === undefined) return [];
  const variables = parsed.version === "2012-10-17";
  return parsed.statements
    .flatMap((statement) => pick(statement) ?? [])
    .flatMap(({ text }) => (variables ? (resolved(text, context) ?? []) : [text]));
}

/** A pattern with its variables put in, or undefined when one of them has no value. */
function resolved(pattern: string, context: ConditionContext): string | undefined {
  let known = true;
  const text = pattern.replaceAll(
    /\$\{([^},]+)(?:,\s*'([^']*)')?\s*\}/g,
    (_all, name: string, rest?: string) => {
      // An escaped wildcard stands for itself; none of the names that are made up here holds one.
      if (/^[*?$]$/.test(name)) return name === "$" ? "$" : anyLetter;
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
  const asked = fieldsOf(question);
  const named = /^\*+$/.test(pattern) ? [] : fieldsOf(pattern);
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
  const at = (i: number, j: number): boolean =>
    i <= one.length && j <= other.length && reach[i * width + j] === 1;
  for (let i = one.length; i >= 0; i -= 1) {
    for (let j = other.length; j >= 0; j -= 1) {
      reach[i * width + j] = canFollow({ one, other, i, j }, at) ? 1 : 0;
    }
  }
  if (!at(0, 0)) return undefined;
  let text = "";
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (one[i] === "*" && at(i + 1, j)) i += 1;
    else if (other[j] === "*" && at(i, j + 1)) j += 1;
    else {
      // One of the two has a plain character here, or `?`, that the other takes.
      const plain = [one[i], other[j]].find((each) => each !== undefined && each !== "*" && each !== "?");
      text += plain ?? anyLetter;
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
