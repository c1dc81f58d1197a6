import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxesOf, paint, planeHolds, type Brush } from "./plane.ts";

const span = fc
  .tuple(fc.nat(12), fc.nat(12))
  .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const brush: fc.Arbitrary<Brush> = fc.record({ span, range: span, allow: fc.boolean() });
const points = Array.from({ length: 13 * 13 }, (_, at) => ({ value: at % 13, address: Math.floor(at / 13) }));

function covers(
  { span: { low, high }, range }: Pick<Brush, "span" | "range">,
  value: number,
  address: number,
) {
  return low <= value && value <= high && range.low <= address && address <= range.high;
}

describe("a plane", () => {
  it("holds exactly the points whose first brush allows", () => {
    fc.assert(
      fc.property(fc.array(brush, { maxLength: 8 }), (brushes) => {
        const plane = paint(brushes);
        for (const { value, address } of points) {
          const first = brushes.find((each) => covers(each, value, address));
          expect(planeHolds(plane, value, address)).toBe(first?.allow ?? false);
        }
      }),
    );
  });

  it("is covered by its boxes, each point once", () => {
    fc.assert(
      fc.property(fc.array(brush, { maxLength: 8 }), (brushes) => {
        const plane = paint(brushes);
        const boxes = boxesOf(plane);
        for (const { value, address } of points) {
          const holding = boxes.filter((box) => covers(box as Pick<Brush, "span" | "range">, value, address));
          expect(holding).toHaveLength(planeHolds(plane, value, address) ? 1 : 0);
        }
      }),
    );
  });

  it("reaches the last address of either family", () => {
    const last = (1n << 128n) - 1n;
    const all = { span: { low: 0, high: 65_535 }, range: { low: 0n, high: last }, allow: true };
    const hole = { span: { low: 80, high: 80 }, range: { low: last, high: last }, allow: false };
    const plane = paint([hole, all]);
    expect([
      planeHolds(plane, 80, last),
      planeHolds(plane, 80, last - 1n),
      planeHolds(plane, 81, last),
    ]).toEqual([false, true, true]);
  });
});
