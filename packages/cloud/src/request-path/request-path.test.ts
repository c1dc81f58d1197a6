import { memoryLog, type ReadTx } from "@casemate/store";
import { faultyLog } from "@casemate/store/testing";
import { describe, expect, it } from "vitest";
import {
  noGuardrails,
  noPermissionNeeded,
  type Call,
  type DecisionRecord,
  type IdentityPort,
  type Service,
} from "../kit/index.ts";
import { authorize } from "./authorize.ts";
import { openCloud } from "./testing.ts";
import { changedRows, dumpStore } from "./testing/store-dump.ts";

describe("the request path", () => {
  it("answers a signed call and records it with its caller", async () => {
    const cloud = await openCloud();
    const answer = await cloud.send({
      service: "sts",
      action: "GetCallerIdentity",
      credentials: cloud.admin,
    });
    expect(answer.text).toContain("<Arn>arn:aws:iam::111122223333:user/admin</Arn>");
    expect(answer.status).toBe(200);
    const [entry] = await cloud.trail();
    expect(entry?.record).toMatchObject({
      eventName: "GetCallerIdentity",
      eventSource: "sts.amazonaws.com",
      recipientAccountId: "111122223333",
      readOnly: true,
      userIdentity: { type: "IAMUser", userName: "admin", accessKeyId: cloud.admin.accessKeyId },
    });
    expect(entry?.record.errorCode).toBeUndefined();
    expect(cloud.defects).toEqual([]);
  });

  it("refuses an unsigned call in the service's own words and records it under nobody", async () => {
    const cloud = await openCloud();
    const iam = await cloud.send({ service: "iam", action: "ListUsers" });
    expect([iam.status, iam.code]).toEqual([403, "MissingAuthenticationToken"]);
    const ec2 = await cloud.send({ service: "ec2", action: "DescribeVpcs" });
    expect(ec2.code).toBe("MissingParameter");
    const records = (await cloud.trail()).map(({ record }) => record);
    expect(
      records.map(({ eventName, errorCode, recipientAccountId }) => [
        eventName,
        errorCode,
        recipientAccountId,
      ]),
    ).toEqual([
      ["ListUsers", "MissingAuthenticationToken", "anonymous"],
      ["DescribeVpcs", "Client.MissingParameter", "anonymous"],
    ]);
  });

  it("refuses a request that was changed after it was signed", async () => {
    const cloud = await openCloud();
    const answer = await cloud.send({
      service: "sts",
      action: "GetCallerIdentity",
      credentials: cloud.admin,
      tamper: (request) => ({
        ...request,
        body: new TextEncoder().encode("Action=GetSessionToken&Version=2011-06-15"),
      }),
    });
    expect([answer.status, answer.code]).toEqual([403, "SignatureDoesNotMatch"]);
  });

  it("refuses a wrong secret, an unknown key and a stale request", async () => {
    const cloud = await openCloud();
    const call = { service: "sts", action: "GetCallerIdentity" };
    const wrong = await cloud.send({
      ...call,
      credentials: { ...cloud.admin, secretAccessKey: "x".repeat(40) },
    });
    expect(wrong.code).toBe("SignatureDoesNotMatch");
    const unknown = await cloud.send({
      ...call,
      credentials: { ...cloud.admin, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" },
    });
    expect(unknown.code).toBe("InvalidClientTokenId");
    const stale = await cloud.send({
      ...call,
      credentials: cloud.admin,
      tamper: (request) => {
        cloud.advance(6 * 60_000);
        return request;
      },
    });
    expect(stale.message).toMatch(/^Signature expired: /);
  });

  it("tells an operation of AWS that it lacks from one that nobody has", async () => {
    const cloud = await openCloud();
    const absent = await cloud.send({
      service: "ec2",
      action: "CreateTransitGateway",
      credentials: cloud.admin,
    });
    expect(absent.code).toBe("UnsupportedOperation");
    const nonsense = await cloud.send({ service: "ec2", action: "MakeCoffee", credentials: cloud.admin });
    expect([nonsense.status, nonsense.code]).toEqual([400, "InvalidAction"]);
  });

  it("lets a session from GetSessionToken call, until it expires", async () => {
    const cloud = await openCloud();
    const made = await cloud.send({
      service: "sts",
      action: "GetSessionToken",
      parameters: { DurationSeconds: "900" },
      credentials: cloud.admin,
    });
    const read = (name: string): string =>
      new RegExp(`<${name}>([^<]+)</${name}>`).exec(made.text)?.[1] ?? "";
    const session = {
      accessKeyId: read("AccessKeyId"),
      secretAccessKey: read("SecretAccessKey"),
      sessionToken: read("SessionToken"),
    };
    const who = await cloud.send({ service: "sts", action: "GetCallerIdentity", credentials: session });
    expect(who.text).toContain("user/admin");
    cloud.advance(900_000);
    const late = await cloud.send({ service: "sts", action: "GetCallerIdentity", credentials: session });
    expect(late.code).toBe("ExpiredToken");
    const records = (await cloud.trail()).map(({ record }) => JSON.stringify(record));
    expect(records.some((record) => record.includes(session.secretAccessKey))).toBe(false);
  });

  it("answers a defect with InternalFailure, undoes what was done and tells the operator alone", async () => {
    const cloud = await openCloud({
      adapt: (service) => ({
        ...service,
        operations: service.operations.map((operation) =>
          operation.name !== "CreateUser"
            ? operation
            : {
                ...operation,
                handle(tx, input, call) {
                  operation.handle(tx, input, call);
                  throw new TypeError("the inside of the house");
                },
              },
        ),
      }),
    });
    const before = dumpStore(cloud.store);
    const answer = await cloud.send({
      service: "iam",
      action: "CreateUser",
      parameters: { UserName: "ana" },
      credentials: cloud.admin,
    });
    expect([answer.status, answer.code]).toEqual([500, "InternalFailure"]);
    expect(answer.text).not.toContain("house");
    expect(cloud.defects).toEqual([new TypeError("the inside of the house")]);
    expect(changedRows(before, dumpStore(cloud.store))).toEqual([]);
    const [{ record } = { record: undefined }] = await cloud.trail();
    expect(record).toMatchObject({ eventName: "CreateUser", errorCode: "InternalFailure" });
    expect(JSON.stringify(record)).not.toContain("house");
  });

  it("tells nothing of a call that could not be made durable", async () => {
    const log = faultyLog(memoryLog());
    const cloud = await openCloud({ log });
    const create = {
      service: "iam",
      action: "CreateUser",
      parameters: { UserName: "ana" },
      credentials: cloud.admin,
    };
    await cloud.store.settled(cloud.store.seq);
    log.failNext();
    const lost = await cloud.send(create);
    expect([lost.status, lost.code]).toEqual([503, "ServiceUnavailable"]);
    const stopped = await cloud.send(create);
    expect([stopped.status, stopped.code]).toEqual([503, "ServiceUnavailable"]);
    await cloud.store.reload();
    expect((await cloud.send(create)).status).toBe(200);
    expect((await cloud.trail()).map(({ record }) => record.eventName)).toEqual(["CreateUser"]);
    expect(cloud.defects).toEqual([]);
  });

  it("records a service without regions under us-east-1, wherever it was signed for", async () => {
    const cloud = await openCloud();
    const asked = { service: "iam", action: "ListUsers", credentials: cloud.admin, region: "eu-west-1" };
    expect((await cloud.send(asked)).status).toBe(200);
    const [entry] = await cloud.trail();
    expect(entry?.record.awsRegion).toBe("us-east-1");
  });

  it("records what EC2 answered, with its request id, and nothing of what was read", async () => {
    const cloud = await openCloud();
    const { admin: credentials } = cloud;
    const group = { GroupName: "g", GroupDescription: "g" };
    const asked = { service: "ec2", action: "CreateSecurityGroup", parameters: group, credentials };
    const groupId = (await cloud.send(asked)).element("groupId") ?? "";
    await cloud.send({ service: "ec2", action: "DescribeVpcs", credentials });
    const tags = { "ResourceId.1": groupId, "Tag.1.Key": "a", "Tag.1.Value": "b" };
    await cloud.send({ service: "ec2", action: "CreateTags", parameters: tags, credentials });
    const [created, read, tagged] = (await cloud.trail()).map(({ record }) => record);
    expect(created?.responseElements).toMatchObject({ requestId: created?.requestID, groupId });
    expect(read).toMatchObject({ readOnly: true, responseElements: null });
    expect(tagged?.responseElements).toEqual({ requestId: tagged?.requestID, _return: true });
  });

  it("refuses a parameter that an operation does not honour, once it is authorized", async () => {
    const cloud = await openCloud();
    const launch = {
      service: "ec2",
      action: "RunInstances",
      parameters: { ImageId: "ami-0", MinCount: "1", MaxCount: "1", "CpuOptions.CoreCount": "1" },
    };
    const refused = await cloud.send({ ...launch, credentials: cloud.admin });
    expect([refused.status, refused.code, refused.message]).toEqual([
      400,
      "UnsupportedOperation",
      "The parameter CpuOptions of RunInstances is not supported by Casemate.",
    ]);
    const [entry] = await cloud.trail();
    expect(entry?.decisions.every(({ allowed }) => allowed)).toBe(true);
  });

  it("answers a dry run without doing it, once it is authorized", async () => {
    const cloud = await openCloud();
    const parameters = { GroupName: "g", GroupDescription: "g", DryRun: "true" };
    const dry = { service: "ec2", action: "CreateSecurityGroup", parameters };
    const before = dumpStore(cloud.store);
    const allowed = await cloud.send({ ...dry, credentials: cloud.admin });
    expect([allowed.status, allowed.code]).toEqual([412, "DryRunOperation"]);
    expect(changedRows(before, dumpStore(cloud.store))).toEqual([]);
  });
});

describe("an operation", () => {
  const need = { action: "ec2:MakeCoffee", target: { arn: "*", accountId: "1", keys: {} }, keys: {} };
  const input = {
    tx: {} as ReadTx,
    call: {
      principal: { type: "user", accountId: "1", arn: "a", id: "i" },
      need: () => need,
      origin: {},
      guardrails: noGuardrails,
    } as unknown as Call,
    service: { refusal: { code: "AccessDenied", status: 403, encoded: false } } as Service,
    identity: { policiesOf: () => ({ identity: [] }), tagsOf: () => ({}) } as unknown as IdentityPort,
  };

  it("that states no need is decided on its own action", () => {
    expect(() => authorize(input, [], [])).toThrow("User: a is not authorized to perform: ec2:MakeCoffee");
  });

  it("that says it needs no permission gets none decided", () => {
    const decisions: DecisionRecord[] = [];
    authorize(input, noPermissionNeeded, decisions);
    expect(decisions).toEqual([]);
  });
});
