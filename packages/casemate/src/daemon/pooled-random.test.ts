import { expect, test } from "vitest";
import { createPooledRandom } from "./pooled-random.ts";

test("no two draws share bytes, whatever their lengths", () => {
  const random = createPooledRandom();
  const seen = new Set<string>();
  for (let at = 0; at < 2_000; at += 1) {
    const bytes = random(16 + (at % 80));
    expect(bytes).toHaveLength(16 + (at % 80));
    const start = Buffer.from(bytes.subarray(0, 16)).toString("hex");
    expect(seen).not.toContain(start);
    seen.add(start);
  }
});

test("a draw is the caller's own and is not changed by later ones", () => {
  const random = createPooledRandom();
  const first = random(16);
  const before = [...first];
  for (let at = 0; at < 1_000; at += 1) random(16).fill(7);
  expect([...first]).toEqual(before);
  expect(before.some((byte) => byte !== 0)).toBe(true);
});

test("every value of a byte comes up", () => {
  const random = createPooledRandom();
  const values = new Set<number>();
  for (let at = 0; at < 4_000; at += 1) for (const byte of random(16)) values.add(byte);
  expect(values.size).toBe(256);
});
