// Input for fuzzing the policy parser: sound documents, damaged ones, and noise.

import { compile } from "../compile.ts";
import { decide } from "../decide.ts";
import { explain } from "../explain.ts";
import { mapPrincipals } from "../map-principals.ts";
import { hasPrincipals } from "../policy.ts";
import type { PolicyKind } from "../policy.ts";
import { PolicyFault } from "../policy-fault.ts";
import { validatePolicy } from "../validate-policy.ts";
import { randomCaller, randomContext, randomPolicy, randomTarget } from "./random-policy.ts";
import { pick, seededRandom } from "./seeded-random.ts";

export const POLICY_KINDS: readonly PolicyKind[] = [
  "identity",
  "boundary",
  "session",
  "scp",
  "rcp",
  "resource",
  "trust",
  "endpoint",
];

const PIECES: readonly string[] = [
  '{"Version":"2012-10-17","Statement":',
  '"Effect":"Allow"',
  '"Action":"*"',
  '"NotResource":["arn:aws:s3:::${aws:username}"]',
  '"Condition":{"StringEquals":{"aws:PrincipalTag/a":"${x, \'',
  '"Principal":{"AWS":"',
  "${",
  "}",
  "[",
  "]",
  "[[[[[[[[",
  '"',
  "\\u00",
  "\\",
  ",",
  ":",
  "null",
  "-1e999",
  "*****a",
  "\u0000",
  "\ud800",
  "é",
];

/** The text of a policy, sound or damaged. */
export function policyText(random: () => number): string {
  const chance = random();
  if (chance < 0.1)
    return Array.from({ length: Math.floor(random() * 20) }, () => pick(random, PIECES)).join("");
  let text = JSON.stringify(randomPolicy(random, pick(random, POLICY_KINDS)));
  if (chance < 0.4) return text;
  for (let cuts = 1 + Math.floor(random() * 4); cuts > 0; cuts--) {
    const from = Math.floor(random() * text.length);
    const to = from + Math.floor(random() * random() * 20);
    const put = random() < 0.5 ? "" : random() < 0.5 ? pick(random, PIECES) : text.slice(to, to + 12);
    text = text.slice(0, from) + put + text.slice(to);
  }
  return text;
}

/** What the fuzz driver runs; `run` may throw nothing but a PolicyFault. */
export interface FuzzTarget {
  readonly name: string;
  readonly generate: (random: () => number) => string | Uint8Array;
  readonly run: (input: string | Uint8Array) => void;
}

/**
 * Reads one text as every kind of policy, and decides with it where it is valid; a fault if it is of no
 * kind.
 */
function runPolicy(input: string | Uint8Array): void {
  const text = typeof input === "string" ? input : String.fromCharCode(...input);
  const faults = POLICY_KINDS.map((kind) => faultOf(text, kind)).filter((fault) => fault !== undefined);
  if (faults.length === POLICY_KINDS.length) for (const fault of faults) throw fault;
}

function faultOf(text: string, kind: PolicyKind): PolicyFault | undefined {
  try {
    validatePolicy(text, kind);
  } catch (fault) {
    if (fault instanceof PolicyFault) return fault;
    throw fault;
  }
  try {
    exercise(text, kind);
  } catch (cause) {
    throw new Error(`a valid ${kind} policy fails`, { cause });
  }
  return undefined;
}

// What is valid compiles, decides and explains without a fault.
function exercise(text: string, kind: PolicyKind): void {
  const random = seededRandom(text.length);
  const policy = compile(text, kind, { id: "fuzz", type: "inline" });
  const request = {
    principal: randomCaller(random),
    context: randomContext(random),
    identity: hasPrincipals(kind) ? [] : [policy],
    resourcePolicy: hasPrincipals(kind) ? policy : undefined,
    ...randomTarget(random),
  };
  decide(request);
  explain(request);
  mapPrincipals(text, (principal) => principal);
}

/** The policy parser as a target for fuzzing. */
export const policyInputs: FuzzTarget = { name: "policy", generate: policyText, run: runPolicy };
