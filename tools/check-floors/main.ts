// `node tools/run.mjs check-floors [--root <folder>]`: prints what breaks a rule of tools/floors.json.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readTree } from "../source/tree.ts";
import { describeViolation } from "../source/violation.ts";
import { checkFloors, codePlaces } from "./check-floors.ts";
import type { Floors } from "./floors.ts";

const { values } = parseArgs({ options: { root: { type: "string", default: "." } } });
const floors = JSON.parse(readFileSync("tools/floors.json", "utf8")) as Floors;
const violations = checkFloors(readTree(values.root, codePlaces), floors);
for (const violation of violations) console.log(describeViolation(violation));
console.log(violations.length === 0 ? "floors: ok" : `floors: ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
