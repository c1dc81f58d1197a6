// What a PASS promises, tried against decisions: policies and requests come from the small vocabulary of the
// engine's own random tests, so that they often concern each other. fast-check prints the seed of a failure.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileArnPattern, matchArnPattern, RequestArn } from "../arn.ts";
import type { AuthorizationRequest } from "../authorization-request.ts";
import { compile } from "../compile.ts";
import { decide } from "../decide.ts";
import type { PolicyKind } from "../policy.ts";
import type { EnginePrincipal } from "../principal-matcher.ts";
import { randomCaller, randomContext, randomPolicy, randomTarget } from "../testing/random-policy.ts";
import type { ReferencePolicy, ReferenceStatement } from "../testing/reference-evaluator.ts";
import { pick, pickSome, seededRandom } from "../testing/seeded-random.ts";
import { newBudget } from "./budget.ts";
import { RESTRICTING_KEYS } from "./caller-class.ts";
import { checkAccessNotGranted } from "./check-access-not-granted.ts";
import { checkNoNewAccess } from "./check-no-new-access.ts";
import { checkNoPublicAccess } from "./check-no-public-access.ts";
import { resourceSymbols, VariableNames } from "./pattern-language.ts";
import type { AccessPolicyType } from "./region.ts";
import { coveredSets } from "./word-signatures.ts";

const RUNS = 200;
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

const KINDS: Readonly<Record<AccessPolicyType, PolicyKind>> = {
  IDENTITY_POLICY: "identity",
  RESOURCE_POLICY: "resource",
};

const ALL = compile(
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
  "identity",
  { id: "all", type: "inline" },
);

interface Carried {
  readonly type: AccessPolicyType;
  readonly text: string;
  readonly alone: boolean;
}

// The request with the policy as the caller's own, or as the resource's beside an identity policy or none.
function isAllowed(request: AuthorizationRequest, { type, text, alone }: Carried): boolean {
  const policy = compile(text, KINDS[type], { id: "p", type: "inline" });
  const carried =
    type === "IDENTITY_POLICY"
      ? { identity: [policy] }
      : { identity: alone ? [] : [ALL], resourcePolicy: policy, trustIsThePolicy: true };
  return decide({ ...request, ...carried }).allowed;
}

// The root of an account needs no identity policy, so that it says nothing about one.
function randomRequest(random: () => number, principal = randomCaller(random)): AuthorizationRequest {
  if (principal.type === "root") return randomRequest(random);
  return { principal, ...randomTarget(random), context: randomContext(random), identity: [] };
}

/** The policy made narrower, wider or only different. */
function changed(random: () => number, policy: ReferencePolicy, kind: PolicyKind): ReferencePolicy {
  const other = randomPolicy(random, kind);
  const statements = policy.Statement as readonly ReferenceStatement[];
  const kept = statements.map((statement) => (random() < 0.5 ? statement : narrowed(random, statement)));
  const denies = (other.Statement as readonly ReferenceStatement[]).filter(
    (statement) => statement.Effect === "Deny" || random() < 0.2,
  );
  const Statement = [...kept.slice(random() < 0.2 ? 1 : 0), ...denies];
  return { Version: policy.Version, Statement: Statement.length === 0 ? statements : Statement };
}

function narrowed(random: () => number, statement: ReferenceStatement): ReferenceStatement {
  const chance = random();
  if (chance < 0.3 && statement.Action !== undefined) {
    return { ...statement, Action: pickSome(random, ["s3:GetObject", "kms:Decrypt", "ec2:Run*"], 2) };
  }
  if (chance < 0.6 && statement.Resource !== undefined) {
    const names = [
      "arn:aws:s3:::bucket/ana/*",
      "arn:aws:s3:::bucket/${aws:username}/x",
      "arn:aws:kms:*:*:key/k?",
    ];
    return { ...statement, Resource: pickSome(random, names, 2) };
  }
  const more = { StringEquals: { "aws:username": pickSome(random, ["ana", "bob"], 2) } };
  return { ...statement, Condition: { ...statement.Condition, ...more } };
}

describe("a PASS is never wrong", () => {
  test("access that is not granted is never allowed", () => {
    let passed = 0;
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom<AccessPolicyType>("IDENTITY_POLICY", "RESOURCE_POLICY"),
        (seed, type) => {
          const random = seededRandom(seed);
          const text = JSON.stringify(randomPolicy(random, KINDS[type]));
          const requests = Array.from({ length: 30 }, () => randomRequest(random));
          const alone = random() < 0.5;
          for (const request of requests) {
            const byPattern = random() < 0.5 && request.resource.startsWith("arn:");
            const resource = byPattern ? `${request.resource.slice(0, -2)}*` : request.resource;
            const access = { actions: [request.action], resources: [resource] };
            const check = checkAccessNotGranted([{ document: text, type }], [access]);
            if (check.result === "FAIL") continue;
            passed++;
            expect(isAllowed(request, { type, text, alone })).toBe(false);
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(passed).toBeGreaterThan(RUNS);
  });

  test("without new access nothing is allowed that was not", () => {
    let passed = 0;
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom<AccessPolicyType>("IDENTITY_POLICY", "RESOURCE_POLICY"),
        (seed, type) => {
          const random = seededRandom(seed);
          const before = randomPolicy(random, KINDS[type]);
          const existing = JSON.stringify(before);
          const after = JSON.stringify(changed(random, before, KINDS[type]));
          const check = checkNoNewAccess({ existing, changed: after, type });
          if (check.result === "FAIL") return;
          passed++;
          for (let count = 0; count < 60; count++) {
            const request = randomRequest(random);
            const alone = random() < 0.5;
            if (!isAllowed(request, { type, text: after, alone })) continue;
            expect(isAllowed(request, { type, text: existing, alone })).toBe(true);
          }
        },
      ),
      { numRuns: RUNS * 2 },
    );
    expect(passed).toBeGreaterThan(RUNS / 10);
  });

  test("without public access no stranger is let in", () => {
    let passed = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const text = JSON.stringify(restricted(random, randomPolicy(random, "resource")));
        if (checkNoPublicAccess(text).result === "FAIL") return;
        passed++;
        for (let count = 0; count < 60; count++) {
          const principal = pick(random, STRANGERS);
          const request = { ...randomRequest(random, principal), context: strangersContext(random) };
          expect(isAllowed(request, { type: "RESOURCE_POLICY", text, alone: false })).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
    expect(passed).toBeGreaterThan(RUNS / 10);
  });
});

const STRANGERS: readonly EnginePrincipal[] = [
  { type: "anonymous", accountId: "", arn: "", id: "" },
  { type: "user", accountId: "777788889999", arn: "arn:aws:iam::777788889999:user/eve", id: "AIDASTRANGER" },
];

// What a stranger brings along: other values of the keys that tell strangers apart, or none.
function strangersContext(random: () => number): Map<string, readonly string[]> {
  const context = randomContext(random);
  for (const key of RESTRICTING_KEYS) {
    if (random() < 0.5) context.delete(key);
    else context.set(key, [STRANGE[key] ?? "stranger"]);
  }
  return context;
}

const STRANGE: Readonly<Record<string, string>> = {
  "aws:sourceip": "198.51.100.7",
  "aws:principalarn": "arn:aws:iam::777788889999:user/eve",
  "aws:sourcearn": "arn:aws:sns:us-east-1:777788889999:111122223333:topic",
  "aws:principalaccount": "777788889999",
};

const RESTRICTIONS: readonly NonNullable<ReferenceStatement["Condition"]>[] = [
  { StringEquals: { "aws:PrincipalOrgID": ["o-abcdefghij"] } },
  { StringEqualsIfExists: { "aws:PrincipalOrgID": ["o-abcdefghij"] } },
  { StringLike: { "aws:PrincipalArn": ["arn:aws:iam::111122223333:*"] } },
  { StringLike: { "aws:SourceArn": ["arn:aws:sns:*:111122223333:topic"] } },
  { ArnLike: { "aws:SourceArn": ["arn:aws:sns:*:111122223333:topic"] } },
  { IpAddress: { "aws:SourceIp": ["10.0.0.0/8"] } },
  { IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } },
  { "ForAllValues:StringEquals": { "aws:SourceVpc": ["vpc-1"] } },
  { StringNotEquals: { "aws:SourceVpc": ["vpc-1"] } },
  { StringEquals: { "aws:PrincipalAccount": ["111122223333"] } },
];

function restricted(random: () => number, policy: ReferencePolicy): ReferencePolicy {
  const statements = policy.Statement as readonly ReferenceStatement[];
  return {
    ...policy,
    Statement: statements.map((statement) =>
      random() < 0.6 ? { ...statement, Condition: pick(random, RESTRICTIONS) } : statement,
    ),
  };
}

describe("the language of a resource pattern", () => {
  const pieces = [
    "arn",
    "aws",
    "*",
    "?",
    "s3",
    ":",
    "::",
    "a",
    "${*}",
    "${aws:username}",
    "**",
    "b/c",
    "${",
    "$",
  ];
  const patterns = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(""));
  const shaped = patterns.map((text) => `arn:aws:s3:${text}`);
  const texts = fc
    .array(fc.constantFrom("arn", "aws", "s3", ":", "a", "b/c", "*", "x"), { maxLength: 9 })
    .map((parts) => parts.join(""));
  const names = fc.oneof(
    texts,
    texts.map((text) => `arn:aws:s3:${text}`),
    patterns,
  );

  test("holds exactly the texts that the engine matches", () => {
    fc.assert(
      fc.property(fc.oneof(patterns, shaped), names, fc.boolean(), (pattern, text, variables) => {
        const compiled = compileArnPattern(pattern, { variables, place: "resource", padded: true });
        const matched = matchArnPattern(compiled, new RequestArn(text), { get: () => undefined });
        const symbols = resourceSymbols(pattern, { variables, names: new VariableNames() });
        const literal = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
        const tested = symbols.map((one) => ({ symbols: one, reading: "exact" }) as const);
        const [covering] = coveredSets([literal], tested, newBudget()) ?? [];
        expect((covering?.size ?? 0) > 0).toBe(matched);
      }),
      { numRuns: 4_000 },
    );
  });
});
