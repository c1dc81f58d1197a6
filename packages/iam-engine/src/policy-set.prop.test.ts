// Lists of policies that are decided on again and again, beside lists that never were, and what changes them.

import { expect, test } from "vitest";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { compile } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import { decide, decideUnnumbered } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { PolicyKind } from "./policy.ts";
import { randomCaller, randomContext, randomPolicy, randomTarget } from "./testing/random-policy.ts";
import { referenceDecide } from "./testing/reference-evaluator.ts";
import type { ReferencePolicy } from "./testing/reference-evaluator.ts";
import { pick, seededRandom } from "./testing/seeded-random.ts";

// Replay a failure with SEED=<printed seed>.
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

interface Pair {
  readonly literal: ReferencePolicy;
  readonly compiled: CompiledPolicy;
}

/** A list, or levels, as a caller keeps them, with the literal policies that they were made of. */
interface Kept<List> {
  readonly pairs: List;
  readonly compiled: List extends readonly Pair[] ? CompiledPolicy[] : CompiledPolicy[][];
  readonly literal: List extends readonly Pair[] ? ReferencePolicy[] : ReferencePolicy[][];
}

const keepList = (pairs: readonly Pair[]): Kept<readonly Pair[]> => ({
  pairs,
  compiled: pairs.map(({ compiled }) => compiled),
  literal: pairs.map(({ literal }) => literal),
});

const keepLevels = (pairs: readonly (readonly Pair[])[]): Kept<readonly (readonly Pair[])[]> => ({
  pairs,
  compiled: pairs.map((level) => level.map(({ compiled }) => compiled)),
  literal: pairs.map((level) => level.map(({ literal }) => literal)),
});

function makePair(random: () => number, kind: PolicyKind): Pair {
  const literal = randomPolicy(random, kind);
  const text = JSON.stringify(literal);
  return {
    literal: JSON.parse(text) as ReferencePolicy,
    compiled: compile(text, kind, { id: text, type: "inline" }),
  };
}

/** The list with one policy added, taken away or exchanged; always another array. */
function changed(random: () => number, list: readonly Pair[], kind: PolicyKind): readonly Pair[] {
  const at = Math.floor(random() * (list.length + 1));
  const way = random();
  if (way < 0.4) return list.toSpliced(at, 0, makePair(random, kind));
  return way < 0.7 ? list.toSpliced(at, 1) : list.toSpliced(at, 1, makePair(random, kind));
}

function randomLevels(random: () => number, kind: PolicyKind): readonly (readonly Pair[])[] {
  const level = () => Array.from({ length: 1 + Math.floor(random() * 2) }, () => makePair(random, kind));
  return Array.from({ length: 1 + Math.floor(random() * 2) }, level);
}

function changedLevels(
  random: () => number,
  levels: readonly (readonly Pair[])[],
  kind: PolicyKind,
): readonly (readonly Pair[])[] {
  const at = Math.floor(random() * levels.length);
  return levels.with(at, changed(random, levels[at] ?? [], kind));
}

function outcome(decision: Decision): string {
  return decision.allowed ? "allow" : `${decision.effect} ${decision.kind}`;
}

test("a kept list decides as one never seen does, and a changed one as what it holds", () => {
  const random = seededRandom(SEED);
  const identities = Array.from({ length: 12 }, () =>
    keepList(Array.from({ length: 3 }, () => makePair(random, "identity"))),
  );
  const scps = Array.from({ length: 6 }, () => keepLevels(randomLevels(random, "scp")));
  const rcps = Array.from({ length: 6 }, () => keepLevels(randomLevels(random, "rcp")));
  const seen = new Set<string>();
  for (let index = 0; index < 12_000; index++) {
    const at = index % 12;
    if (random() < 0.05) {
      identities[at] = keepList(changed(random, identities[at]?.pairs ?? [], "identity"));
      scps[at % 6] = keepLevels(changedLevels(random, scps[at % 6]?.pairs ?? [], "scp"));
      rcps[at % 6] = keepLevels(changedLevels(random, rcps[at % 6]?.pairs ?? [], "rcp"));
    }
    const identity = pick(random, identities);
    const scp = random() < 0.4 ? pick(random, scps) : undefined;
    const rcp = random() < 0.4 ? pick(random, rcps) : undefined;
    const shared = {
      principal: randomCaller(random),
      ...randomTarget(random),
      context: randomContext(random),
    };
    const request: AuthorizationRequest = {
      ...shared,
      identity: identity.compiled,
      scps: scp?.compiled,
      rcps: rcp?.compiled,
    };
    const decision = decide(request);
    // This one merges nothing; both name the same statement of the same policy.
    if (JSON.stringify(decision) !== JSON.stringify(decideUnnumbered(request))) {
      throw new Error(`seed ${SEED}, request ${index}: merged and one by one differ`);
    }
    const literal = { identity: identity.literal, scps: scp?.literal, rcps: rcp?.literal };
    const missing = { boundary: undefined, session: undefined, endpointPolicy: undefined };
    const expected = referenceDecide({
      ...shared,
      ...literal,
      ...missing,
      resourcePolicy: undefined,
      trustPolicy: undefined,
      grant: false,
      trustIsThePolicy: false,
    });
    if (outcome(decision) !== expected) {
      throw new Error(`seed ${SEED}, request ${index}: ${outcome(decision)}, literally ${expected}`);
    }
    seen.add(outcome(decision));
  }
  const kinds = ["explicit identity", "explicit scp", "explicit rcp", "implicit identity", "implicit scp"];
  expect([...seen]).toEqual(expect.arrayContaining(["allow", ...kinds, "implicit rcp"]));
});

test("a list that was decided on cannot be changed", () => {
  const all = { Effect: "Allow", Action: "*", Resource: "*" };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [all] });
  const policy = (kind: PolicyKind) => compile(text, kind, { id: "all", type: "managed" });
  const identity = [policy("identity"), policy("identity")];
  const scps = [[policy("scp")], [policy("scp")]];
  decide({
    principal: { type: "user", accountId: "111122223333", arn: "arn:aws:iam::111122223333:user/a", id: "A" },
    action: "s3:GetObject",
    resource: "*",
    resourceAccount: "111122223333",
    context: new Map(),
    identity,
    scps,
  });
  expect(() => identity.push(policy("identity"))).toThrow(TypeError);
  expect(() => scps.push([policy("scp")])).toThrow(TypeError);
  expect(() => scps[1]?.push(policy("scp"))).toThrow(TypeError);
});

test("an address condition asked about changing addresses answers for each of them", () => {
  const random = seededRandom(SEED);
  const values = { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } };
  const document = { Effect: "Allow", Action: "*", Resource: "*", Condition: values };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [document] });
  const identity = [compile(text, "identity", { id: "p", type: "inline" })];
  const within = new Map([
    ["10.1.2.3", true],
    ["11.1.2.3", false],
    ["2001:db8::7", true],
    ["2001:db9::7", false],
    ["10.1.2", false],
    ["", false],
    [`10.1.2.3${" ".repeat(60)}`, false],
  ]);
  for (let index = 0; index < 2_000; index++) {
    const address = pick(random, [...within.keys()]);
    const { allowed } = decide({
      principal: {
        type: "user",
        accountId: "111122223333",
        arn: "arn:aws:iam::111122223333:user/a",
        id: "A",
      },
      action: "s3:GetObject",
      resource: "*",
      resourceAccount: "111122223333",
      context: new Map([["aws:sourceip", [address]]]),
      identity,
    });
    expect(allowed, `${address}, seed ${SEED}`).toBe(within.get(address));
  }
});
