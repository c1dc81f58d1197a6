import { expect, test } from "vitest";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { compile, compileStored } from "./compile.ts";
import { decide } from "./decide.ts";
import type { Decision, DecisionKind } from "./decision.ts";
import { denialText } from "./denial-text.ts";
import { explain } from "./explain.ts";
import { NO_SLOT, slotOf } from "./action-slot.ts";
import { ACTION_SLOTS_MAX, ACTIONS_PER_DOCUMENT_MAX, CACHED_DOCUMENTS_MAX } from "./limits.ts";
import type { PolicyKind } from "./policy.ts";

const ANA = {
  type: "user",
  accountId: "111122223333",
  arn: "arn:aws:iam::111122223333:user/ana",
  id: "AIDAANA",
} as const;

const policy = (text: string, kind: PolicyKind = "identity") =>
  compile(text, kind, { id: "p", type: "inline" });

const request = (given: Partial<AuthorizationRequest>): AuthorizationRequest => ({
  principal: ANA,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::bucket/ana/x",
  resourceAccount: "111122223333",
  context: new Map(),
  identity: [],
  ...given,
});

const TEXT = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Sid": "Queue", "Effect": "Allow", "Action": "sqs:*", "Resource": "*" },
    { "Sid": "Other", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*" },
    { "Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
      "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" },
        "StringEquals": { "s3:prefix": ["\${aws:username}"] } } },
    { "Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }
  ]
}`;

test("every statement says why it does not apply", () => {
  const context = new Map([["aws:sourceip", ["192.0.2.1"]]]);
  const { policies, decision } = explain(request({ identity: [policy(TEXT)], context }));
  expect(decision).toEqual({ allowed: true, by: "identity" });
  expect(policies[0]?.verdict).toBe("allow");
  expect(policies[0]?.statements.map(({ sid, failure }) => [sid, failure])).toEqual([
    ["Queue", { element: "action" }],
    ["Other", { element: "resource" }],
    [
      "Own",
      {
        element: "condition",
        operator: "IpAddress",
        key: "aws:SourceIp",
        wanted: ["10.0.0.0/8"],
        found: ["192.0.2.1"],
      },
    ],
    ["Read", undefined],
  ]);
});

test("statements carry their place, the end exclusive", () => {
  const statements = explain(request({ identity: [policy(TEXT)] })).policies[0]?.statements;
  expect(statements?.[0]?.start).toMatchObject({ line: 4, column: 5 });
  expect(statements?.[0]?.end).toMatchObject({ line: 4, column: 78 });
  expect(statements?.[2]?.end.line).toBe(8);
});

test("missing keys are those of statements about the action and the resource", () => {
  const context = new Map([["aws:sourceip", ["10.1.1.1"]]]);
  expect(explain(request({ identity: [policy(TEXT)], context })).missingKeys).toEqual([
    "s3:prefix",
    "aws:username",
  ]);
  expect(explain(request({ identity: [policy(TEXT)], action: "sqs:SendMessage" })).missingKeys).toEqual([]);
});

test("a variable of a resource is a missing key too", () => {
  const text =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::bucket/${aws:username}/*"}}';
  expect(explain(request({ identity: [policy(text)] })).missingKeys).toEqual(["aws:username"]);
});

test("a policy that does not name the caller says so, and one that does says how", () => {
  const text = (principal: string) =>
    `{"Statement":{"Effect":"Allow","Principal":{"AWS":"${principal}"},"Action":"*","Resource":"*"}}`;
  const statement = (principal: string) =>
    explain(request({ resourcePolicy: policy(text(principal), "resource") })).policies[0]?.statements[0];
  expect(statement("444455556666")?.failure).toEqual({ element: "principal" });
  expect(statement("111122223333")?.names).toEqual(["account"]);
  expect(statement("AIDAANA")?.names).toEqual(["direct"]);
});

test("levels of the organization are told apart", () => {
  const all = policy(
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    "scp",
  );
  const { policies } = explain(request({ scps: [[all], [all, all]] }));
  expect(policies.map(({ kind, level }) => [kind, level])).toEqual([
    ["scp", 0],
    ["scp", 1],
    ["scp", 1],
  ]);
});

test("a stored document that is no policy any more refuses everything and says so", () => {
  const broken =
    '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringMatches":{"a:b":"c"}}}}';
  for (const kind of ["identity", "scp", "resource"] as const) {
    const stored = compileStored(broken, kind, { id: "old", type: "inline" });
    const identity = kind === "identity" ? [stored] : [];
    const given = request({
      identity,
      scps: kind === "scp" ? [[stored]] : undefined,
      resourcePolicy: kind === "resource" ? stored : undefined,
      action: "iam:CreateUser",
    });
    expect(decide(given)).toMatchObject({ allowed: false, effect: "explicit", kind, source: { id: "old" } });
    expect(explain(given).policies[0]).toMatchObject({ verdict: "deny", fault: "Syntax errors in policy." });
  }
});

test("documents of one text and kind are compiled once, whoever attaches them", () => {
  const other = compile(TEXT, "identity", { id: "q", type: "managed" });
  expect(other.document).toBe(policy(TEXT).document);
  expect(policy(TEXT, "session").document).not.toBe(other.document);
});

test("a document that is not used for two generations is compiled again", () => {
  const { document } = policy(TEXT);
  const filler = (index: number) =>
    policy(`{"Statement":{"Sid":"${index}","Effect":"Allow","Action":"*","Resource":"*"}}`);
  for (let index = 0; index < CACHED_DOCUMENTS_MAX; index++) filler(index);
  expect(policy(TEXT).document).toBe(document);
  for (let index = 0; index < 3 * CACHED_DOCUMENTS_MAX; index++) filler(index);
  expect(policy(TEXT).document).not.toBe(document);
});

test("any number of made-up actions leaves a document with few", () => {
  const identity = [policy(TEXT)];
  const { numbered, named } = policy(TEXT).document;
  const before = numbered.length;
  for (let index = 0; index < 2 * ACTIONS_PER_DOCUMENT_MAX; index++) {
    explain(request({ identity, action: `made:Up${index}` }));
  }
  expect(named.size).toBeLessThanOrEqual(ACTIONS_PER_DOCUMENT_MAX);
  expect(numbered).toHaveLength(before);
});

test("an action past the last number is decided alike", () => {
  const identity = [policy(TEXT)];
  for (let index = 0; index < ACTION_SLOTS_MAX; index++) slotOf(`filler:Action${index}`);
  expect(slotOf("s3:GetObjectAcl")).toBe(NO_SLOT);
  expect(decide(request({ identity, action: "s3:GetObjectAcl" }))).toEqual({ allowed: true, by: "identity" });
  expect(decide(request({ identity, action: "s3:DeleteObject" }))).toMatchObject({ allowed: false });
  expect(policy(TEXT).document.numbered.length).toBeLessThanOrEqual(ACTION_SLOTS_MAX);
});

test("two policies of one resource are a programmer's error", () => {
  const open = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}';
  const given = request({ resourcePolicy: policy(open, "resource"), trustPolicy: policy(open, "trust") });
  expect(() => decide(given)).toThrow(TypeError);
});

const text = (decision: Decision, action = "s3:GetObject", namePolicy = false) =>
  denialText({ principalArn: ANA.arn, action, resource: "arn:aws:s3:::b/k", decision, namePolicy });

const BASE = `User: ${ANA.arn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k`;

test.each<[DecisionKind, string, string]>([
  ["identity", "identity-based policy", "an identity-based policy"],
  ["boundary", "permissions boundary", "a permissions boundary"],
  ["session", "session policy", "a session policy"],
  ["scp", "service control policy", "a service control policy"],
  ["rcp", "resource control policy", "a resource control policy"],
  ["endpoint", "VPC endpoint policy", "a VPC endpoint policy"],
  ["resource", "resource-based policy", "a resource-based policy"],
])("a refusal by %s names that type of policy", (kind, without, within) => {
  expect(text({ allowed: false, effect: "implicit", kind })).toBe(
    `${BASE} because no ${without} allows the s3:GetObject action`,
  );
  const explicit = { allowed: false, effect: "explicit", kind, statementIndex: 0, sid: undefined } as const;
  const source = { id: "arn:aws:iam::111122223333:policy/p", type: "managed" } as const;
  expect(text({ ...explicit, source })).toBe(`${BASE} with an explicit deny in ${within}`);
  const named = kind === "resource" || kind === "endpoint" ? "" : `: ${source.id}`;
  expect(text({ ...explicit, source }, "s3:GetObject", true)).toBe(
    `${BASE} with an explicit deny in ${within}${named}`,
  );
});

test("a refused AssumeRole speaks of the role trust policy", () => {
  const implicit = { allowed: false, effect: "implicit", kind: "resource" } as const;
  expect(text(implicit, "sts:AssumeRole")).toContain(
    "because no role trust policy allows the sts:AssumeRole action",
  );
  const source = { id: "trust", type: "resource" } as const;
  const explicit = { ...implicit, effect: "explicit", source, statementIndex: 0, sid: undefined } as const;
  expect(text(explicit, "sts:AssumeRole")).toContain("with an explicit deny in the role trust policy");
});

test("an action without a resource leaves the phrase out", () => {
  const decision = { allowed: false, effect: "implicit", kind: "identity" } as const;
  expect(denialText({ principalArn: ANA.arn, action: "ec2:DescribeVpcs", decision })).toBe(
    `User: ${ANA.arn} is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action`,
  );
});
