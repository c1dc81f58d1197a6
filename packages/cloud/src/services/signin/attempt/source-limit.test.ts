import { expect, it } from "vitest";
import { createSourceLimit, sourceFailuresMax, sourcesRememberedMax } from "./source-limit.ts";

function takeAll(limit: ReturnType<typeof createSourceLimit>, source: string, now: number): number {
  let taken = 0;
  while (limit.take(source, now)) taken += 1;
  return taken;
}

it("a source has so many failures at once, and one more with time", () => {
  const limit = createSourceLimit();
  expect(takeAll(limit, "192.0.2.1", 0)).toBe(sourceFailuresMax);
  expect(takeAll(limit, "192.0.2.2", 0)).toBe(sourceFailuresMax);
  expect(takeAll(limit, "192.0.2.1", 14_999)).toBe(0);
  expect(takeAll(limit, "192.0.2.1", 15_000)).toBe(1);
  expect(takeAll(limit, "192.0.2.1", 86_400_000)).toBe(sourceFailuresMax);
});

it("what did not fail is given back, and never more than there was", () => {
  const limit = createSourceLimit();
  limit.giveBack("192.0.2.1", 0);
  for (let count = 0; count < 1000; count += 1) {
    expect(limit.take("192.0.2.1", 0)).toBe(true);
    limit.giveBack("192.0.2.1", 0);
  }
  expect(takeAll(limit, "192.0.2.1", 0)).toBe(sourceFailuresMax);
});

it("a clock that goes back gives nothing", () => {
  const limit = createSourceLimit();
  takeAll(limit, "192.0.2.1", 1_000_000);
  expect(limit.take("192.0.2.1", 0)).toBe(false);
});

it.each([
  ["2001:db8::1", "2001:db8:0:0:ffff::2", true],
  ["2001:db8::1", "2001:DB8:0000:0::3", true],
  ["2001:db8::1", "2001:db8:0:1::1", false],
  ["::1", "::2", true],
  ["192.0.2.1", "192.0.2.2", false],
])("%s and %s are one source: %s", (one, other, same) => {
  const limit = createSourceLimit();
  takeAll(limit, one, 0);
  expect(limit.take(other, 0)).toBe(!same);
});

it("remembers so many sources and no more", () => {
  const limit = createSourceLimit();
  takeAll(limit, "10.0.0.1", 0);
  for (let count = 0; count < sourcesRememberedMax - 1; count += 1) limit.take(`source ${count}`, 0);
  expect(limit.take("10.0.0.1", 0)).toBe(false);
  limit.take("one more", 0);
  expect(limit.take("10.0.0.1", 0)).toBe(true);
});
