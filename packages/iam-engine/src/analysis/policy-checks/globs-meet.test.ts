import fc from "fast-check";
import { expect, test } from "vitest";
import { patternCodes } from "../../glob.ts";
import { newBudget } from "../budget.ts";
import { coveredSets } from "../word-signatures.ts";
import { globsMeet } from "./globs-meet.ts";

test("patterns meet where a walk over all texts of both finds one", () => {
  const pattern = fc
    .array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 6 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, pattern, (left, right) => {
      const tested = [{ symbols: patternCodes(right), reading: "exact" }] as const;
      const sets = coveredSets([patternCodes(left)], tested, newBudget()) ?? [];
      expect(globsMeet(left, right)).toBe(sets.some((set) => set.size > 0));
    }),
    { numRuns: 3_000 },
  );
});
