import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policySize } from "../policy-size.ts";
import { validatePolicy } from "../validate-policy.ts";
import { replay } from "./replay.ts";
import { smallestPolicy } from "./smallest-policy.ts";
import type { RecordedDecision } from "./smallest-policy.ts";

const EC2 = "arn:aws:ec2:eu-west-1:111122223333";
const instance = (id: number) => `${EC2}:instance/i-${id.toString(16).padStart(17, "0")}`;
const on = (action: string, ...resources: string[]): RecordedDecision[] =>
  resources.map((resource) => ({ action, resource }));

function statements(text: string | undefined): unknown {
  return (JSON.parse(text ?? "{}") as { Statement?: unknown }).Statement;
}

describe("the smallest policy", () => {
  test("joins the actions that were used on the same resources", () => {
    const [text, ...more] = smallestPolicy([
      ...on("ec2:StopInstances", instance(1), instance(2)),
      ...on("ec2:StartInstances", instance(2), instance(1), instance(1)),
      ...on("ec2:DescribeInstances", "*"),
    ]);
    expect(more).toEqual([]);
    expect(statements(text)).toEqual([
      { Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" },
      {
        Effect: "Allow",
        Action: ["ec2:StartInstances", "ec2:StopInstances"],
        Resource: [instance(1), instance(2)],
      },
    ]);
  });

  test("folds many resources of one type into a pattern", () => {
    const many = Array.from({ length: 10 }, (_, index) => instance(index));
    const [text] = smallestPolicy([...on("ec2:StopInstances", ...many, `${EC2}:volume/vol-1`)]);
    expect(statements(text)).toEqual([
      {
        Effect: "Allow",
        Action: "ec2:StopInstances",
        Resource: [`${EC2}:instance/*`, `${EC2}:volume/vol-1`],
      },
    ]);
  });

  test("never folds over a resource that was refused", () => {
    const many = Array.from({ length: 10 }, (_, index) => instance(index));
    const refused = on("ec2:stopinstances", instance(99));
    const documents = smallestPolicy(on("ec2:StopInstances", ...many), { refused });
    expect(replay(documents, { allowed: on("ec2:StopInstances", ...many), refused })).toEqual({
      missing: [],
      widened: [],
    });
  });

  test("keeps the star of a resource that does not exist yet, and escapes every other", () => {
    const allowed = [
      ...on("ec2:RunInstances", `${EC2}:instance/*`),
      ...on("s3:GetObject", "arn:aws:s3:::b/what*is?this$"),
    ];
    const documents = smallestPolicy(allowed);
    expect(statements(documents[0])).toEqual([
      { Effect: "Allow", Action: "ec2:RunInstances", Resource: `${EC2}:instance/*` },
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/what${*}is${?}this${$}" },
    ]);
    expect(replay(documents, { allowed }).missing).toEqual([]);
  });

  test("names what a policy cannot name by the next wider pattern", () => {
    const allowed = [
      ...on("sts:GetSessionToken", "arn:aws:iam::111122223333:root"),
      ...on("ec2:DescribeVpcs", "not an arn"),
    ];
    const documents = smallestPolicy(allowed);
    for (const text of documents) validatePolicy(text, "identity");
    expect(replay(documents, { allowed }).missing).toEqual([]);
  });

  test("is split where it would be over the quota", () => {
    const allowed = Array.from({ length: 300 }, (_, index) => index).flatMap((index) =>
      on(
        `ec2:Action${index % 3}`,
        `arn:aws:ec2:eu-west-1:${String(index).padStart(12, "1")}:instance/i-${index}`,
      ),
    );
    const documents = smallestPolicy(allowed);
    expect(documents.length).toBeGreaterThan(2);
    for (const text of documents) expect(policySize(text)).toBeLessThanOrEqual(6_144);
    expect(replay(documents, { allowed }).missing).toEqual([]);
  });

  test("of nothing is nothing", () => {
    expect(smallestPolicy([])).toEqual([]);
  });

  test("always validates, replays, and does not depend on the order", () => {
    const names = fc.array(fc.constantFrom("a", "*", "?", "$", "${", "}", "/", ":", "i-1", " "), {
      maxLength: 6,
    });
    const heads = fc.constantFrom(
      `${EC2}:`,
      "arn:aws:s3:::",
      "arn:aws:iam::111122223333:",
      "arn:aws:iam::1:role/",
      "x:",
    );
    const resource = fc.oneof(
      fc.constant("*"),
      fc.tuple(heads, names).map(([head, name]) => head + name.join("")),
      fc.nat(20).map(instance),
    );
    const action = fc.constantFrom(
      "ec2:RunInstances",
      "ec2:runinstances",
      "ec2:StopInstances",
      "s3:GetObject",
    );
    const decision = fc.record({ action, resource });
    const uses = fc.record({
      allowed: fc.array(decision, { maxLength: 40 }),
      charactersMax: fc.constantFrom(300, 6_144),
    });
    fc.assert(
      fc.property(uses, ({ allowed, charactersMax }) => {
        const documents = smallestPolicy(allowed, { charactersMax });
        for (const text of documents) validatePolicy(text, "identity");
        expect(replay(documents, { allowed }).missing).toEqual([]);
        expect(smallestPolicy(allowed.toReversed(), { charactersMax })).toEqual(documents);
      }),
      { numRuns: 300 },
    );
  });
});
