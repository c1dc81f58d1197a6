// Makes policies and requests from a small vocabulary, so that they often concern each other.

import { OPERATOR_NAMES } from "../operator.ts";
import { hasPrincipals } from "../policy.ts";
import type { PolicyKind } from "../policy.ts";
import type { EnginePrincipal } from "../principal-matcher.ts";
import type { ReferencePolicy, ReferenceStatement } from "./reference-evaluator.ts";
import { pick, pickSome } from "./seeded-random.ts";

type Random = () => number;

export const HOME = "111122223333";
export const AWAY = "444455556666";

const ACTIONS = [
  "s3:GetObject",
  "s3:PutObject",
  "kms:Decrypt",
  "ec2:RunInstances",
  "sts:AssumeRole",
] as const;
const ACTION_PATTERNS = [
  "*",
  "s3:*",
  "S3:get*",
  "s3:?etObject",
  "kms:Decrypt",
  "ec2:Run*s",
  "sts:Assume*",
  "*:*",
];

const RESOURCES = [
  "*",
  "arn:aws:s3:::bucket/ana/report",
  "arn:aws:s3:::bucket/bob/a:b",
  "arn:aws:s3:::bucket",
  `arn:aws:kms:us-east-1:${HOME}:key/k1`,
  `arn:aws:ec2:us-east-1:${HOME}:instance/*`,
  `arn:aws:iam::${HOME}:role/app/Deploy`,
] as const;

const RESOURCE_PATTERNS = [
  "*",
  "**",
  "arn:aws:s3:::bucket/*",
  "arn:aws:s3:::bucket",
  "arn:aws:s3:::*/report",
  "arn:aws:s3:::bucket/${aws:username}/*",
  "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'ana'}/*",
  "arn:aws:s3:::bucket/${*}",
  "arn:aws:s3",
  "arn:aws:s3*",
  "arn:aws:kms:us-*",
  `arn:aws:kms:*:${HOME}:key/?1`,
  "arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*",
  `arn:aws:ec2:us-east-1:${HOME}:instance/i-*`,
  `arn:aws:ec2:us-east-1:${HOME}:instance/*`,
  `arn:aws:iam::${HOME}:role/*`,
] as const;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "aws:username": ["ana", "bob", ""],
  "aws:PrincipalTag/team": ["red", "ana", "", "*"],
  "aws:TagKeys": ["team", "Owner", ""],
  "aws:SourceIp": ["10.1.2.3", "203.0.113.9", "2001:db8::7", "no address"],
  "aws:CurrentTime": ["2024-02-29T12:00:00Z", "2031", "1700000000", "soon"],
  "aws:MultiFactorAuthAge": ["5", "10.0", "99", "x"],
  "aws:SecureTransport": ["true", "false", "TRUE"],
  "aws:PrincipalArn": [`arn:aws:iam::${HOME}:user/ana`, `arn:aws:iam::${AWAY}:role/app/Deploy`, "not:an:arn"],
  "aws:PrincipalAccount": [HOME, AWAY],
  "s3:signature": ["AQID", "BBBB"],
};
const KEYS = Object.keys(NAMES);

const WANTED: Readonly<Record<string, readonly string[]>> = {
  String: [
    "ana",
    "bob",
    "red",
    "*",
    "a*",
    "?ob",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${*}",
    "TEAM",
    "",
  ],
  Numeric: ["5", "10", "10.00", "50", "x"],
  Date: ["2024-02-29", "2024-02-29T12:00:00+00:00", "2030", "1700000000", "2024-02-29T13:00:00+01:00"],
  Bool: ["true", "false"],
  Binary: ["AQID", "BBBB"],
  Ip: ["10.0.0.0/8", "203.0.113.9", "2001:db8::/32", "0.0.0.0/0", "::/0"],
  Arn: ["*", "arn:aws:iam::*:user/*", `arn:aws:iam::${HOME}:*`, "arn:aws:iam*", "${aws:PrincipalArn}"],
  Null: ["true", "false"],
};

function family(operator: string): string {
  const name = operator.replace("Not", "");
  return Object.keys(WANTED).find((prefix) => name.startsWith(prefix)) ?? "String";
}

function randomConditions(random: Random): ReferenceStatement["Condition"] {
  const block: Record<string, Record<string, readonly string[]>> = {};
  while (random() < 0.45) {
    const operator = pick(random, OPERATOR_NAMES);
    const fitting = FITTING[family(operator)] ?? KEYS;
    const key = random() < 0.7 ? pick(random, fitting) : pick(random, KEYS);
    const plain = operator === "Null";
    const prefix = plain ? "" : pick(random, ["", "", "", "ForAllValues:", "ForAnyValue:"]);
    const suffix = plain || random() < 0.8 ? "" : "IfExists";
    const values = pickSome(random, WANTED[family(operator)] ?? [], 2);
    block[`${prefix}${operator}${suffix}`] = { [random() < 0.5 ? key : key.toUpperCase()]: values };
  }
  return Object.keys(block).length === 0 ? undefined : block;
}

const FITTING: Readonly<Record<string, readonly string[]>> = {
  Numeric: ["aws:MultiFactorAuthAge"],
  Date: ["aws:CurrentTime"],
  Bool: ["aws:SecureTransport"],
  Binary: ["s3:signature"],
  Ip: ["aws:SourceIp"],
  Arn: ["aws:PrincipalArn"],
  String: ["aws:username", "aws:PrincipalTag/team", "aws:TagKeys"],
};

const PRINCIPALS = [
  "*",
  HOME,
  AWAY,
  `arn:aws:iam::${HOME}:root`,
  `arn:aws:iam::${HOME}:user/ana`,
  "AIDAANA",
  `arn:aws:iam::${HOME}:role/app/Deploy`,
  "AROADEPLOY",
  `arn:aws:sts::${HOME}:assumed-role/Deploy/s1`,
  `arn:aws:sts::${HOME}:federated-user/guest`,
] as const;

function randomPrincipals(random: Random): ReferenceStatement["Principal"] {
  if (random() < 0.15) return "*";
  if (random() < 0.15) return { Service: "ec2.amazonaws.com" };
  return { AWS: pickSome(random, PRINCIPALS, 2) };
}

function randomStatement(random: Random, kind: PolicyKind): ReferenceStatement {
  const effect = random() < 0.7 ? "Allow" : "Deny";
  const notPrincipal = hasPrincipals(kind) && effect === "Deny" && random() < 0.2;
  const actions = pickSome(random, ACTION_PATTERNS, 2);
  const resources = pickSome(random, RESOURCE_PATTERNS, random() < 0.1 ? 12 : 2);
  const named = hasPrincipals(kind) ? randomPrincipals(random) : undefined;
  const notResource = kind !== "trust" && random() < 0.2;
  return {
    Effect: effect,
    ...(notPrincipal ? { NotPrincipal: named } : { Principal: named }),
    ...(random() < 0.15 ? { NotAction: actions } : { Action: actions }),
    ...(kind === "trust" ? {} : notResource ? { NotResource: resources } : { Resource: resources }),
    Condition: randomConditions(random),
  };
}

/** A policy of the kind with one to three statements. */
export function randomPolicy(random: Random, kind: PolicyKind): ReferencePolicy {
  if (random() < 0.2) {
    const all = { Effect: "Allow", Action: "*", Resource: kind === "trust" ? undefined : "*" } as const;
    return {
      Version: "2012-10-17",
      Statement: [{ ...all, Principal: hasPrincipals(kind) ? "*" : undefined }],
    };
  }
  const count = 1 + Math.floor(random() * 3);
  const statements = Array.from({ length: count }, () => randomStatement(random, kind));
  return { Version: random() < 0.85 ? "2012-10-17" : "2008-10-17", Statement: statements };
}

const ROLE = { arn: `arn:aws:iam::${HOME}:role/app/Deploy`, id: "AROADEPLOY" };
const ANA = { arn: `arn:aws:iam::${HOME}:user/ana`, id: "AIDAANA" };

const CALLERS: readonly EnginePrincipal[] = [
  { type: "user", accountId: HOME, ...ANA },
  { type: "user", accountId: AWAY, arn: `arn:aws:iam::${AWAY}:user/eve`, id: "AIDAEVE" },
  {
    type: "role-session",
    accountId: HOME,
    arn: `arn:aws:sts::${HOME}:assumed-role/Deploy/s1`,
    id: "AROADEPLOY:s1",
    role: ROLE,
  },
  {
    type: "federated-user",
    accountId: HOME,
    arn: `arn:aws:sts::${HOME}:federated-user/guest`,
    id: `${HOME}:guest`,
    issuer: ANA,
  },
  { type: "root", accountId: HOME, arn: `arn:aws:iam::${HOME}:root`, id: HOME },
  { type: "service", accountId: "", arn: "", id: "", service: "ec2.amazonaws.com" },
  { type: "anonymous", accountId: "", arn: "", id: "" },
];

/** A caller of any type. */
export function randomCaller(random: Random): EnginePrincipal {
  return pick(random, CALLERS);
}

/** An action and a resource, which need not fit each other. */
export function randomTarget(random: Random): { action: string; resource: string; resourceAccount: string } {
  const resourceAccount = random() < 0.7 ? HOME : AWAY;
  return { action: pick(random, ACTIONS), resource: pick(random, RESOURCES), resourceAccount };
}

/** Condition keys in lower case with one value, several, an empty one or none. */
export function randomContext(random: Random): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  for (const key of KEYS) {
    const chance = random();
    const values = NAMES[key] ?? [];
    if (chance < 0.6) context.set(key.toLowerCase(), [pick(random, values)]);
    else if (chance < 0.75) context.set(key.toLowerCase(), pickSome(random, values, 3));
    else if (chance < 0.8) context.set(key.toLowerCase(), []);
  }
  return context;
}
