// Runs every table in ../cases: decisions, conditions and refused documents.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { compile } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { PolicyKind } from "./policy.ts";
import { PolicyFault } from "./policy-fault.ts";
import type { EnginePrincipal } from "./principal-matcher.ts";
import { validatePolicy } from "./validate-policy.ts";

const FOLDER = new URL("../cases/", import.meta.url);
const HOME = "111122223333";
const AWAY = "444455556666";

const user = (accountId: string, name: string, id: string): EnginePrincipal => ({
  type: "user",
  accountId,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  id,
});

const session = (accountId: string): EnginePrincipal => ({
  type: "role-session",
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/Deploy/s1`,
  id: "AROADEPLOY:s1",
  role: { arn: `arn:aws:iam::${accountId}:role/app/Deploy`, id: "AROADEPLOY" },
});

const root = (accountId: string): EnginePrincipal => ({
  type: "root",
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  id: accountId,
});

const CALLERS: Readonly<Record<string, EnginePrincipal>> = {
  ana: user(HOME, "ana", "AIDAANA"),
  eve: user(AWAY, "eve", "AIDAEVE"),
  session: session(HOME),
  "away-session": session(AWAY),
  root: root(HOME),
  "away-root": root(AWAY),
  guest: {
    type: "federated-user",
    accountId: HOME,
    arn: `arn:aws:sts::${HOME}:federated-user/guest`,
    id: `${HOME}:guest`,
    issuer: { arn: `arn:aws:iam::${HOME}:user/ana`, id: "AIDAANA" },
  },
  ec2: { type: "service", accountId: "", arn: "", id: "", service: "ec2.amazonaws.com" },
  anonymous: { type: "anonymous", accountId: "", arn: "", id: "" },
  "web-identity": { type: "anonymous", accountId: "", arn: "", id: "", provider: "accounts.example.com" },
};

/** A whole document, a list of statements under Version 2012-10-17, or `all`. */
type WrittenPolicy = "all" | readonly object[] | { readonly Statement: unknown };

interface DecisionCase {
  readonly name: string;
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly account?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly identity?: readonly WrittenPolicy[];
  readonly boundary?: WrittenPolicy;
  readonly session?: readonly WrittenPolicy[];
  readonly scps?: readonly (readonly WrittenPolicy[])[];
  readonly rcps?: readonly (readonly WrittenPolicy[])[];
  readonly resourcePolicy?: WrittenPolicy;
  readonly trustPolicy?: WrittenPolicy;
  readonly endpointPolicy?: WrittenPolicy;
  readonly grant?: boolean;
  readonly trustIsThePolicy?: boolean;
  readonly expect: string;
  readonly sid?: string;
}

interface ConditionCase {
  readonly condition: object;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly holds: boolean;
  readonly version?: string;
}

interface ValidationCase {
  readonly name: string;
  readonly kind?: PolicyKind;
  readonly text?: string;
  readonly policy?: unknown;
  readonly message: string | null;
  readonly at?: readonly [line: number, column: number];
}

interface CaseFile {
  readonly about: string;
  readonly decisions?: readonly (Partial<DecisionCase> & Pick<DecisionCase, "name" | "expect">)[];
  readonly defaults?: Partial<DecisionCase>;
  readonly conditions?: readonly ConditionCase[];
  readonly validations?: readonly ValidationCase[];
}

const PRINCIPAL_KINDS: readonly PolicyKind[] = ["resource", "trust", "endpoint", "rcp"];

function document(written: WrittenPolicy, kind: PolicyKind): string {
  const all = { Effect: "Allow", Action: "*", Resource: "*" };
  const open = PRINCIPAL_KINDS.includes(kind) ? { ...all, Principal: "*" } : all;
  const statements = written === "all" ? [open] : written;
  const whole = Array.isArray(statements) ? { Version: "2012-10-17", Statement: statements } : statements;
  return JSON.stringify(whole);
}

const policy = (written: WrittenPolicy, kind: PolicyKind): CompiledPolicy =>
  compile(document(written, kind), kind, { id: kind, type: "inline" });

function context(keys: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> {
  return new Map(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), values]));
}

function request(given: DecisionCase): AuthorizationRequest {
  const maybe = (written: WrittenPolicy | undefined, kind: PolicyKind) =>
    written === undefined ? undefined : policy(written, kind);
  const level = (kind: PolicyKind) => (list: readonly WrittenPolicy[]) =>
    list.map((one) => policy(one, kind));
  const principal = CALLERS[given.caller];
  if (principal === undefined) throw new TypeError(`no caller ${given.caller}`);
  return {
    principal,
    action: given.action,
    resource: given.resource,
    resourceAccount: given.account ?? HOME,
    context: context(given.context ?? {}),
    identity: level("identity")(given.identity ?? []),
    boundary: maybe(given.boundary, "boundary"),
    session: given.session === undefined ? undefined : level("session")(given.session),
    scps: given.scps?.map(level("scp")),
    rcps: given.rcps?.map(level("rcp")),
    resourcePolicy: maybe(given.resourcePolicy, "resource"),
    trustPolicy: maybe(given.trustPolicy, "trust"),
    endpointPolicy: maybe(given.endpointPolicy, "endpoint"),
    grant: given.grant,
    trustIsThePolicy: given.trustIsThePolicy,
  };
}

function outcome(decision: Decision): string {
  return decision.allowed ? `allow by ${decision.by}` : `${decision.effect} ${decision.kind}`;
}

function sidOf(decision: Decision): string | undefined {
  return !decision.allowed && decision.effect === "explicit" ? decision.sid : undefined;
}

function statementOutcome(effect: "Allow" | "Deny", given: ConditionCase): boolean {
  const statement = { Effect: effect, Action: "*", Resource: "*", Condition: given.condition };
  const whole = { Version: given.version ?? "2012-10-17", Statement: [statement] };
  const rest: WrittenPolicy[] = effect === "Deny" ? ["all"] : [];
  const decision = decide(
    request({
      name: "",
      caller: "ana",
      action: "s3:GetObject",
      resource: "*",
      ...given,
      identity: [whole, ...rest],
      expect: "",
    }),
  );
  return decision.allowed;
}

function refusal(given: ValidationCase): { message: string | null; at?: readonly [number, number] } {
  try {
    validatePolicy(given.text ?? JSON.stringify(given.policy), given.kind ?? "identity");
    return { message: null };
  } catch (fault) {
    if (!(fault instanceof PolicyFault)) throw fault;
    return { message: fault.message, at: [fault.position.line, fault.position.column] };
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("there are case files", () => {
  expect(files.length).toBeGreaterThan(5);
});

describe.each(files)("%s", (name) => {
  const file = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as CaseFile;
  const decisions = file.decisions ?? [];
  const conditions = file.conditions ?? [];
  const validations = file.validations ?? [];

  test("the file says what it is about and has cases", () => {
    expect(file.about).not.toBe("");
    expect(decisions.length + conditions.length + validations.length).toBeGreaterThan(0);
  });

  test.each(decisions)("$name", (given) => {
    const base = { caller: "ana", action: "s3:GetObject", resource: "*", ...file.defaults };
    const decision = decide(request({ ...base, ...given }));
    expect(outcome(decision)).toBe(given.expect);
    expect(sidOf(decision)).toBe(given.sid);
  });

  test.each(conditions.map((given) => [JSON.stringify(given), given] as const))("%s", (_, given) => {
    expect(statementOutcome("Allow", given)).toBe(given.holds);
    expect(statementOutcome("Deny", given)).toBe(!given.holds);
  });

  test.each(validations)("$name", (given) => {
    const refused = refusal(given);
    expect(refused.message).toBe(given.message);
    expect(given.at ?? refused.at).toEqual(refused.at);
  });
});
