// `npm test`: sets itself up, then runs every check and every test the machine can run. A stage that fails
// counts as one failed test and the later stages still run; all results are summed into one last line.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { closingLines, sumCounts } from "./counts.mjs";
import { ensureInstalled } from "./install.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

/** @typedef {import("./counts.mjs").Counts} Counts */

const root = resolve(import.meta.dirname, "..");
const stageLimitMs = 12 * 60_000;
const countsFolder = join(root, "node_modules/.cache/casemate/counts");

/**
 * @param {string} title
 * @param {string[]} command
 * @param {Record<string, string>} [environment]
 */
function runStage(title, command, environment = {}) {
  const begin = performance.now();
  process.stdout.write(`\n== ${title}\n`);
  const [program = "", ...args] = command;
  const env = { ...process.env, ...environment };
  const path = program === "node" ? process.execPath : join(root, "node_modules/.bin", program);
  const outcome = spawnSync(path, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env,
    timeout: stageLimitMs,
  });
  const ok = outcome.status === 0;
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const how = outcome.signal ?? outcome.error?.message ?? `code ${outcome.status}`;
  process.stdout.write(`== ${title}: ${ok ? "ok" : `failed (${how})`}, ${seconds} s\n`);
  return ok;
}

/**
 * A stage that is one check.
 * @param {string} title
 * @param {string[]} command
 * @returns {Counts}
 */
function check(title, command) {
  const ok = runStage(title, command);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skips: [] };
}

/**
 * A stage that writes its own counts. One that ends badly without a failure to show for it is a failure.
 * @param {string} title
 * @param {string[]} command
 * @returns {Counts}
 */
function counted(title, command) {
  const file = join(countsFolder, `${title.replaceAll(/\W+/g, "-")}.json`);
  rmSync(file, { force: true });
  const ok = runStage(title, command, { CASEMATE_TEST_COUNTS: file });
  if (!existsSync(file)) return { passed: 0, failed: 1, skips: [] };
  /** @type {Counts} */
  const counts = JSON.parse(readFileSync(file, "utf8"));
  const unexplained = counts.skips.filter((skip) => skip.reason === undefined);
  for (const { name } of unexplained) process.stdout.write(`skipped without a reason: ${name}\n`);
  const failed = counts.failed + unexplained.length;
  return { ...counts, failed: ok ? failed : Math.max(failed, 1) };
}

try {
  ensureInstalled(root);
} catch (cause) {
  process.stdout.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.stdout.write(`${closingLines({ passed: 0, failed: 1, skips: [] }).join("\n")}\n`);
  process.exit(1);
}
ensureSystemPackages();
mkdirSync(countsFolder, { recursive: true });
const prettierCache = [
  "--cache",
  "--cache-strategy",
  "content",
  "--cache-location",
  `${countsFolder}/prettier`,
];
const vitest = ["vitest", "run", "--passWithNoTests", "--project"];
const total = sumCounts([
  check("types", ["tsc", "-b"]),
  check("lint", ["oxlint"]),
  check("format", ["prettier", "--check", "--log-level", "warn", ...prettierCache, "."]),
  check("dead code", ["knip"]),
  counted("checks", ["node", "tools/run.mjs", "check"]),
  counted("unit tests", [...vitest, "unit"]),
  counted("host tests", [...vitest, "host"]),
  counted("end to end tests", [...vitest, "e2e"]),
]);
process.stdout.write(`\n${closingLines(total).join("\n")}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
