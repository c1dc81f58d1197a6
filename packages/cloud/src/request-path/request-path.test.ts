import { describe, expect, it } from "vitest";
import { openCloud } from "./testing.ts";

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
});
