// A policy document as a reader sees it who has to go on after an error: whatever elements it has, each with
// its path and place. It judges nothing.

import type { JsonNode, JsonObject, JsonString, Span } from "../parse-json.ts";

/** One step to a place in a document, in the form of the ValidatePolicy API. */
export type PathElement =
  | { readonly value: string }
  | { readonly index: number }
  | { readonly key: string }
  | { readonly substring: { readonly start: number; readonly length: number } };

/** A place in a document. */
export interface Place {
  readonly path: readonly PathElement[];
  readonly span: Span;
}

/** A JSON value and its place. */
export interface Value {
  readonly node: JsonNode;
  readonly place: Place;
}

/** A member of an object: its key and its value. */
export interface Member extends Value {
  readonly name: string;
  readonly keyPlace: Place;
}

/** A string and its place. */
export interface Text {
  readonly text: string;
  readonly place: Place;
}

/** A condition: one key under one operator. */
export interface ConditionOutline {
  readonly operator: string;
  readonly operatorPlace: Place;
  readonly key: string;
  readonly keyPlace: Place;
  readonly place: Place;
  /** The values that are strings, numbers or booleans, as text. */
  readonly values: readonly ConditionValue[];
}

/** A value of a condition, and the JSON type it is written in. */
export interface ConditionValue extends Text {
  readonly type: "string" | "number" | "boolean";
}

export interface StatementOutline {
  readonly place: Place;
  readonly node: JsonObject;
  readonly members: readonly Member[];
}

/** The members of an object. */
export function membersOf(node: JsonNode, place: Place): readonly Member[] {
  if (node.type !== "object") return [];
  return node.entries.map(({ key, value }) => ({
    name: key.value,
    node: value,
    place: { path: [...place.path, { value: key.value }], span: value },
    keyPlace: { path: [...place.path, { key: key.value }], span: key },
  }));
}

/** The items of an array, or the value itself when it is none. */
export function itemsOf({ node, place }: Value): readonly Value[] {
  if (node.type !== "array") return [{ node, place }];
  return node.items.map((item, index) => ({
    node: item,
    place: { path: [...place.path, { index }], span: item },
  }));
}

/** The strings of a member that is a string or a list of strings. */
export function textsOf(member: Value | undefined): readonly Text[] {
  if (member === undefined) return [];
  return itemsOf(member).flatMap(({ node, place }) =>
    node.type === "string" ? [{ text: node.value, place }] : [],
  );
}

/** A member of a statement by its name. */
export function memberOf(statement: StatementOutline, name: string): Member | undefined {
  return statement.members.find((member) => member.name === name);
}

/** The first of several members that the statement has. */
export function firstMemberOf(statement: StatementOutline, ...names: readonly string[]): Member | undefined {
  return names.map((name) => memberOf(statement, name)).find((member) => member !== undefined);
}

/** Whether the statement's effect is Allow; one without a sound effect is not. */
export function allows(statement: StatementOutline): boolean {
  return textsOf(memberOf(statement, "Effect"))[0]?.text === "Allow";
}

/** The conditions of a statement, as far as they have the form of conditions. */
export function conditionsOf(statement: StatementOutline): readonly ConditionOutline[] {
  const block = memberOf(statement, "Condition");
  if (block === undefined) return [];
  return membersOf(block.node, block.place).flatMap((operator) =>
    membersOf(operator.node, operator.place).map((member) => ({
      operator: operator.name,
      operatorPlace: operator.keyPlace,
      key: member.name,
      keyPlace: member.keyPlace,
      place: member.place,
      values: itemsOf(member).flatMap(({ node, place }): readonly ConditionValue[] => {
        if (node.type === "string") return [{ text: node.value, type: node.type, place }];
        return node.type === "number" || node.type === "boolean"
          ? [{ text: node.text, type: node.type, place }]
          : [];
      }),
    })),
  );
}

/** A part of a string; its span is that of the whole string where escapes hide the offsets. */
export function partOf(text: Text, start: number, length: number): Place {
  const { path, span } = text.place;
  const plain = span.end - span.start === text.text.length + 2;
  const from = span.start + 1 + start;
  return {
    path: [...path, { substring: { start, length } }],
    span: plain ? { start: from, end: from + length } : span,
  };
}

/** The document's root and its statements. */
export interface PolicyOutline {
  readonly root: JsonObject;
  readonly place: Place;
  readonly members: readonly Member[];
  readonly version: string | undefined;
  readonly statements: readonly StatementOutline[];
}

/** Outlines a document whose root is an object. */
export function outlineOf(root: JsonObject): PolicyOutline {
  const place = { path: [], span: root };
  const members = membersOf(root, place);
  const body = members.find(({ name }) => name === "Statement");
  const statements = (body === undefined ? [] : itemsOf(body)).flatMap(({ node, place: at }) =>
    node.type === "object" ? [{ node, place: at, members: membersOf(node, at) }] : [],
  );
  const version = members.find(({ name }) => name === "Version")?.node;
  return { root, place, members, version: isString(version) ? version.value : undefined, statements };
}

function isString(node: JsonNode | undefined): node is JsonString {
  return node?.type === "string";
}
