import { expect, test } from "vitest";
import { findImports } from "./imports.ts";
import { tokenize } from "./tokens.ts";

const read = (source: string) =>
  findImports(tokenize(source).tokens).map(({ specifier, kind }) => `${kind} ${specifier}`);

test.each([
  ['import a from "a";', ["value a"]],
  ['import * as a from "a";', ["value a"]],
  ['import { a, type b } from "a";', ["value a"]],
  ['import { type a, type b } from "a";', ["type a"]],
  ['import type { a } from "a";', ["type a"]],
  ['import type from "a";', ["value a"]],
  ['import "a";', ["value a"]],
  ['export { a } from "a";', ["value a"]],
  ['export type { a } from "a";', ["type a"]],
  ['export * from "a";', ["value a"]],
  ['export * as a from "a";', ["value a"]],
  ['const a = await import("a");', ["dynamic a"]],
  ['const a = require("a");', ["dynamic a"]],
  ["const a = import(b);", ["dynamic undefined"]],
  ['const a = import.meta.url; export const b = "b";', []],
  ['export { a }; import b from "b";', ["value b"]],
  ['export const a = { from: "a" };', []],
  ['loader.import("a");', []],
  ["const a = \"import b from 'b'\";", []],
])("%s", (source, expected) => {
  expect(read(source)).toEqual(expected);
});

test("only a bare star re-exports everything", () => {
  const everything = (source: string) => findImports(tokenize(source).tokens)[0]?.everything;
  expect(everything('export * from "a";')).toBe(true);
  expect(everything('export * as a from "a";')).toBe(false);
  expect(everything('import * as a from "a";')).toBe(false);
});
