import type { ReadTx } from "@casemate/store";
import { describe, expect, it } from "vitest";
import {
  Call,
  noGuardrails,
  type Origin,
  type Principal,
  type SessionFacts,
  type Tags,
} from "../kit/index.ts";
import { GlobalKeys, NeedContext } from "./context.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0, 999);
const accountId = "111122223333";
const owner = { accountId, accessKeyId: "AKIA" };
const session: SessionFacts = {
  issuedAt: now - 60_999,
  expiresAt: now + 1000,
  tags: {},
  transitiveTagKeys: [],
  policies: [],
  chained: false,
};
const root: Principal = { ...owner, type: "root", arn: `arn:aws:iam::${accountId}:root`, id: accountId };
const user: Principal = {
  ...owner,
  type: "user",
  arn: `arn:aws:iam::${accountId}:user/staff/ana`,
  id: "AIDAANA",
  userName: "ana",
};
function role(facts: Partial<SessionFacts> = {}): Principal {
  return {
    ...owner,
    type: "role-session",
    arn: `arn:aws:sts::${accountId}:assumed-role/worker/i-1`,
    id: "AROAWORKER:i-1",
    roleArn: `arn:aws:iam::${accountId}:role/path/worker`,
    roleId: "AROAWORKER",
    roleName: "worker",
    sessionName: "i-1",
    session: { ...session, ...facts },
  };
}
const instance: Principal = role({
  instance: {
    instanceArn: `arn:aws:ec2:us-east-1:${accountId}:instance/i-1`,
    vpcId: "vpc-1",
    privateIp: "172.31.0.4",
    roleDelivery: "2.0",
  },
});
const origin: Origin = { sourceIp: "203.0.113.7", userAgent: "aws-cli/2", host: "localhost" };

function callOf(principal: Principal, from: Partial<Origin> = {}): Call {
  return new Call({
    guardrails: noGuardrails,
    requestId: "r",
    service: "ec2",
    iamPrefix: "ec2",
    regionKey: "ec2:Region",
    operation: "RunInstances",
    region: "eu-west-1",
    principal,
    origin: { ...origin, ...from },
    now,
    // Conditions are made from the call alone.
    environment: undefined as never,
    tx: undefined as unknown as ReadTx,
  });
}

function keys(
  principal: Principal,
  from?: Partial<Origin>,
  tags: Tags = {},
): ReadonlyMap<string, readonly string[]> {
  return new GlobalKeys(callOf(principal, from), () => tags).values;
}

describe("a global key", () => {
  const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
  const mfa: Principal = { ...user, session: { ...session, mfaAt: now - 5999 } };
  const named = role({ sourceIdentity: "ana" });

  it.each<[key: string, of: string, principal: Principal, from: Partial<Origin>, value: string | undefined]>([
    ["aws:CurrentTime", "every call", user, {}, "2026-01-15T12:00:00Z"],
    ["aws:EpochTime", "every call", user, {}, String(Math.floor(now / 1000))],
    ["aws:SourceIp", "every call", user, {}, "203.0.113.7"],
    ["aws:SecureTransport", "a call over TLS", user, { tls }, "true"],
    ["aws:SecureTransport", "a plain call", user, {}, "false"],
    ["aws:UserAgent", "a call that sends one", user, {}, "aws-cli/2"],
    ["aws:UserAgent", "a call that sends none", user, { userAgent: "" }, undefined],
    ["aws:Referer", "a call that sends one", user, { referer: "https://console" }, "https://console"],
    ["aws:Referer", "a call that sends none", user, {}, undefined],
    ["aws:RequestedRegion", "every call", user, {}, "eu-west-1"],
    ["aws:PrincipalIsAWSService", "a caller of an account", user, {}, "false"],
    ["aws:ViaAWSService", "a caller of an account", user, {}, "false"],
    ["aws:CalledVia", "a caller of an account", user, {}, undefined],
    ["aws:SourceVpce", "a call through no endpoint", user, {}, undefined],
    ["aws:PrincipalAccount", "every call", root, {}, accountId],
    ["aws:PrincipalType", "a root user", root, {}, "Account"],
    ["aws:PrincipalType", "a user", user, {}, "User"],
    ["aws:PrincipalType", "a session of a role", role(), {}, "AssumedRole"],
    ["aws:PrincipalArn", "a root user", root, {}, `arn:aws:iam::${accountId}:root`],
    ["aws:PrincipalArn", "a user", user, {}, `arn:aws:iam::${accountId}:user/staff/ana`],
    ["aws:PrincipalArn", "a session, the role's", role(), {}, `arn:aws:iam::${accountId}:role/path/worker`],
    ["aws:userid", "a root user", root, {}, accountId],
    ["aws:userid", "a user", user, {}, "AIDAANA"],
    ["aws:userid", "a session", role(), {}, "AROAWORKER:i-1"],
    ["aws:username", "a user", user, {}, "ana"],
    ["aws:username", "a user's session", mfa, {}, "ana"],
    ["aws:username", "a session of a role", role(), {}, undefined],
    ["aws:username", "a root user", root, {}, undefined],
    ["aws:MultiFactorAuthPresent", "a long-lived key", user, {}, undefined],
    ["aws:MultiFactorAuthPresent", "a root user's key", root, {}, undefined],
    ["aws:MultiFactorAuthPresent", "a session without MFA", role(), {}, "false"],
    ["aws:MultiFactorAuthPresent", "a session with MFA", mfa, {}, "true"],
    ["aws:MultiFactorAuthAge", "a long-lived key", user, {}, undefined],
    ["aws:MultiFactorAuthAge", "a session without MFA", role(), {}, undefined],
    ["aws:MultiFactorAuthAge", "a session with MFA, in whole seconds", mfa, {}, "5"],
    ["aws:TokenIssueTime", "a long-lived key", user, {}, undefined],
    ["aws:TokenIssueTime", "a session", role(), {}, "2026-01-15T11:59:00Z"],
    ["aws:SourceIdentity", "a session with one", named, {}, "ana"],
    ["aws:SourceIdentity", "a session without one", role(), {}, undefined],
    ["aws:Ec2InstanceSourceVpc", "an instance", instance, {}, "vpc-1"],
    ["aws:Ec2InstanceSourceVpc", "a session elsewhere", role(), {}, undefined],
    ["aws:Ec2InstanceSourcePrivateIPv4", "an instance", instance, {}, "172.31.0.4"],
    ["aws:Ec2InstanceSourcePrivateIPv4", "a session elsewhere", role(), {}, undefined],
    ["ec2:SourceInstanceARN", "an instance", instance, {}, `arn:aws:ec2:us-east-1:${accountId}:instance/i-1`],
    ["ec2:SourceInstanceARN", "a session elsewhere", role(), {}, undefined],
    ["ec2:RoleDelivery", "an instance", instance, {}, "2.0"],
    ["ec2:RoleDelivery", "a session elsewhere", role(), {}, undefined],
  ])("%s, of %s", (key, _of, principal, from, value) => {
    const all = keys(principal, from);
    expect(all.has(key.toLowerCase())).toBe(value !== undefined);
    expect(all.get(key.toLowerCase())).toEqual(value === undefined ? undefined : [value]);
  });

  it("aws:PrincipalTag is there for each tag, empty ones too, and for no other", () => {
    const all = keys(user, {}, { Team: "blue", empty: "" });
    expect(all.get("aws:principaltag/team")).toEqual(["blue"]);
    expect(all.get("aws:principaltag/empty")).toEqual([""]);
    expect(all.has("aws:principaltag/other")).toBe(false);
  });

  it("is not gathered before a policy asks for one", () => {
    let asked = 0;
    const globals = new GlobalKeys(callOf(user), () => {
      asked += 1;
      return {};
    });
    const need = { action: "ec2:RunInstances", target: callOf(user).anything, keys: { "ec2:Vpc": "v" } };
    expect(new NeedContext(globals, need).get("ec2:vpc")).toEqual(["v"]);
    expect(asked).toBe(0);
    new NeedContext(globals, need).get("aws:username");
    new NeedContext(globals, need).get("aws:username");
    expect(asked).toBe(1);
  });
});

describe("a key of a need", () => {
  const call = callOf(user);
  const target = { arn: "arn:aws:ec2:eu-west-1:444455556666:vpc/vpc-1", accountId: "444455556666" };
  const context = new NeedContext(
    new GlobalKeys(call, () => ({})),
    call.need(
      { ...target, keys: { "ec2:Vpc": "v", "ec2:Owner": undefined, "ec2:Encrypted": false } },
      { "aws:TagKeys": ["a", "b"], "aws:RequestTag/a": "", "aws:RequestTag/b": undefined, "aws:Nothing": [] },
    ),
  );

  it.each<[string, readonly string[] | undefined]>([
    ["ec2:vpc", ["v"]],
    ["ec2:owner", undefined],
    ["ec2:encrypted", ["false"]],
    ["ec2:region", ["eu-west-1"]],
    ["aws:resourceaccount", ["444455556666"]],
    ["aws:tagkeys", ["a", "b"]],
    ["aws:requesttag/a", [""]],
    ["aws:requesttag/b", undefined],
    ["aws:nothing", []],
    ["aws:principalaccount", [accountId]],
  ])("%s is what it was given as", (key, value) => {
    expect(context.get(key)).toEqual(value);
  });
});
