// The decoders of @casemate/wire as fuzz targets.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeForm,
  decodeJson,
  decodeRest,
  loadModel,
  parseForm,
  parseSignature,
  resolveRoute,
  SignatureFault,
  verifySignature,
  WireFault,
  type ServiceModel,
} from "@casemate/wire";
import { fuzzForm, fuzzJson, fuzzRequest, fuzzRest, pick } from "@casemate/wire/testing";
import type { FuzzTarget } from "./target.ts";

const folder = join(process.cwd(), "packages", "wire", "generated");
const read = (name: string) => readFileSync(join(folder, `${name}.json`), "utf8");
const load = (id: string): ServiceModel => loadModel(read(id), read(`${id}.constraints`));

/** Forms, JSON bodies, REST requests and signatures. */
export function wireTargets(): FuzzTarget[] {
  const models = [load("ec2"), load("iam"), load("sts")];
  const json = load("organizations");
  const rest = load("access-analyzer");
  const now = new Date("2026-11-24T21:55:02Z");
  const answers = (thrown: unknown) => thrown instanceof WireFault || thrown instanceof SignatureFault;
  return [
    {
      name: "form",
      answers,
      prepare: (random) => {
        const body = fuzzForm(random);
        const model = pick(random, models);
        const operation = pick(random, model.operationNames);
        return () => decodeForm(model, operation, parseForm(body));
      },
    },
    {
      name: "json",
      answers,
      prepare: (random) => {
        const body = fuzzJson(random);
        const operation = pick(random, json.operationNames);
        return () => decodeJson(json, operation, body);
      },
    },
    {
      name: "rest",
      answers,
      prepare: (random) => {
        const request = fuzzRest(rest, random);
        return () => {
          const { operation, labels } = resolveRoute(rest, request.method, request.rawPath);
          return decodeRest(rest, operation, { ...request, labels });
        };
      },
    },
    {
      name: "signature",
      answers,
      prepare: (random) => {
        const request = fuzzRequest(random);
        return () => {
          const parsed = parseSignature(request);
          if (parsed === "anonymous") return;
          verifySignature(parsed, request, { secret: "secret", now });
          throw new Error("A random signature was verified");
        };
      },
    },
  ];
}
