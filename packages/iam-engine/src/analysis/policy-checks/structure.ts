// Checks of a document's form: which elements it has, of which JSON types, and how large it is.

import { policySize } from "../../policy-size.ts";
import type { Member, StatementOutline, Value } from "../policy-outline.ts";
import { allows, itemsOf, memberOf, membersOf, textsOf } from "../policy-outline.ts";
import { takesPrincipals } from "./check-context.ts";
import type { CheckContext } from "./check-context.ts";

const DOCUMENT_ELEMENTS = new Set(["Version", "Id", "Statement"]);
const STATEMENT_ELEMENTS = new Set([
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
const VERSIONS = ["2012-10-17", "2008-10-17"] as const;
const PAIRS = [
  ["Action", "NotAction"],
  ["Principal", "NotPrincipal"],
  ["Resource", "NotResource"],
] as const;

/** Largest identity policy, in characters without white space. */
export const IDENTITY_POLICY_CHARACTERS_MAX = 6_144;

/** Largest service control policy, in characters. */
export const SCP_CHARACTERS_MAX = 5_120;

/** Checks the form of the document and of each statement. */
export function checkStructure(context: CheckContext): void {
  checkDocument(context);
  checkVersion(context);
  checkSize(context);
  checkSids(context);
  for (const statement of context.policy.statements) {
    checkElements(context, statement);
    checkEffect(context, statement);
    checkPresence(context, statement);
    checkEmptiness(context, statement);
  }
}

function checkDocument({ policy, report }: CheckContext): void {
  for (const member of policy.members) {
    if (DOCUMENT_ELEMENTS.has(member.name)) continue;
    report({
      code: "INVALID_POLICY_ELEMENT",
      places: [member.keyPlace],
      values: { element: member.name },
    });
  }
  const id = policy.members.find(({ name }) => name === "Id");
  if (id !== undefined) expectString(report, id);
  const body = policy.members.find(({ name }) => name === "Statement");
  if (body === undefined || (body.node.type === "array" && body.node.items.length === 0)) {
    report({ code: "MISSING_STATEMENT", places: [body?.place ?? policy.place] });
    return;
  }
  for (const item of itemsOf(body)) {
    if (item.node.type !== "object") mismatch(report, item, "Object");
  }
}

function checkVersion({ policy, report }: CheckContext): void {
  const version = policy.members.find(({ name }) => name === "Version");
  if (version === undefined) {
    report({ code: "MISSING_VERSION", places: [policy.place] });
    return;
  }
  if (!expectString(report, version)) return;
  const [text = { text: "", place: version.place }] = textsOf(version);
  if (VERSIONS.some((known) => known === text.text)) return;
  const values = { version: text.text, versions: VERSIONS.join(", ") };
  report({ code: "INVALID_VERSION", places: [text.place], values });
}

function checkSize({ text, type, policy, report }: CheckContext): void {
  if (type === "IDENTITY_POLICY") {
    const size = policySize(text);
    if (size <= IDENTITY_POLICY_CHARACTERS_MAX) return;
    const values = { size: String(size), quota: String(IDENTITY_POLICY_CHARACTERS_MAX) };
    report({ code: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", places: [policy.place], values });
  }
  if (type === "SERVICE_CONTROL_POLICY" && text.length > SCP_CHARACTERS_MAX) {
    const values = { size: String(text.length), quota: String(SCP_CHARACTERS_MAX) };
    report({ code: "POLICY_SIZE_EXCEEDS_SCP_QUOTA", places: [policy.place], values });
  }
}

function checkSids({ policy, type, report }: CheckContext): void {
  const seen = new Set<string>();
  for (const statement of policy.statements) {
    const sid = memberOf(statement, "Sid");
    if (sid === undefined || !expectString(report, sid)) continue;
    const [text = { text: "", place: sid.place }] = textsOf(sid);
    if (text.text === "") report({ code: "EMPTY_SID_VALUE", places: [text.place] });
    // Several services let the Sid of a resource policy hold other characters, too.
    else if (type !== "RESOURCE_POLICY" && !/^[0-9A-Za-z]*$/.test(text.text)) {
      report({ code: "UNSUPPORTED_SID", places: [text.place] });
    }
    if (text.text !== "" && seen.has(text.text)) {
      const code = type === "RESOURCE_POLICY" ? "UNIQUE_SIDS_RECOMMENDED" : "UNIQUE_SIDS_REQUIRED";
      report({ code, places: [text.place] });
    }
    seen.add(text.text);
  }
}

function checkElements({ report }: CheckContext, statement: StatementOutline): void {
  for (const member of statement.members) {
    if (STATEMENT_ELEMENTS.has(member.name)) continue;
    report({
      code: "INVALID_POLICY_ELEMENT",
      places: [member.keyPlace],
      values: { element: member.name },
    });
  }
  for (const [first, second] of PAIRS) {
    const one = memberOf(statement, first);
    const other = memberOf(statement, second);
    if (one === undefined || other === undefined) continue;
    report({
      code: "UNSUPPORTED_ELEMENT_COMBINATION",
      places: [one.keyPlace, other.keyPlace],
      values: { first, second },
    });
  }
  for (const name of ["Action", "NotAction", "Resource", "NotResource"]) {
    const member = memberOf(statement, name);
    for (const item of member === undefined ? [] : itemsOf(member)) expectString(report, item);
  }
  checkConditionForm(report, memberOf(statement, "Condition"));
}

function checkConditionForm(report: CheckContext["report"], block: Member | undefined): void {
  if (block === undefined) return;
  if (block.node.type !== "object") {
    mismatch(report, block, "Object");
    return;
  }
  if (block.node.entries.length === 0) report({ code: "EMPTY_OBJECT_CONDITION", places: [block.place] });
  for (const operator of membersOf(block.node, block.place)) {
    if (operator.node.type !== "object") mismatch(report, operator, "Object");
    else if (operator.node.entries.length === 0) {
      report({ code: "EMPTY_OBJECT_CONDITION", places: [operator.place] });
    }
    for (const key of membersOf(operator.node, operator.place)) {
      for (const item of itemsOf(key)) {
        if (!/^(?:string|number|boolean)$/.test(item.node.type)) mismatch(report, item, "String");
      }
    }
  }
}

function checkEffect({ report }: CheckContext, statement: StatementOutline): void {
  const effect = memberOf(statement, "Effect");
  if (effect === undefined) {
    report({ code: "MISSING_EFFECT", places: [statement.place] });
    return;
  }
  if (!expectString(report, effect)) return;
  const [text = { text: "", place: effect.place }] = textsOf(effect);
  if (text.text === "Allow" || text.text === "Deny") return;
  report({ code: "INVALID_EFFECT", places: [text.place], values: { effect: text.text } });
}

const TRUST_POLICY = "AWS::IAM::AssumeRolePolicyDocument";

function checkPresence(context: CheckContext, statement: StatementOutline): void {
  const { type, resourceType, report } = context;
  const has = (...names: readonly string[]) => names.some((name) => memberOf(statement, name) !== undefined);
  if (!has("Action", "NotAction")) report({ code: "MISSING_ACTION", places: [statement.place] });
  if (type !== "RESOURCE_POLICY" && !has("Resource", "NotResource")) {
    report({ code: "MISSING_RESOURCE", places: [statement.place] });
  }
  for (const name of ["Resource", "NotResource"]) {
    const member = memberOf(statement, name);
    if (member === undefined || resourceType !== TRUST_POLICY) continue;
    report({ code: "INVALID_POLICY_ELEMENT", places: [member.keyPlace], values: { element: name } });
  }
  if (takesPrincipals(type) && !has("Principal", "NotPrincipal")) {
    report({ code: "MISSING_PRINCIPAL", places: [statement.place] });
  }
  for (const name of ["Principal", "NotPrincipal"]) {
    const member = memberOf(statement, name);
    if (member === undefined || takesPrincipals(type)) continue;
    const code = type === "SERVICE_CONTROL_POLICY" ? "SCP_SYNTAX_ERROR_PRINCIPAL" : "UNSUPPORTED_PRINCIPAL";
    report({ code, places: [member.keyPlace], values: { type } });
  }
  const except = memberOf(statement, "NotPrincipal");
  if (takesPrincipals(type) && except !== undefined && allows(statement)) {
    report({ code: "ALLOW_WITH_NOT_PRINCIPAL", places: [except.keyPlace] });
  }
}

function checkEmptiness({ report }: CheckContext, statement: StatementOutline): void {
  for (const { name, node, place } of statement.members) {
    if (node.type !== "array" || node.items.length > 0) continue;
    if (name === "Action" || name === "NotAction") report({ code: "EMPTY_ARRAY_ACTION", places: [place] });
    if (name === "Resource" || name === "NotResource")
      report({ code: "EMPTY_ARRAY_RESOURCE", places: [place] });
  }
}

function expectString(report: CheckContext["report"], value: Value): boolean {
  if (value.node.type === "string") return true;
  mismatch(report, value, "String");
  return false;
}

type JsonTypeName = "String" | "Object";

function mismatch(report: CheckContext["report"], { place }: Value, dataType: JsonTypeName): void {
  report({ code: "DATA_TYPE_MISMATCH", places: [place], values: { dataType } });
}
