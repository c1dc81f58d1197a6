import { expect, it } from "vitest";
import { allowingStatement } from "./allowing-statement.ts";
import { compile } from "./compile.ts";
import { decide } from "./decide.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import type { Decision } from "./decision.ts";

const policy = (id: string, ...Statement: object[]) =>
  compile(JSON.stringify({ Version: "2012-10-17", Statement }), "identity", { id, type: "inline" });

const request = (more: Partial<AuthorizationRequest>): AuthorizationRequest => ({
  principal: {
    type: "user",
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:user/a",
    id: "AIDAEXAMPLE",
  },
  action: "ec2:RunInstances",
  resource: "arn:aws:ec2:us-east-1:111122223333:instance/*",
  resourceAccount: "111122223333",
  context: new Map(),
  identity: [],
  ...more,
});

const named = (asked: AuthorizationRequest) => {
  const decision: Decision = decide(asked);
  if (!decision.allowed) throw new Error("It was refused.");
  return allowingStatement(asked, decision);
};

it("names the first statement that applies, past policies and statements that do not", () => {
  const asked = request({
    identity: [
      policy("reads", { Effect: "Allow", Action: "ec2:Describe*", Resource: "*" }),
      policy(
        "runs",
        { Effect: "Allow", Action: "ec2:RunInstances", Resource: "arn:aws:ec2:*:*:volume/*" },
        { Sid: "Run", Effect: "Allow", Action: "ec2:Run*", Resource: "*" },
      ),
    ],
  });
  expect(named(asked)).toEqual({ source: { id: "runs", type: "inline" }, statementIndex: 1, sid: "Run" });
});

it("names the resource's statement where that allowed", () => {
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "AIDAEXAMPLE" }, Action: "sts:AssumeRole" }],
  });
  const role = "arn:aws:iam::111122223333:role/r";
  const trustPolicy = compile(text, "trust", { id: role, type: "resource" });
  const asked = request({ action: "sts:AssumeRole", resource: role, trustPolicy });
  expect(named(asked)?.source.id).toBe(role);
});

it("names none where none was needed", () => {
  const principal = { type: "root", accountId: "111122223333", arn: "root", id: "111122223333" } as const;
  expect(named(request({ principal }))).toBeUndefined();
});
