// Any bytes give a value or a fault, nothing else, and quickly. `node tools/run.mjs fuzz` does the same a
// million times.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  decodeForm,
  decodeJson,
  decodeRest,
  loadModel,
  parseForm,
  parseSignature,
  resolveRoute,
  verifySignature,
} from "./index.ts";
import {
  fuzzForm,
  fuzzJson,
  fuzzRequest,
  fuzzRest,
  pick,
  randomInput,
  seededRandom,
  type Random,
} from "./testing/index.ts";

const runs = 20_000;
const seed = Number(process.env["CASEMATE_WIRE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const load = (id: string) =>
  loadModel(read(`../generated/${id}.json`), read(`../generated/${id}.constraints.json`));
const models = [load("ec2"), load("iam"), load("sts")];
const json = load("organizations");
const rest = load("access-analyzer");

/** Runs the target on every input; faults are answers, anything else is a defect. */
function defectsOf(target: (random: Random) => unknown): string[] {
  const random = seededRandom(seed);
  const defects: string[] = [];
  for (let run = 0; run < runs && defects.length < 3; run += 1) {
    try {
      target(random);
    } catch (error) {
      const { name } = error as Error;
      if (name !== "WireFault" && name !== "SignatureFault")
        defects.push(`run ${run}, seed ${seed}: ${String((error as Error).stack)}`);
    }
  }
  return defects;
}

describe(`${runs} hostile inputs, seed ${seed}`, () => {
  it("are answered by the form decoder", () => {
    const target = (random: Random) => {
      const model = pick(random, models);
      const operation = pick(random, [
        "DescribeInstances",
        "RunInstances",
        "CreateUser",
        "AssumeRole",
        pick(random, model.operationNames),
      ]);
      const tree = parseForm(fuzzForm(random));
      return decodeForm(model, model.has(operation) ? operation : pick(random, model.operationNames), tree);
    };
    expect(defectsOf(target)).toEqual([]);
  });

  it("are answered by the JSON decoder", () => {
    const target = (random: Random) => {
      const operation = pick(random, json.operationNames);
      // Half of the bodies have the right shape and one wrong value.
      if (random() < 0.5) return decodeJson(json, operation, fuzzJson(random));
      const text = JSON.stringify(randomInput(json, operation, random));
      return decodeJson(
        json,
        operation,
        text.replace(/"[^"]*"|\d+/, () => pick(random, ["null", "1e9", "[]", "{}", '"x"'])),
      );
    };
    expect(defectsOf(target)).toEqual([]);
  });

  it("are answered by the REST router and decoder", () => {
    let routed = 0;
    const target = (random: Random) => {
      const { method, rawPath, rawQuery, headers, body } = fuzzRest(rest, random);
      const { operation, labels } = resolveRoute(rest, method, rawPath);
      routed += 1;
      return decodeRest(rest, operation, { labels, rawQuery, headers, body });
    };
    expect(defectsOf(target)).toEqual([]);
    expect(routed).toBeGreaterThan(runs / 4);
  });

  it("are answered by the signature reader and verifier", () => {
    const target = (random: Random) => {
      const request = fuzzRequest(random);
      const parsed = parseSignature(request);
      if (parsed === "anonymous") return;
      verifySignature(parsed, request, { secret: "secret", now: new Date("2026-11-24T21:55:02Z") });
      throw new Error("A random signature was verified");
    };
    expect(defectsOf(target)).toEqual([]);
  });
});
