// `node tools/run.mjs check-tidy [--root <folder>]`: prints what is not tidy.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readTree } from "../source/tree.ts";
import { describeViolation } from "../source/violation.ts";
import { checkTidy } from "./check-tidy.ts";
import type { TidyExceptions } from "./sizes.ts";

const { values } = parseArgs({ options: { root: { type: "string", default: "." } } });
const exceptions = JSON.parse(readFileSync("tools/tidy.json", "utf8")) as TidyExceptions;
const violations = checkTidy(readTree(values.root, ["packages", "tools", "bench", "e2e"]), exceptions);
for (const violation of violations) console.log(describeViolation(violation));
console.log(violations.length === 0 ? "tidy: ok" : `tidy: ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
