// `npm run check`: every own check of the repository. Each says what it found and counts as one test.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { checkDocs } from "../check-docs/check-docs.ts";
import { readDocs } from "../check-docs/read-docs.ts";
import { checkFloors, codePlaces } from "../check-floors/check-floors.ts";
import type { Floors } from "../check-floors/floors.ts";
import { checkTidy } from "../check-tidy/check-tidy.ts";
import type { TidyExceptions } from "../check-tidy/sizes.ts";
import type { Counts } from "../counts.mjs";
import { closingLines } from "../counts.mjs";
import { readTree } from "../source/tree.ts";
import { describeViolation } from "../source/violation.ts";

const tree = readTree(".", codePlaces);
const checks: Record<string, () => string[]> = {
  floors: () => checkFloors(tree, readJson<Floors>("tools/floors.json")).map(describeViolation),
  tidy: () => checkTidy(tree, readJson<TidyExceptions>("tools/tidy.json")).map(describeViolation),
  docs: () => checkDocs(readDocs(".")).map(describeViolation),
  // In processes of their own: they load what they describe, and that may not even build.
  pages: () => runCheck("generate-docs"),
  tables: () => runCheck("generate"),
};

const counts: Counts = { passed: 0, failed: 0, skips: [] };
for (const [name, check] of Object.entries(checks)) {
  const found = check();
  for (const line of found) console.log(line);
  console.log(found.length === 0 ? `${name}: ok` : `${name}: ${found.length} found`);
  if (found.length === 0) counts.passed += 1;
  else counts.failed += 1;
}
const file = process.env["CASEMATE_TEST_COUNTS"];
if (file === undefined) console.log(closingLines(counts).join("\n"));
else writeFileSync(file, JSON.stringify(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;

/** Runs a generator that compares instead of writing. */
function runCheck(tool: string): string[] {
  const outcome = spawnSync(process.execPath, ["tools/run.mjs", tool, "--check"], { encoding: "utf8" });
  return outcome.status === 0 ? [] : [`${outcome.stdout}${outcome.stderr}`.trim()];
}

function readJson<Value>(path: string): Value {
  return JSON.parse(readFileSync(path, "utf8")) as Value;
}
