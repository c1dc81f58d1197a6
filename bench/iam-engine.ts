// Decisions per second of the policy engine, beside what any decision costs at least: one look-up of the
// action, one condition key and one comparison of the resource, measured in the same run.

import { compile, decide } from "@casemate/iam-engine";
import type { AuthorizationRequest, CompiledPolicy, EnginePrincipal, PolicyKind } from "@casemate/iam-engine";
import { atLeast } from "./row.ts";
import type { Goal, Report } from "./row.ts";

const ACCOUNT = "111122223333";
const CALLER: EnginePrincipal = {
  type: "role-session",
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Web/i-0123456789abcdef0`,
  id: "AROAWEB:i-0123456789abcdef0",
  role: { arn: `arn:aws:iam::${ACCOUNT}:role/Web`, id: "AROAWEB" },
};

const ACTIONS = [
  "ec2:RunInstances",
  "ec2:TerminateInstances",
  "ec2:CreateTags",
  "s3:GetObject",
  "s3:PutObject",
  "sqs:SendMessage",
  "kms:Decrypt",
  "iam:PassRole",
];

const policy = (statements: readonly object[], kind: PolicyKind, id: string): CompiledPolicy =>
  compile(JSON.stringify({ Version: "2012-10-17", Statement: statements }), kind, { id, type: "managed" });

/** Five documents of eight statements, as an application's role carries them. */
function identityPolicies(): CompiledPolicy[] {
  const services = ["ec2", "s3", "sqs", "kms", "iam"];
  return services.map((service) =>
    policy(
      [
        { Effect: "Allow", Action: [`${service}:Describe*`, `${service}:List*`], Resource: "*" },
        { Effect: "Allow", Action: `${service}:*`, Resource: `arn:aws:${service}:*:${ACCOUNT}:team-a/*` },
        {
          Effect: "Allow",
          Action: `${service}:Get*`,
          Resource: [`arn:aws:${service}:::data/*`, `arn:aws:${service}:::logs`],
        },
        {
          Effect: "Allow",
          Action: [
            `${service}:Run*`,
            `${service}:Put*`,
            `${service}:Send*`,
            `${service}:PassRole`,
            `${service}:Decrypt`,
          ],
          Resource: "*",
          Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1", "eu-central-1"] } },
        },
        {
          Effect: "Allow",
          Action: `${service}:Create*`,
          Resource: `arn:aws:${service}:*:${ACCOUNT}:*/*`,
          Condition: { StringLike: { "aws:RequestTag/team": "web-*" } },
        },
        { Effect: "Deny", Action: `${service}:Delete*`, Resource: "*" },
        {
          Effect: "Deny",
          Action: `${service}:*`,
          Resource: "*",
          Condition: { NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } },
        },
        {
          Effect: "Allow",
          Action: `${service}:Terminate*`,
          Resource: `arn:aws:${service}:*:${ACCOUNT}:instance/*`,
          Condition: { StringEquals: { "aws:ResourceTag/owner": "${aws:PrincipalTag/owner}" } },
        },
      ],
      "identity",
      `arn:aws:iam::${ACCOUNT}:policy/${service}`,
    ),
  );
}

function ceilings(): Partial<AuthorizationRequest> {
  const all = { Effect: "Allow", Action: "*", Resource: "*" };
  const regions = { StringNotEquals: { "aws:RequestedRegion": ["us-east-1", "eu-central-1"] } };
  const secure = { Bool: { "aws:SecureTransport": "false" } };
  return {
    boundary: policy(
      [{ ...all, Action: ["ec2:*", "s3:*", "sqs:*", "kms:*", "iam:PassRole"] }],
      "boundary",
      "b",
    ),
    scps: [
      [policy([all], "scp", "full")],
      [
        policy(
          [all, { Effect: "Deny", NotAction: "iam:*", Resource: "*", Condition: regions }],
          "scp",
          "regions",
        ),
      ],
    ],
    rcps: [
      [
        policy(
          [
            { ...all, Principal: "*" },
            { ...all, Effect: "Deny", Principal: "*", Condition: secure },
          ],
          "rcp",
          "r",
        ),
      ],
    ],
    session: [policy([{ ...all, Action: ["ec2:*", "s3:*", "sqs:*", "kms:*", "iam:*"] }], "session", "s")],
    resourcePolicy: policy([{ ...all, Principal: { AWS: ACCOUNT } }], "resource", "resource"),
  };
}

const RESOURCES: Readonly<Record<string, string>> = {
  "ec2:RunInstances": `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/*`,
  "ec2:TerminateInstances": `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0123456789abcdef0`,
  "ec2:CreateTags": `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/*`,
  "s3:GetObject": "arn:aws:s3:::data/2026/07/report.csv",
  "s3:PutObject": "arn:aws:s3:::uploads/x",
  "sqs:SendMessage": `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`,
  "kms:Decrypt": `arn:aws:kms:us-east-1:${ACCOUNT}:key/0d1e2f3a`,
  "iam:PassRole": `arn:aws:iam::${ACCOUNT}:role/Web`,
};

const CONTEXT: readonly (readonly [string, readonly string[]])[] = [
  ["aws:requestedregion", ["us-east-1"]],
  ["aws:sourceip", ["10.20.30.40"]],
  ["aws:securetransport", ["true"]],
  ["aws:requesttag/team", ["web-front"]],
  ["aws:resourcetag/owner", ["ana"]],
  ["aws:principaltag/owner", ["ana"]],
  ["aws:principalarn", [CALLER.arn]],
  ["aws:principalaccount", [ACCOUNT]],
  ["aws:useragent", ["aws-cli/2"]],
];

/** The first keys belong to the call, the rest to the session. */
const SESSION_KEYS_FROM = 5;

/** Runs the function often enough to take a second and answers its calls per second; the best of three. */
function perSecond(run: (index: number) => void): number {
  let best = 0;
  for (let round = 0; round < 4; round++) {
    const started = process.cpuUsage();
    let calls = 0;
    let used = 0;
    while (used < 500_000) {
      for (let index = 0; index < 20_000; index++) run(index);
      calls += 20_000;
      const { user, system } = process.cpuUsage(started);
      used = user + system;
    }
    // The first round warms up.
    if (round > 0) best = Math.max(best, (calls * 1_000_000) / used);
  }
  return best;
}

function requests(more: Partial<AuthorizationRequest>): AuthorizationRequest[] {
  const identity = identityPolicies();
  const context = new Map(CONTEXT);
  return ACTIONS.map((action) => ({
    principal: CALLER,
    action,
    resource: RESOURCES[action] ?? "*",
    resourceAccount: ACCOUNT,
    context,
    identity,
    ...more,
  }));
}

function allowedPerSecond(
  list: readonly AuthorizationRequest[],
  allows: (request: AuthorizationRequest) => boolean,
): number {
  let allowed = 0;
  const rate = perSecond((index) => {
    const request = list[index % list.length];
    if (request !== undefined && allows(request)) allowed++;
  });
  if (allowed === 0) throw new Error("no request was allowed; the benchmark measures refusals only");
  return rate;
}

const decisions = (list: readonly AuthorizationRequest[]): number =>
  allowedPerSecond(list, (request) => decide(request).allowed);

// A decision as the way of a request makes it: the keys of the session are at hand, those of the call new.
function endToEnd(list: readonly AuthorizationRequest[]): number {
  const session = new Map(CONTEXT.slice(SESSION_KEYS_FROM));
  const callKeys = CONTEXT.slice(0, SESSION_KEYS_FROM);
  return allowedPerSecond(list, (given) => {
    const call = new Map<string, readonly string[]>();
    for (const [key, values] of callKeys) call.set(key, values);
    const request: AuthorizationRequest = {
      principal: given.principal,
      action: given.action,
      resource: given.resource,
      resourceAccount: given.resourceAccount,
      context: { get: (key) => call.get(key) ?? session.get(key) },
      identity: given.identity,
      boundary: given.boundary,
      session: given.session,
      scps: given.scps,
      rcps: given.rcps,
      resourcePolicy: given.resourcePolicy,
    };
    return decide(request).allowed;
  });
}

// What a decision needs at least.
function bound(list: readonly AuthorizationRequest[]): number {
  const prefixes = new Map(ACTIONS.map((action) => [action, (RESOURCES[action] ?? "").slice(0, 20)]));
  return allowedPerSecond(list, ({ action, resource, context }) => {
    const prefix = prefixes.get(action);
    const region = context.get("aws:requestedregion");
    return prefix !== undefined && region?.[0] === "us-east-1" && resource.startsWith(prefix);
  });
}

/** The same requests under a principal whose policies hold 500 statements more, none of them about these. */
function crowded(): CompiledPolicy[] {
  const statement = (document: number, at: number): object => ({
    Effect: at % 5 === 0 ? "Deny" : "Allow",
    Action: [`svc${document}:Get${at}*`, `ec2:Describe${document}x${at}*`],
    Resource: `arn:aws:svc${document}:us-east-1:${ACCOUNT}:thing/${at}/*`,
  });
  const documents = Array.from({ length: 10 }, (_, document) =>
    policy(
      Array.from({ length: 50 }, (__, at) => statement(document, at)),
      "identity",
      `crowd-${document}`,
    ),
  );
  return [...identityPolicies(), ...documents];
}

/** Millions of decisions per second, with 40 statements and all policy types. */
const decisionsGoalM = 2;

/** Measures and reports the engine against its bound. */
export async function run(report: Report): Promise<void> {
  const least = bound(requests({}));
  const line = (name: string, rate: number, goal?: Goal) =>
    report({
      what: name,
      figure: `${(rate / 1e6).toFixed(2)} M/s, ${Math.round(1e9 / rate)} ns`,
      beside: `${(least / rate).toFixed(1)} x the least a decision needs`,
      goal,
    });
  line("one look-up, one key, one comparison", least);
  const all = ceilings();
  line("identity only, 5 documents, 40 statements", decisions(requests({})));
  const whole = decisions(requests(all));
  line("40 statements and all policy types", whole, atLeast(whole / 1e6, decisionsGoalM, " M/s"));
  line("540 statements and all policy types", decisions(requests({ ...all, identity: crowded() })));
  line("end to end with 9 keys, identity only", endToEnd(requests({})));
  line("end to end with 9 keys, all policy types", endToEnd(requests(all)));
  const started = process.cpuUsage();
  const documents = 200;
  for (let index = 0; index < documents; index++) {
    policy(
      Array.from({ length: 40 }, (_, at) => ({
        Effect: "Allow",
        Action: `s3:Get${at}*`,
        Resource: `arn:aws:s3:::b${index}/${at}/*`,
      })),
      "identity",
      String(index),
    );
  }
  const { user, system } = process.cpuUsage(started);
  report({ what: "compile", figure: `${((user + system) / documents / 40).toFixed(1)} us per statement` });
}
