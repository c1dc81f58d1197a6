import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OrderedKeys } from "./ordered-keys.ts";

describe("ordered keys", () => {
  it("hold what a sorted set holds, over many runs and after any removals", () => {
    const step = fc.record({ key: fc.nat({ max: 3000 }).map(String), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 0, maxLength: 60 }), fc.nat({ max: 2500 }), (steps, filled) => {
        const keys = new OrderedKeys();
        const model = new Set<string>();
        // A multiplier without a common factor brings every number once, in no order.
        for (let at = 0; at < filled; at += 1) {
          const key = String((at * 1009) % 3001);
          keys.add(key);
          model.add(key);
        }
        for (let at = 0; at < filled; at += 3) {
          keys.remove(String((at * 1009) % 3001));
          model.delete(String((at * 1009) % 3001));
        }
        for (const { key, gone } of steps) {
          if (gone) keys.remove(key);
          else keys.add(key);
          if (gone) model.delete(key);
          else model.add(key);
        }
        expect(keys.inOrder()).toEqual([...model].sort());
        expect(keys.size).toBe(model.size);
      }),
      { numRuns: 100 },
    );
  });
});
