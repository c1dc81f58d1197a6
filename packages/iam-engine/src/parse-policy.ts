// Turns the text of a policy into its statements. Refuses what is not a policy document by its form:
// unknown elements, wrong types, both an element and its negation, unknown operators.

import { STATEMENTS_MAX } from "./limits.ts";
import { parseOperator } from "./operator.ts";
import { parseJson } from "./parse-json.ts";
import type { JsonNode, JsonObject, Span } from "./parse-json.ts";
import type {
  LocatedText,
  ParsedCondition,
  ParsedPolicy,
  ParsedPrincipals,
  ParsedStatement,
  PolicyKind,
  PrincipalType,
} from "./policy.ts";
import { syntaxFault } from "./policy-fault.ts";

const VERSIONS: readonly string[] = ["2008-10-17", "2012-10-17"];

// The document-level "Conditions" is known to AWS's parser, without a meaning.
const DOCUMENT_KEYS = new Set(["Version", "Id", "Statement", "Conditions"]);
const STATEMENT_KEYS = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/**
 * Parses a document of the given kind without judging its values.
 * @throws PolicyFault with the text "Syntax errors in policy."
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  const root = parseJson(text);
  if (root.type !== "object") throw syntaxFault(text, root.start);
  refuseUnknownKeys(text, root, DOCUMENT_KEYS);
  const version = optionalText(text, member(root, "Version"));
  if (version !== undefined && !VERSIONS.includes(version.text)) throw syntaxFault(text, version.start);
  const id = optionalText(text, member(root, "Id"));
  const body = member(root, "Statement");
  if (body === undefined) throw syntaxFault(text, root.start);
  const nodes = body.type === "array" ? body.items : [body];
  if (nodes.length === 0 || nodes.length > STATEMENTS_MAX) throw syntaxFault(text, body.start);
  const statements = nodes.map((node, index) => parseStatement({ text, node, index }));
  return { kind, text, version: version?.text, id: id?.text, statements };
}

interface StatementInput {
  readonly text: string;
  readonly node: JsonNode;
  readonly index: number;
}

function parseStatement({ text, node, index }: StatementInput): ParsedStatement {
  if (node.type !== "object") throw syntaxFault(text, node.start);
  refuseUnknownKeys(text, node, STATEMENT_KEYS);
  const effect = optionalText(text, member(node, "Effect"));
  if (effect === undefined) throw syntaxFault(text, node.start);
  if (!/^(?:allow|deny)$/i.test(effect.text)) throw syntaxFault(text, effect.start);
  const statement: ParsedStatement = {
    index,
    sid: optionalText(text, member(node, "Sid")),
    effect,
    principals: optionalPrincipals(text, member(node, "Principal")),
    notPrincipals: optionalPrincipals(text, member(node, "NotPrincipal")),
    actions: optionalTexts(text, member(node, "Action")),
    notActions: optionalTexts(text, member(node, "NotAction")),
    resources: optionalTexts(text, member(node, "Resource")),
    notResources: optionalTexts(text, member(node, "NotResource")),
    conditions: parseConditions(text, member(node, "Condition")),
    start: node.start,
    end: node.end,
  };
  const twice =
    (statement.principals !== undefined && statement.notPrincipals !== undefined) ||
    (statement.actions !== undefined && statement.notActions !== undefined) ||
    (statement.resources !== undefined && statement.notResources !== undefined);
  if (twice) throw syntaxFault(text, node.start);
  return statement;
}

function parseConditions(text: string, block: JsonNode | undefined): ParsedCondition[] {
  if (block === undefined) return [];
  if (block.type !== "object") throw syntaxFault(text, block.start);
  const conditions: ParsedCondition[] = [];
  for (const { key: name, value: keys } of block.entries) {
    if (keys.type !== "object") throw syntaxFault(text, keys.start);
    // AWS accepts any operator name over an empty block; such a block says nothing.
    if (keys.entries.length === 0) continue;
    const operator = parseOperator(name.value);
    if (operator === undefined) throw syntaxFault(text, name.start);
    for (const { key, value } of keys.entries) {
      conditions.push({
        operator,
        key: { text: key.value, start: key.start, end: key.end },
        values: conditionValues(text, value),
        start: key.start,
        end: value.end,
      });
    }
  }
  return conditions;
}

function conditionValues(text: string, node: JsonNode): LocatedText[] {
  const nodes = node.type === "array" ? node.items : [node];
  return nodes.map((item) => {
    if (item.type === "string") return located(item.value, item);
    if (item.type === "number" || item.type === "boolean") return located(item.text, item);
    throw syntaxFault(text, item.start);
  });
}

function optionalPrincipals(text: string, node: JsonNode | undefined): ParsedPrincipals | undefined {
  if (node === undefined) return undefined;
  if (node.type === "string") {
    if (node.value !== "*") throw syntaxFault(text, node.start);
    return { entries: [{ type: "AWS", value: located("*", node) }], start: node.start, end: node.end };
  }
  if (node.type !== "object") throw syntaxFault(text, node.start);
  const entries = node.entries.flatMap(({ key, value }) => {
    const type = key.value;
    if (!isPrincipalType(type)) throw syntaxFault(text, key.start);
    return (optionalTexts(text, value) ?? []).map((item) => ({ type, value: item }));
  });
  return { entries, start: node.start, end: node.end };
}

function isPrincipalType(name: string): name is PrincipalType {
  return name === "AWS" || name === "Service" || name === "Federated" || name === "CanonicalUser";
}

function optionalText(text: string, node: JsonNode | undefined): LocatedText | undefined {
  if (node === undefined) return undefined;
  if (node.type !== "string") throw syntaxFault(text, node.start);
  return located(node.value, node);
}

function optionalTexts(text: string, node: JsonNode | undefined): LocatedText[] | undefined {
  if (node === undefined) return undefined;
  const nodes = node.type === "array" ? node.items : [node];
  return nodes.map((item) => {
    if (item.type !== "string") throw syntaxFault(text, item.start);
    return located(item.value, item);
  });
}

function refuseUnknownKeys(text: string, node: JsonObject, known: ReadonlySet<string>): void {
  const unknown = node.entries.find((entry) => !known.has(entry.key.value));
  if (unknown !== undefined) throw syntaxFault(text, unknown.key.start);
}

function member(node: JsonObject, name: string): JsonNode | undefined {
  return node.entries.find((entry) => entry.key.value === name)?.value;
}

function located(text: string, span: Span): LocatedText {
  return { text, start: span.start, end: span.end };
}
