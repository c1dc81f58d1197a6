// Fuzzes every target: `node tools/run.mjs fuzz [--runs N] [--seed N] [--target NAME]`. Reports crashes and
// inputs that take more than 10 ms, each with the seed that makes it again, and fails if there are any.
import { seededRandom } from "@casemate/wire/testing";
import { parseArgs } from "node:util";
import type { FuzzTarget } from "./target.ts";
import { wireTargets } from "./wire-targets.ts";

const slowMs = 10;
const reportedMax = 10;

/** Add the targets of other packages here. */
const targets: readonly FuzzTarget[] = [...wireTargets()];

interface Outcome {
  readonly complaints: string[];
  readonly seconds: number;
  readonly slowestMs: number;
  readonly accepted: number;
}

function fuzz(target: FuzzTarget, runs: number, seed: number): Outcome {
  const complaints: string[] = [];
  let consumingMs = 0;
  let slowestMs = 0;
  let accepted = 0;
  for (let run = 0; run < runs && complaints.length < reportedMax; run += 1) {
    // Every input has a seed of its own, so that it can be made again alone.
    const inputSeed = (seed + run) >>> 0;
    const { ms, crash, returned } = attempt(target, inputSeed);
    consumingMs += ms;
    if (returned) accepted += 1;
    if (crash !== undefined) complaints.push(`crash, --seed ${inputSeed} --runs 1: ${crash}`);
    // A pause of the garbage collector is not the input's fault, so the best of four tries counts.
    const best = ms > slowMs ? Math.min(ms, ...[1, 2, 3].map(() => attempt(target, inputSeed).ms)) : ms;
    slowestMs = Math.max(slowestMs, best);
    if (best > slowMs) complaints.push(`slow, --seed ${inputSeed} --runs 1: ${best.toFixed(1)} ms`);
  }
  return { complaints, seconds: consumingMs / 1000, slowestMs, accepted };
}

function attempt(target: FuzzTarget, inputSeed: number): { ms: number; crash?: string; returned: boolean } {
  const consume = target.prepare(seededRandom(inputSeed));
  const start = performance.now();
  try {
    consume();
    return { ms: performance.now() - start, returned: true };
  } catch (thrown) {
    const ms = performance.now() - start;
    if (target.answers(thrown)) return { ms, returned: false };
    return {
      ms,
      returned: false,
      crash: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    };
  }
}

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string" }, target: { type: "string" } },
});
const runs = Number(values.runs ?? 1_000_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}, ${runs} inputs for each target`);
for (const target of targets) {
  if (values.target !== undefined && values.target !== target.name) continue;
  const { complaints, seconds, slowestMs, accepted } = fuzz(target, runs, seed);
  const each = ((seconds / runs) * 1e6).toFixed(1);
  const counts = `${complaints.length} complaints, ${accepted} accepted`;
  console.log(`${target.name}: ${counts}, ${each} us each, slowest ${slowestMs.toFixed(2)} ms`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
  if (complaints.length > 0) process.exitCode = 1;
}
