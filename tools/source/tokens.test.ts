import { expect, test } from "vitest";
import { tokenize } from "./tokens.ts";

const names = (source: string) =>
  tokenize(source)
    .tokens.filter((token) => token.kind === "name")
    .map((token) => token.text);

test("words in strings, templates, comments and regular expressions are not code", () => {
  const source = [
    "const a = 'process'; // process",
    'const b = "it\\"s process"; /* process */',
    "const c = `process ${d + `${e} process`} process`;",
    "const f = /process[/\"']/.test(g);",
  ].join("\n");
  expect(names(source)).toEqual([
    "const",
    "a",
    "const",
    "b",
    "const",
    "c",
    "d",
    "e",
    "const",
    "f",
    "test",
    "g",
  ]);
});

test("a slash after a value divides", () => {
  expect(names("const a = b / c / d; const e = f() / g;")).toEqual([
    "const",
    "a",
    "b",
    "c",
    "d",
    "const",
    "e",
    "f",
    "g",
  ]);
});

test("braces inside a template's substitution belong to it", () => {
  expect(names("`${a({ b: 1 })} x`; c")).toEqual(["a", "b", "c"]);
});

test("lines are counted across comments and templates", () => {
  const { tokens, comments } = tokenize("/* one\n two */\n`\n${a}`\nb // own\n");
  expect(tokens.find((token) => token.text === "a")?.line).toBe(4);
  expect(tokens.find((token) => token.text === "b")?.line).toBe(5);
  expect(comments).toEqual([
    { text: "one\n two", line: 1, endLine: 2, own: true },
    { text: "own", line: 5, endLine: 5, own: false },
  ]);
});
