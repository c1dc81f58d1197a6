// Fuzzes every parser of foreign bytes: `npm run fuzz [-- N] [--seed N] [--target NAME]`, N inputs for each.
// Reports crashes and inputs that cost more than 10 ms, each with the seed that makes it again, and fails if
// there are any. How to make one input again: `npm run fuzz -- 1 --seed SEED --target NAME`.
import { seededRandom } from "@casemate/wire/testing";
import { parseArgs } from "node:util";
import { policyTarget } from "./policy-target.ts";
import type { FuzzTarget } from "./target.ts";
import { wireTargets } from "./wire-targets.ts";

const slowMs = 10;
const retries = 5;
const reportedMax = 10;
const defaultInputs = 1_000_000;

interface Outcome {
  readonly complaints: string[];
  readonly cpuSeconds: number;
  readonly slowestMs: number;
  /** Inputs that took longer than allowed once and did not when tried again: pauses of the process. */
  readonly pauses: number;
  readonly accepted: number;
}

function fuzz(target: FuzzTarget, inputs: number, seed: number): Outcome {
  const complaints: string[] = [];
  const before = process.cpuUsage();
  let slowestMs = 0;
  let pauses = 0;
  let accepted = 0;
  for (let run = 0; run < inputs && complaints.length < reportedMax; run += 1) {
    // Every input has a seed of its own, so that it can be made again alone.
    const inputSeed = (seed + run) >>> 0;
    const { ms, crash, returned } = attempt(target, inputSeed);
    if (returned) accepted += 1;
    if (crash !== undefined) complaints.push(`crash, 1 --seed ${inputSeed}: ${crash}`);
    const least = ms > slowMs ? leastCpuMs(target, inputSeed) : ms;
    if (least > slowMs) complaints.push(`slow, 1 --seed ${inputSeed}: ${least.toFixed(1)} ms`);
    else if (ms > slowMs) pauses += 1;
    slowestMs = Math.max(slowestMs, least);
  }
  const { user, system } = process.cpuUsage(before);
  return { complaints, cpuSeconds: (user + system) / 1e6, slowestMs, pauses, accepted };
}

/**
 * What an input costs: the least CPU time of several tries. A collection of garbage, a compilation or another
 * process of the machine may stretch one try, but is not the input's fault.
 */
function leastCpuMs(target: FuzzTarget, inputSeed: number): number {
  return Math.min(...Array.from({ length: retries }, () => attempt(target, inputSeed).cpuMs));
}

interface Attempt {
  readonly ms: number;
  readonly cpuMs: number;
  readonly crash?: string;
  readonly returned: boolean;
}

function attempt(target: FuzzTarget, inputSeed: number): Attempt {
  const consume = target.prepare(seededRandom(inputSeed));
  const start = performance.now();
  const before = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(before);
    return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
  };
  try {
    consume();
    return { ...spent(), returned: true };
  } catch (thrown) {
    const cost = spent();
    if (target.answers(thrown)) return { ...cost, returned: false };
    const crash = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { ...cost, returned: false, crash };
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, target: { type: "string" } },
});
const targets = [...wireTargets(), policyTarget()].filter(
  ({ name }) => values.target === undefined || values.target === name,
);
const inputs = wholeNumber(positionals[0] ?? String(defaultInputs));
const seed = wholeNumber(values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
if (inputs === undefined || seed === undefined || targets.length === 0) {
  console.error("usage: npm run fuzz [-- INPUTS] [--seed N] [--target form, json, signature or policy]");
  process.exitCode = 2;
} else {
  console.log(`seed ${seed}, ${inputs} inputs for each target`);
  for (const target of targets) {
    const { complaints, cpuSeconds, slowestMs, pauses, accepted } = fuzz(target, inputs, seed);
    const each = ((cpuSeconds / inputs) * 1e6).toFixed(1);
    console.log(
      `${target.name}: ${complaints.length} complaints, ${accepted} accepted, ${each} us of CPU each with ` +
        `its making, slowest ${slowestMs.toFixed(2)} ms, ${pauses} pauses that were not the input's`,
    );
    for (const complaint of complaints) console.log(`  ${complaint}`);
    if (complaints.length > 0) process.exitCode = 1;
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
