// Compares the engine with the literal evaluator, and checks what no policy may ever do.

import { expect, test } from "vitest";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { compile } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { explain } from "./explain.ts";
import type { PolicyKind } from "./policy.ts";
import { POLICY_KINDS } from "./testing/policy-inputs.ts";
import { randomCaller, randomContext, randomPolicy, randomTarget } from "./testing/random-policy.ts";
import { referenceDecide } from "./testing/reference-evaluator.ts";
import type { ReferencePolicy, ReferenceRequest } from "./testing/reference-evaluator.ts";
import { pick, seededRandom } from "./testing/seeded-random.ts";

// Replay a failure with SEED=<printed seed>.
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

interface Pair {
  readonly literal: ReferencePolicy;
  readonly compiled: CompiledPolicy;
}

type Pools = ReadonlyMap<PolicyKind, readonly Pair[]>;

function makePools(random: () => number, size: number): Pools {
  const make = (kind: PolicyKind): Pair => {
    const text = JSON.stringify(randomPolicy(random, kind));
    const literal = JSON.parse(text) as ReferencePolicy;
    return { literal, compiled: compile(text, kind, { id: text, type: "inline" }) };
  };
  return new Map(POLICY_KINDS.map((kind) => [kind, Array.from({ length: size }, () => make(kind))]));
}

interface Case {
  readonly engine: AuthorizationRequest;
  readonly literal: ReferenceRequest;
}

function makeCase(random: () => number, pools: Pools): Case {
  const one = (kind: PolicyKind): Pair => pick(random, pools.get(kind) ?? []);
  const maybe = (kind: PolicyKind, chance: number) => (random() < chance ? one(kind) : undefined);
  const many = (kind: PolicyKind, most: number) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () => one(kind));
  const levels = (kind: PolicyKind, chance: number) =>
    random() < chance ? Array.from({ length: 1 + Math.floor(random() * 2) }, () => many(kind, 2)) : undefined;
  const trust = random() < 0.2 ? one("trust") : undefined;
  const chosen = {
    identity: many("identity", 3),
    boundary: maybe("boundary", 0.3),
    session: random() < 0.3 ? many("session", 2) : undefined,
    scps: levels("scp", 0.15),
    rcps: levels("rcp", 0.15),
    endpointPolicy: maybe("endpoint", 0.1),
    resourcePolicy: trust === undefined ? maybe("resource", 0.5) : undefined,
    trustPolicy: trust,
  };
  const shared = {
    principal: randomCaller(random),
    ...randomTarget(random),
    context: randomContext(random),
    grant: random() < 0.1,
    trustIsThePolicy: random() < 0.2,
  };
  return {
    engine: { ...shared, ...side(chosen, (pair) => pair.compiled) },
    literal: { ...shared, ...side(chosen, (pair) => pair.literal) },
  };
}

interface Chosen {
  readonly identity: readonly Pair[];
  readonly boundary: Pair | undefined;
  readonly session: readonly Pair[] | undefined;
  readonly scps: readonly (readonly Pair[])[] | undefined;
  readonly rcps: readonly (readonly Pair[])[] | undefined;
  readonly endpointPolicy: Pair | undefined;
  readonly resourcePolicy: Pair | undefined;
  readonly trustPolicy: Pair | undefined;
}

function side<Side>(chosen: Chosen, of: (pair: Pair) => Side) {
  const maybe = (pair: Pair | undefined) => (pair === undefined ? undefined : of(pair));
  return {
    identity: chosen.identity.map(of),
    boundary: maybe(chosen.boundary),
    session: chosen.session?.map(of),
    scps: chosen.scps?.map((level) => level.map(of)),
    rcps: chosen.rcps?.map((level) => level.map(of)),
    endpointPolicy: maybe(chosen.endpointPolicy),
    resourcePolicy: maybe(chosen.resourcePolicy),
    trustPolicy: maybe(chosen.trustPolicy),
  };
}

function outcome(decision: Decision): string {
  return decision.allowed ? "allow" : `${decision.effect} ${decision.kind}`;
}

const describe = (made: Case) =>
  JSON.stringify({ seed: SEED, ...made.literal, context: [...made.literal.context] }, null, 1);

test("the engine agrees with the literal evaluator on 100,000 requests", { timeout: 60_000 }, () => {
  const random = seededRandom(SEED);
  const pools = makePools(random, 600);
  const seen = new Map<string, number>();
  for (let index = 0; index < 100_000; index++) {
    const made = makeCase(random, pools);
    const actual = outcome(decide(made.engine));
    const expected = referenceDecide(made.literal);
    if (actual !== expected)
      throw new Error(`engine: ${actual}, literal: ${expected}, case: ${describe(made)}`);
    seen.set(actual, (seen.get(actual) ?? 0) + 1);
  }
  // All fifteen outcomes occur, so that the agreement says something about each.
  expect([...seen.keys()].toSorted()).toHaveLength(15);
});

function randomDeny(random: () => number, kind: PolicyKind): CompiledPolicy {
  const policy = randomPolicy(random, kind);
  const denies = policy.Statement.map((statement) => ({ ...statement, Effect: "Deny" as const }));
  return compile(JSON.stringify({ ...policy, Statement: denies }), kind, { id: "added", type: "inline" });
}

function withDeny(random: () => number, engine: AuthorizationRequest): AuthorizationRequest {
  const place = pick(random, ["identity", "session", "scps", "rcps"] as const);
  if (place === "identity")
    return { ...engine, identity: [...engine.identity, randomDeny(random, "identity")] };
  if (place === "session") {
    // The first session policy is a ceiling that was not there; the rule is about a Deny among others.
    const session = engine.session ?? [];
    return session.length === 0
      ? engine
      : { ...engine, session: [...session, randomDeny(random, "session")] };
  }
  const kind = place === "scps" ? "scp" : "rcp";
  const added = (level: readonly CompiledPolicy[]) => [...level, randomDeny(random, kind)];
  return { ...engine, [place]: engine[place]?.map(added) };
}

/** Decides both, and says which way the answer went. */
function change(before: AuthorizationRequest, after: AuthorizationRequest): "widened" | "narrowed" | "same" {
  const was = decide(before).allowed;
  const is = decide(after).allowed;
  return was === is ? "same" : is ? "widened" : "narrowed";
}

function tally(changes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = { widened: 0, narrowed: 0, same: 0 };
  for (const one of changes) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

test("adding a Deny never lets more through", () => {
  const random = seededRandom(SEED + 1);
  const pools = makePools(random, 200);
  const changes = Array.from({ length: 10_000 }, () => {
    const { engine } = makeCase(random, pools);
    return change(engine, withDeny(random, engine));
  });
  const counts = tally(changes);
  expect(counts, `seed ${SEED}`).toMatchObject({ widened: 0 });
  expect(counts["narrowed"]).toBeGreaterThan(50);
});

test("a boundary, a session policy, an SCP, an RCP or an endpoint policy never widens", () => {
  const random = seededRandom(SEED + 2);
  const pools = makePools(random, 200);
  const changes = Array.from({ length: 20_000 }, () => {
    const { engine } = makeCase(random, pools);
    const without: AuthorizationRequest[] = [
      { ...engine, boundary: undefined },
      { ...engine, scps: undefined },
      { ...engine, rcps: undefined },
      { ...engine, endpointPolicy: undefined },
    ];
    // A federated session has no permissions without a session policy.
    if (engine.principal.type !== "federated-user") without.push({ ...engine, session: undefined });
    return change(pick(random, without), engine);
  });
  const counts = tally(changes);
  expect(counts, `seed ${SEED}`).toMatchObject({ widened: 0 });
  expect(counts["narrowed"]).toBeGreaterThan(50);
});

function contradiction(engine: AuthorizationRequest): string | undefined {
  const decision = decide(engine);
  const explained = explain(engine);
  if (outcome(decision) !== outcome(explained.decision)) return "another decision";
  if (decision.allowed || decision.effect === "implicit") {
    return explained.policies.some((policy) => policy.verdict === "deny") ? "an unheard Deny" : undefined;
  }
  const policy = explained.policies.find(({ verdict }) => verdict === "deny");
  const statement = policy?.statements[decision.statementIndex];
  const same = policy?.kind === decision.kind && policy.source === decision.source;
  return same && statement?.applied === true && statement.effect === "Deny" ? undefined : "another statement";
}

test("an explanation names the deciding statement and never contradicts the decision", () => {
  const random = seededRandom(SEED + 3);
  const pools = makePools(random, 100);
  const found = Array.from({ length: 3_000 }, () => contradiction(makeCase(random, pools).engine));
  expect(
    found.filter((text) => text !== undefined),
    `seed ${SEED}`,
  ).toEqual([]);
});
