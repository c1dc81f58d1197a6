import { describe, expect, it } from "vitest";
import { drawUuid } from "../kit/index.ts";
import { randomPool } from "./random-pool.ts";

describe("a pool of random bytes", () => {
  it("gives each byte of its source once, in order, over the end of a block", () => {
    let drawn = 0;
    const pool = randomPool((bytes) => Uint8Array.from({ length: bytes }, () => drawn++ % 251));
    const given = Array.from({ length: 600 }, () => [...pool(16)]);
    expect(given[0]).toEqual(Array.from({ length: 16 }, (_, index) => index));
    expect(given[256]).toEqual(Array.from({ length: 16 }, (_, index) => (4096 + index) % 251));
    expect(drawn).toBe(3 * 4096);
  });

  it("never gives the rest of a block with the beginning of the next", () => {
    let block = 0;
    const pool = randomPool((bytes) => new Uint8Array(bytes).fill((block += 1)));
    for (let taken = 0; taken + 1000 <= 4096; taken += 1000) pool(1000);
    expect(new Set(pool(1000))).toEqual(new Set([2]));
    expect(pool(5000)).toHaveLength(5000);
  });

  it("makes version 4 UUIDs that do not repeat", () => {
    let state = 1;
    const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
    const pool = randomPool((bytes) => Uint8Array.from({ length: bytes }, next));
    const ids = Array.from({ length: 2000 }, () => drawUuid(pool));
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(ids).size).toBe(2000);
  });
});
