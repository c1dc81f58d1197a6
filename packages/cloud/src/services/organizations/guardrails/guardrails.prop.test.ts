import { decide, type EnginePrincipal } from "@casemate/iam-engine";
import { compileStored } from "@casemate/iam-engine";
import { memoryLog, openStore } from "@casemate/store";
import fc from "fast-check";
import { expect, it } from "vitest";
import { rootOf } from "../../../kit/testing.ts";
import type { AuthorizationPolicyType } from "../policy/policy-type.ts";
import { iamService } from "../../iam/index.ts";
import { organizationsService } from "../service.ts";
import { createGuardrails } from "./guardrails.ts";
import { managementAccount, memberAccount, plantTree, type TreePolicy } from "./tree.ts";

const actions = ["sts:AssumeRole", "sts:TagSession", "kms:Decrypt", "ec2:RunInstances", "iam:GetUser"];
const arbitraryAction = fc.constantFrom("*", "sts:*", "*:Assume*", "ec2:Run*", "?am:*", ...actions);
const arbitraryResource = fc.constantFrom(
  "*",
  "arn:aws:iam::*:role/*",
  "arn:aws:iam::*:role/a",
  "arn:aws:kms:*",
);
const arbitraryStatement = fc
  .record({
    effect: fc.constantFrom("Allow", "Deny"),
    not: fc.boolean(),
    action: arbitraryAction,
    resource: arbitraryResource,
    region: fc.option(fc.constantFrom("eu-west-1", "us-east-1"), { nil: undefined }),
  })
  .map(({ effect, not, action, resource, region }) => ({
    Effect: effect,
    [not ? "NotAction" : "Action"]: action,
    Resource: resource,
    ...(region === undefined ? {} : { Condition: { StringEquals: { "aws:RequestedRegion": region } } }),
  }));

const arbitraryPolicies = fc.array(
  fc.record({
    type: fc.constantFrom<AuthorizationPolicyType>("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"),
    statements: fc.array(arbitraryStatement, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 4 },
);

const arbitraryCase = fc.record({
  policies: arbitraryPolicies,
  placed: fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  withDefaults: fc.boolean(),
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(
    "*",
    "arn:aws:iam::444455556666:role/a",
    "arn:aws:kms:eu-west-1:444455556666:key/k",
  ),
  region: fc.constantFrom("eu-west-1", "us-east-1"),
  owner: fc.constantFrom(memberAccount, managementAccount, "777788889999"),
  caller: fc.constantFrom(memberAccount, managementAccount, "777788889999"),
});

const everyone = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

it("never lets through what would be refused without guardrails, and every level must allow", async () => {
  const collections = [...organizationsService.collections, ...iamService.collections];
  let narrowed = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryCase, async (made) => {
      const store = await openStore({ collections, tables: [], log: memoryLog(), freeze: true });
      const policies = made.policies.map(({ type, statements }, index): TreePolicy => ({
        id: `p-random0${index}`,
        type,
        statements: statements.map((each) =>
          type === "RESOURCE_CONTROL_POLICY" ? { ...each, Principal: "*" } : each,
        ),
      }));
      const defaults = made.withDefaults ? ["p-FullAWSAccess", "p-RCPFullAWSAccess"] : [];
      const attached = made.placed.map((level) => [
        ...defaults,
        ...new Set(level.flatMap((index) => policies[index]?.id ?? [])),
      ]);
      store.transaction((tx) => plantTree(tx, { policies, attached }));
      const guardrails = createGuardrails();
      const { action, resource, owner } = made;
      const principal = rootOf(made.caller);
      const { scps, rcps } = store.read((tx) => ({
        scps: guardrails.scpsOf(tx, principal),
        rcps: guardrails.rcpsOf(tx, { principal, action, resource, resourceAccount: owner }),
      }));
      const engine: EnginePrincipal = {
        type: "user",
        accountId: made.caller,
        arn: `arn:aws:iam::${made.caller}:user/ana`,
        id: "AIDAANA",
      };
      const source = { id: "x", type: "inline" } as const;
      const request = {
        principal: engine,
        action,
        resource,
        resourceAccount: owner,
        context: {
          get: (key: string) => (key === "aws:requestedregion" ? [made.region] : undefined),
        },
        identity: [
          compileStored(
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}]}',
            "identity",
            source,
          ),
        ],
        resourcePolicy:
          made.region === "eu-west-1"
            ? compileStored(
                JSON.stringify({ Version: "2012-10-17", Statement: [everyone] }),
                "resource",
                source,
              )
            : undefined,
      };
      const free = decide(request).allowed;
      const guarded = decide({ ...request, scps, rcps }).allowed;
      if (free && !guarded) narrowed += 1;
      const widened = guarded && !free;
      expect(widened).toBe(false);
      // Every level by itself must allow: a level taken alone as the only one refuses no more than all do.
      for (const level of [
        ...(scps ?? []).map((l) => ({ scps: [l] })),
        ...(rcps ?? []).map((l) => ({ rcps: [l] })),
      ]) {
        const passed = decide({ ...request, ...level }).allowed;
        expect(guarded && !passed).toBe(false);
      }
      await store.close();
    }),
    { numRuns: 400 },
  );
  expect(narrowed).toBeGreaterThan(20);
});
