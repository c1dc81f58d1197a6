import { describe, expect, it } from "vitest";
import { Fault, type Principal } from "../kit/index.ts";
import { trailElementBytesMax, trailRecord, trailTextLengthMax, type RecordedCall } from "./record.ts";

const accountId = "111122223333";
const owner = { accountId, accessKeyId: "ASIAKEY" };
const session = {
  issuedAt: Date.UTC(2026, 0, 15, 11, 0, 0),
  expiresAt: Date.UTC(2026, 0, 15, 13, 0, 0),
  tags: { secret: "tag" },
  transitiveTagKeys: [],
  policies: [],
  chained: false,
};
const attributes = { creationDate: "2026-01-15T11:00:00Z", mfaAuthenticated: "false" };
const user: Principal = {
  ...owner,
  type: "user",
  arn: `arn:aws:iam::${accountId}:user/ana`,
  id: "AIDAANA",
  userName: "ana",
};

const call: RecordedCall = {
  requestId: "r",
  now: Date.UTC(2026, 0, 15, 12, 0, 0, 999),
  origin: { sourceIp: "203.0.113.7", userAgent: "aws-cli/2", host: "ec2.localhost" },
  random: (length) => new Uint8Array(length),
  eventSource: "ec2.amazonaws.com",
  eventName: "RunInstances",
  region: "us-east-1",
  readOnly: false,
  principal: user,
  requestBytes: 100_000,
  requestParameters: { a: 1 },
  responseElements: { b: 2 },
  prefixedErrors: true,
};

describe("a trail record", () => {
  it("has the members that CloudTrail's always have", () => {
    expect(trailRecord(call)).toEqual({
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDAANA",
        arn: `arn:aws:iam::${accountId}:user/ana`,
        accountId,
        accessKeyId: "ASIAKEY",
        userName: "ana",
      },
      eventTime: "2026-01-15T12:00:00Z",
      eventSource: "ec2.amazonaws.com",
      eventName: "RunInstances",
      awsRegion: "us-east-1",
      sourceIPAddress: "203.0.113.7",
      userAgent: "aws-cli/2",
      requestParameters: { a: 1 },
      responseElements: { b: 2 },
      requestID: "r",
      eventID: "00000000-0000-4000-8000-000000000000",
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: "Management",
    });
  });

  it("says with what TLS it came", () => {
    const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
    expect(trailRecord({ ...call, origin: { ...call.origin, tls } }).tlsDetails).toEqual({
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: "ec2.localhost",
    });
  });

  it.each([
    [400, true, "Client.Boom"],
    [503, true, "Server.Boom"],
    [400, false, "Boom"],
    [503, false, "Boom"],
  ])("names a fault of status %i, prefixed: %s, %s", (status, prefixedErrors, errorCode) => {
    const record = trailRecord({ ...call, prefixedErrors, fault: new Fault("Boom", status, "It went.") });
    expect(record).toMatchObject({ errorCode, errorMessage: "It went.", responseElements: null });
  });

  it("cuts long texts, never through a character, and leaves out what is too large", () => {
    const long = `${"x".repeat(trailTextLengthMax - 1)}😀`;
    const record = trailRecord({
      ...call,
      origin: { ...call.origin, userAgent: long },
      requestParameters: { text: "x".repeat(trailElementBytesMax) },
      responseElements: { text: "x".repeat(trailElementBytesMax - 100) },
      fault: undefined,
    });
    expect(record.userAgent).toBe("x".repeat(trailTextLengthMax - 1));
    expect(record.requestParameters).toBeNull();
    expect(record.responseElements).not.toBeNull();
  });
});

describe("the identity in a trail record", () => {
  const identityOf = (principal: Principal | undefined, presentedKey?: string) =>
    trailRecord({ ...call, principal, presentedKey }).userIdentity;

  it("of nobody that is known says which key was presented, and belongs to no account", () => {
    expect(identityOf(undefined)).toEqual({ type: "Unknown", principalId: "", accountId: "" });
    expect(identityOf(undefined, "AKIAX")).toMatchObject({ type: "Unknown", accessKeyId: "AKIAX" });
    expect(trailRecord({ ...call, principal: undefined }).recipientAccountId).toBe("anonymous");
  });

  it("of the root user is the account's", () => {
    const arn = `arn:aws:iam::${accountId}:root`;
    const root = { ...owner, type: "root", arn, id: accountId } as const;
    expect(identityOf(root)).toEqual({
      type: "Root",
      principalId: accountId,
      arn,
      accountId,
      accessKeyId: "ASIAKEY",
    });
    expect(identityOf({ ...root, session })).toMatchObject({ type: "Root", sessionContext: { attributes } });
  });

  it("of a user's session says when it began and whether MFA was given", () => {
    expect(identityOf({ ...user, session })).toMatchObject({
      userName: "ana",
      sessionContext: { attributes },
    });
    expect(identityOf({ ...user, session: { ...session, mfaAt: session.issuedAt } })).toMatchObject({
      sessionContext: { attributes: { ...attributes, mfaAuthenticated: "true" } },
    });
  });

  it("of a role's session names the role, its source identity and how an instance got it", () => {
    const role: Principal = {
      ...owner,
      type: "role-session",
      arn: `arn:aws:sts::${accountId}:assumed-role/worker/i-1`,
      id: "AROAWORKER:i-1",
      roleArn: `arn:aws:iam::${accountId}:role/worker`,
      roleId: "AROAWORKER",
      roleName: "worker",
      sessionName: "i-1",
      session: {
        ...session,
        sourceIdentity: "ana",
        instance: { instanceArn: "arn", vpcId: "vpc-1", privateIp: "172.31.0.4", roleDelivery: "2.0" },
      },
    };
    expect(identityOf(role)).toEqual({
      type: "AssumedRole",
      principalId: "AROAWORKER:i-1",
      arn: role.arn,
      accountId,
      accessKeyId: "ASIAKEY",
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: "AROAWORKER",
          arn: `arn:aws:iam::${accountId}:role/worker`,
          accountId,
          userName: "worker",
        },
        webIdFederationData: {},
        attributes,
        sourceIdentity: "ana",
        ec2RoleDelivery: "2.0",
      },
    });
  });
});
