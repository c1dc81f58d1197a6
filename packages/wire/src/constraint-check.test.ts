// The published patterns are safe to run: none takes more than a few milliseconds on a long hostile text.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileCheck } from "./constraint-check.ts";
import { dialectOf, type Decoding } from "./dialect.ts";
import { patternedValueLengthMax } from "./limits.ts";
import type { ConstraintTable } from "./table.ts";

const services = ["access-analyzer", "ec2", "iam", "organizations", "sts"];
const constraintsOf = (id: string) =>
  JSON.parse(
    readFileSync(new URL(`../generated/${id}.constraints.json`, import.meta.url), "utf8"),
  ) as ConstraintTable;

function violationsOf(constraint: ConstraintTable["sets"][number], value: unknown): string[] {
  const decoding: Decoding = { dialect: dialectOf({ id: "iam", protocol: "query" }), violations: [] };
  compileCheck(constraint, false)?.(value, "p", decoding);
  return decoding.violations.map(({ problem }) => problem.kind);
}

describe("constraints", () => {
  it.each(services)("of %s have patterns that hostile texts cannot stall", (id) => {
    const slow: string[] = [];
    for (const constraint of constraintsOf(id).sets) {
      if (constraint.p === undefined) continue;
      const length = Math.min(constraint.m ?? 100_000, 100_000);
      const pieces = ["a", "0", "/", "/a", "-", "a-", "arn:aws:", "=", " ", "1.", "é", "{", "v1."];
      for (const piece of pieces) {
        const text = `${piece.repeat(Math.ceil(length / piece.length)).slice(0, length - 1)}\u0007`;
        const start = performance.now();
        violationsOf(constraint, text);
        if (performance.now() - start > 50) slow.push(`${constraint.p} on ${piece}`);
      }
    }
    expect(slow).toEqual([]);
  });

  it("measure text in code points and lists by their items", () => {
    expect(violationsOf({ m: 2 }, "😀😀")).toEqual([]);
    expect(violationsOf({ m: 2 }, "😀😀😀")).toEqual(["length"]);
    expect(violationsOf({ n: 1, m: 2 }, [])).toEqual(["length"]);
    expect(violationsOf({ n: 1, m: 2 }, 3)).toEqual(["value"]);
  });

  it("do not try a pattern on a text that is too long", () => {
    expect(violationsOf({ m: 3, p: "a+" }, "bbbb")).toEqual(["length"]);
    expect(violationsOf({ p: "a+" }, "a".repeat(patternedValueLengthMax + 1))).toEqual(["pattern"]);
  });

  it("match the whole text", () => {
    expect(violationsOf({ p: "[a-z]+" }, "abc1")).toEqual(["pattern"]);
    expect(violationsOf({ p: "a|b" }, "ab")).toEqual(["pattern"]);
    expect(violationsOf({ p: "[a-z]+" }, "abc\n")).toEqual(["pattern"]);
  });
});
