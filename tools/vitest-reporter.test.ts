import { expect, test } from "vitest";
import type { TestModule } from "vitest/node";
import { closingLines, sumCounts } from "./counts.mjs";
import { countModules } from "./vitest-reporter.ts";

interface FakeTask {
  type: "module" | "suite" | "test";
  name: string;
  parent?: FakeTask;
}

/** A module as vitest reports it, as far as counting looks. */
function fakeModule(
  tests: { name: string; suite?: string; state: string; note?: string }[],
  errors: { module?: number; suite?: number } = {},
): TestModule {
  const module: FakeTask = { type: "module", name: "a.test.ts" };
  const cases = tests.map(({ name, suite, state, note }) => ({
    type: "test",
    name,
    fullName: suite === undefined ? name : `${suite} > ${name}`,
    parent: suite === undefined ? module : { type: "suite", name: suite, parent: module },
    result: () => ({ state, note }),
  }));
  const fake = {
    ...module,
    errors: () => Array.from({ length: errors.module ?? 0 }),
    children: {
      allTests: () => cases,
      allSuites: () => [{ errors: () => Array.from({ length: errors.suite ?? 0 }) }],
    },
  };
  return fake as unknown as TestModule;
}

test("passed, failed, unfinished and skipped tests are counted", () => {
  const module = fakeModule([
    { name: "a", state: "passed" },
    { name: "b", state: "failed" },
    { name: "c", state: "pending" },
    { name: "d", state: "skipped", note: "no root" },
  ]);
  expect(countModules([module], 0)).toEqual({
    passed: 1,
    failed: 2,
    skips: [{ name: "d", reason: "no root" }],
  });
});

test("errors that belong to no test are failures", () => {
  expect(countModules([fakeModule([], { module: 1, suite: 2 })], 3).failed).toBe(6);
});

test("a reason may stand in the title of the test or of a suite around it", () => {
  const module = fakeModule([
    { name: "a", suite: "networks (needs root)", state: "skipped" },
    { name: "b (needs nft)", state: "skipped" },
    { name: "c", state: "skipped" },
  ]);
  expect(countModules([module], 0).skips.map((skip) => skip.reason)).toEqual([
    "needs root",
    "needs nft",
    undefined,
  ]);
});

test("the closing line sums all parts and stands last, after the reasons", () => {
  const total = sumCounts([
    { passed: 2, failed: 1, skips: [{ name: "a", reason: "needs root" }] },
    {
      passed: 3,
      failed: 0,
      skips: [
        { name: "b", reason: "needs root" },
        { name: "c", reason: undefined },
      ],
    },
  ]);
  expect(closingLines(total)).toEqual([
    "skipped: needs root (2 tests)",
    "skipped: no reason given (c)",
    "tests: 5 passed, 1 failed, 3 skipped",
  ]);
});
