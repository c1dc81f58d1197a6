import { expect, test } from "vitest";
import { compileGlob, matchCodes, matchCodesOnce, matchGlob, patternCodes } from "./glob.ts";
import { naiveMatch, tokens } from "./testing/reference-conditions.ts";
import { pick, seededRandom } from "./testing/seeded-random.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

test("globs agree with a naive matcher", () => {
  const random = seededRandom(SEED);
  const text = (letters: readonly string[], most: number) =>
    Array.from({ length: Math.floor(random() * most) }, () => pick(random, letters)).join("");
  const differing: string[] = [];
  let matched = 0;
  for (let index = 0; index < 50_000; index++) {
    const pattern = text(["a", "b", "*", "?", "*"], 7);
    const value = text(["a", "b", "*"], 9);
    const expected = naiveMatch(tokens(pattern, false, new Map()) ?? [], value);
    if (expected) matched++;
    if (matchGlob(compileGlob(pattern), value) !== expected) differing.push(`${pattern} on ${value}`);
    if (matchCodesOnce(patternCodes(pattern), value) !== expected)
      differing.push(`codes ${pattern} on ${value}`);
  }
  expect(differing, `seed ${SEED}`).toEqual([]);
  expect(matched).toBeGreaterThan(1_000);
});

test.each([
  ["*a*a*a*a*a*b", "a".repeat(200)],
  ["*****b", "a".repeat(200)],
  [`*${"a".repeat(100)}b`, "a".repeat(200)],
  ["*?a?*?a?*?a?*?a?*?a?*b", "a".repeat(200)],
])("%s against 200 characters takes at most pattern times text steps", (pattern, text) => {
  const count = { steps: 0 };
  expect(matchCodes(patternCodes(pattern), text, count)).toBe(false);
  expect(count.steps).toBeLessThanOrEqual((pattern.length + 1) * (text.length + 1));
});

test.each([
  ["*", "any"],
  ["**", "any"],
  ["abc", "exact"],
  ["abc*", "prefix"],
  ["*abc", "suffix"],
  ["a**c", "around"],
  ["a?c", "general"],
  ["*a*", "general"],
])("%s is compiled to the shape %s", (pattern, shape) => {
  expect(compileGlob(pattern).shape).toBe(shape);
});

test("prefix and suffix may not share characters", () => {
  expect(matchGlob(compileGlob("aba*ba"), "aba")).toBe(false);
  expect(matchGlob(compileGlob("aba*ba"), "ababa")).toBe(true);
});
