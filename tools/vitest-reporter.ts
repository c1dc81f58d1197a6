// Vitest's own report, followed by the reasons of skipped tests and one closing line with exact counts. What
// stops tests from running at all (a module that does not load, a hook that throws) counts as a failure.
import { writeFileSync } from "node:fs";
import { DefaultReporter } from "vitest/node";
import type { SerializedError, TestCase, TestModule, TestRunEndReason, TestSuite } from "vitest/node";
import { closingLines } from "./counts.mjs";
import type { Counts } from "./counts.mjs";

/** The variable that names a file for the counts; `npm test` reads it to sum several runs. */
const countsFileVariable = "CASEMATE_TEST_COUNTS";

/** Prints the closing line `tests: N passed, N failed, N skipped`. */
export default class ClosingLineReporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandled, reason);
    const counts = countModules(modules, unhandled.length);
    const file = process.env[countsFileVariable];
    if (file === undefined) this.log(closingLines(counts).join("\n"));
    else writeFileSync(file, JSON.stringify(counts));
  }
}

/** Counts tests, and the errors that belong to no single test. */
export function countModules(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const counts: Counts = { passed: 0, failed: unhandledErrors, skips: [] };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") counts.passed += 1;
      else if (result.state === "skipped") {
        counts.skips.push({ name: test.fullName, reason: result.note ?? reasonInTitle(test) });
      } else counts.failed += 1;
    }
  }
  return counts;
}

/** A reason written into the title of the test or of a suite around it: `... (needs root)`. */
function reasonInTitle(test: TestCase): string | undefined {
  for (let task: TestCase | TestSuite | TestModule = test; task.type !== "module"; task = task.parent) {
    const found = /\((needs [^)]+)\)/.exec(task.name);
    if (found !== null) return found[1];
  }
  return undefined;
}
