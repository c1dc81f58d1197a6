import { beforeAll, describe, expect, it } from "vitest";
import { encodedMessageLengthMax } from "./encoded-message.ts";
import { sendRecorded } from "./testing/authorization-ledger.ts";
import {
  document,
  everything,
  firstAccount,
  iamArn,
  openLedgerWorld,
  type LedgerWorld,
} from "./testing/ledger-world.ts";

interface Decoded {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly matchedStatements: { readonly items: readonly unknown[] };
  readonly context: {
    readonly principal: unknown;
    readonly action: string;
    readonly resource: string;
    readonly conditions: {
      readonly items: readonly { key: string; values: { items: { value: string }[] } }[];
    };
  };
}

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});

const decode = (EncodedMessage: string, credentials = world.admin) =>
  world.send({
    service: "sts",
    action: "DecodeAuthorizationMessage",
    parameters: { EncodedMessage },
    credentials,
  });

/** Sends a deletion of a group as a new user with a policy. */
async function refuse(name: string, ...statements: object[]) {
  const credentials = await world.makeUser(name, ...statements);
  const parameters = { GroupId: world.fixtures.groupId };
  const asked = { service: "ec2", action: "DeleteSecurityGroup", parameters, credentials };
  const { answer, entry } = await sendRecorded(world, asked);
  const encoded = /failure message: ([\w-]+)$/.exec(answer.message ?? "")?.[1] ?? "";
  return { answer, entry, encoded, credentials };
}

describe("a refusal of EC2", () => {
  it("names the caller, the action, the resource and the reason, and carries a message", async () => {
    const { answer } = await refuse("plain");
    expect(answer.status).toBe(403);
    expect(answer.message).toMatch(
      new RegExp(
        "^You are not authorized to perform this operation\\. " +
          `User: ${iamArn("user/plain")} is not authorized to perform: ec2:DeleteSecurityGroup ` +
          `on resource: arn:aws:ec2:us-east-1:${firstAccount}:security-group/${world.fixtures.groupId} ` +
          "because no identity-based policy allows the ec2:DeleteSecurityGroup action\\. " +
          "Encoded authorization failure message: [\\w-]+$",
      ),
    );
  });

  it("names no resource where the action has none", async () => {
    const credentials = await world.makeUser("reader");
    const { message } = await world.send({ service: "ec2", action: "DescribeVpcs", credentials });
    expect(message).toContain("perform: ec2:DescribeVpcs because no identity-based policy allows the");
  });

  it("tells, decoded, that nothing allowed it and what the request was", async () => {
    const { encoded } = await refuse("implicit");
    const answer = await decode(encoded);
    const decoded = JSON.parse(answer.element("DecodedMessage") ?? "") as Decoded;
    expect(decoded).toMatchObject({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: {
        principal: { arn: iamArn("user/implicit") },
        action: "ec2:DeleteSecurityGroup",
        resource: `arn:aws:ec2:us-east-1:${firstAccount}:security-group/${world.fixtures.groupId}`,
      },
    });
    const conditions = new Map(
      decoded.context.conditions.items.map(({ key, values }) => [
        key,
        values.items.map(({ value }) => value),
      ]),
    );
    expect(conditions.get("aws:Service")).toEqual(["ec2"]);
    expect(conditions.get("aws:Type")).toEqual(["security-group"]);
    expect(conditions.get("ec2:vpc")).toEqual([
      `arn:aws:ec2:us-east-1:${firstAccount}:vpc/${world.fixtures.vpcId}`,
    ]);
    expect(conditions.get("aws:username")).toEqual(["implicit"]);
  });

  it("shows, decoded, the statement that denied with its actions, resources and conditions", async () => {
    const deny = {
      Sid: "NoDeletion",
      Effect: "Deny",
      Action: ["ec2:Delete*", "ec2:Revoke*"],
      Resource: ["arn:aws:ec2:*:*:security-group/*"],
      Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } },
    };
    const { encoded } = await refuse("explicit", everything, deny, {
      ...deny,
      Sid: "Other",
      Action: "iam:*",
    });
    const decoded = JSON.parse((await decode(encoded)).element("DecodedMessage") ?? "") as Decoded;
    expect(decoded.explicitDeny).toBe(true);
    expect(decoded.matchedStatements.items).toEqual([
      {
        statementId: "NoDeletion",
        effect: "DENY",
        principals: { items: [{ value: expect.stringMatching(/^AIDA/) }] },
        principalGroups: { items: [] },
        actions: { items: [{ value: "ec2:Delete*" }, { value: "ec2:Revoke*" }] },
        resources: { items: [{ value: "arn:aws:ec2:*:*:security-group/*" }] },
        conditions: {
          items: [
            {
              key: "aws:RequestedRegion",
              values: { items: [{ value: "us-east-1" }, { value: "us-west-2" }] },
            },
          ],
        },
      },
    ]);
  });

  it("shows what a statement exempts under other names", async () => {
    const { encoded } = await refuse("exempting", everything, {
      Effect: "Deny",
      NotAction: "iam:*",
      NotResource: "arn:aws:s3:::*",
    });
    const decoded = JSON.parse((await decode(encoded)).element("DecodedMessage") ?? "") as Decoded;
    expect(decoded.matchedStatements.items[0]).toMatchObject({
      actions: { items: [] },
      notActions: { items: [{ value: "iam:*" }] },
      notResources: { items: [{ value: "arn:aws:s3:::*" }] },
    });
  });

  it("can be decoded however much there is to tell", async () => {
    // Random texts, because the message is compressed.
    const noise = (length: number): string =>
      Array.from(world.environment.random(length), (byte) => String.fromCharCode(97 + (byte % 26))).join("");
    const statement = (index: number) => ({
      Sid: `S${index}`,
      Effect: "Deny",
      Action: "ec2:*",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:PrincipalTag/x": noise(50) } },
    });
    const credentials = await world.makeUser(
      "wordy",
      ...Array.from({ length: 5 }, (_, index) => statement(index)),
    );
    const tags = Array.from({ length: 50 }, (_, index) => [
      [`Tags.member.${index + 1}.Key`, noise(120)],
      [`Tags.member.${index + 1}.Value`, noise(250)],
    ]).flat() as [string, string][];
    await world.make("iam", "TagUser", { UserName: "wordy", ...Object.fromEntries(tags) });
    const { message } = await world.send({ service: "ec2", action: "DescribeVpcs", credentials });
    const encoded = /failure message: ([\w-]+)$/.exec(message ?? "")?.[1] ?? "";
    expect(encoded.length).toBeLessThanOrEqual(encodedMessageLengthMax);
    const decoded = JSON.parse((await decode(encoded)).element("DecodedMessage") ?? "") as Decoded;
    expect(decoded.explicitDeny).toBe(true);
    expect(decoded.matchedStatements.items).toHaveLength(5);
  });

  it("opens for nobody of another account or without the permission, and not when changed", async () => {
    const { encoded, credentials } = await refuse("curious");
    expect((await decode(encoded, world.stranger)).code).toBe("InvalidAuthorizationMessageException");
    expect((await decode(encoded, credentials)).code).toBe("AccessDenied");
    const flipped = encoded.slice(0, -2) + (encoded.at(-2) === "A" ? "B" : "A") + encoded.slice(-1);
    expect((await decode(flipped)).code).toBe("InvalidAuthorizationMessageException");
    expect((await decode("nonsense")).code).toBe("InvalidAuthorizationMessageException");
  });
});

describe("the record of a refusal", () => {
  it("keeps EC2's parameters and the explanation of the decision", async () => {
    const { entry } = await refuse("recorded", { ...everything, Action: "iam:*" });
    expect(entry.record).toMatchObject({
      errorCode: "Client.UnauthorizedOperation",
      requestParameters: { groupId: world.fixtures.groupId },
      responseElements: null,
    });
    expect(entry.decisions).toMatchObject([
      { allowed: false, action: "ec2:DeleteSecurityGroup", because: { policies: [{ verdict: "silent" }] } },
    ]);
  });

  it("has no parameters of other services", async () => {
    const credentials = await world.makeUser("assuming");
    const parameters = { RoleArn: iamArn("role/operator"), RoleSessionName: "assuming" };
    const asked = { service: "sts", action: "AssumeRole", parameters, credentials };
    const { record } = await sendRecorded(world, asked);
    expect(record).toMatchObject({
      errorCode: "AccessDenied",
      requestParameters: null,
      responseElements: null,
    });
    const foreign = { service: "iam", action: "GetUser", parameters: { UserName: "x" }, credentials };
    expect((await sendRecorded(world, foreign)).record.requestParameters).toBeNull();
    // A fault after authorization keeps them.
    const absent = { ...foreign, credentials: world.admin };
    expect((await sendRecorded(world, absent)).record.requestParameters).toEqual({ userName: "x" });
  });

  it("leaves an explanation out that would fill the trail", async () => {
    const credentials = await world.makeUser("verbose");
    const silent = { ...everything, Condition: { Null: { "aws:username": "true" } } };
    const PolicyDocument = document(...Array.from({ length: 60 }, () => silent));
    for (let index = 0; index < 10; index += 1) {
      const PolicyName = `silent-${index}`;
      await world.make("iam", "CreatePolicy", { PolicyName, PolicyDocument });
      const PolicyArn = iamArn(`policy/${PolicyName}`);
      await world.make("iam", "AttachUserPolicy", { UserName: "verbose", PolicyArn });
    }
    const asked = { service: "ec2", action: "DescribeVpcs", credentials };
    const { entry } = await sendRecorded(world, asked);
    expect(entry.decisions[0]?.because).toMatchObject({ decision: { allowed: false }, policies: [] });
    expect(JSON.stringify(entry.decisions).length).toBeLessThan(1000);
  });
});

it("a session's policies and a boundary are named as what refused", async () => {
  const credentials = await world.makeUser("bounded", everything);
  await world.make("iam", "CreatePolicy", {
    PolicyName: "denying",
    PolicyDocument: document(everything, { ...everything, Effect: "Deny", Action: "ec2:*" }),
  });
  await world.make("iam", "PutUserPermissionsBoundary", {
    UserName: "bounded",
    PermissionsBoundary: iamArn("policy/denying"),
  });
  const { message } = await world.send({ service: "ec2", action: "DescribeVpcs", credentials });
  expect(message).toContain("with an explicit deny in a permissions boundary");
});
