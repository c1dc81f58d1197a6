// CloudTrail's view of calls: its names, its forms, and no secrets.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadModel, trailParameters, trailResponse, type ServiceModel } from "./index.ts";
import type { Ref } from "./table.ts";
import { randomInput, randomOutput, seededRandom } from "./testing/index.ts";

const load = (id: string) =>
  loadModel(readFileSync(new URL(`../generated/${id}.json`, import.meta.url), "utf8"));
const models = { ec2: load("ec2"), iam: load("iam"), sts: load("sts") };
const time = new Date("2026-11-24T21:55:02Z");

describe("EC2 in the trail", () => {
  it("writes lists as items, under the names of its records", () => {
    const input = {
      GroupId: "sg-1",
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    };
    expect(trailParameters(models.ec2, "AuthorizeSecurityGroupIngress", input)).toEqual({
      groupId: "sg-1",
      ipPermissions: {
        items: [
          { ipProtocol: "tcp", fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: "0.0.0.0/0" }] } },
        ],
      },
    });
    const described = {
      InstanceIds: ["i-1"],
      Filters: [{ Name: "vpc-id", Values: ["vpc-1"] }],
      MaxResults: 5,
    };
    expect(trailParameters(models.ec2, "DescribeInstances", described)).toEqual({
      instancesSet: { items: [{ instanceId: "i-1" }] },
      filterSet: { items: [{ name: "vpc-id", valueSet: { items: [{ value: "vpc-1" }] } }] },
      maxResults: 5,
    });
    const tags = { Resources: ["i-1"], Tags: [{ Key: "a", Value: "b" }] };
    expect(trailParameters(models.ec2, "CreateTags", tags)).toEqual({
      resourcesSet: { items: [{ resourceId: "i-1" }] },
      tagSet: { items: [{ key: "a", value: "b" }] },
    });
  });

  it("says that it took user data and key material out", () => {
    const input = { MinCount: 1, MaxCount: 1, UserData: "c2VjcmV0", ImageId: "ami-1" };
    expect(trailParameters(models.ec2, "RunInstances", input)).toEqual({
      minCount: 1,
      maxCount: 1,
      userData: "<sensitiveDataRemoved>",
      imageId: "ami-1",
    });
    expect(trailResponse(models.ec2, "CreateKeyPair", { KeyName: "k", KeyMaterial: "-----BEGIN" })).toEqual({
      keyName: "k",
      keyMaterial: "<sensitiveDataRemoved>",
    });
  });

  it("writes times as epoch milliseconds and an absent output as _return", () => {
    const output = { Instances: [{ InstanceId: "i-1", LaunchTime: time }] };
    expect(trailResponse(models.ec2, "RunInstances", output)).toEqual({
      instancesSet: { items: [{ instanceId: "i-1", launchTime: time.getTime() }] },
    });
    expect(trailResponse(models.ec2, "CreateTags", undefined)).toEqual({ _return: true });
  });
});

describe("IAM and STS in the trail", () => {
  it("leave secrets out and write times in words", () => {
    const key = {
      UserName: "a",
      AccessKeyId: "AKIA",
      Status: "Active",
      SecretAccessKey: "secret",
      CreateDate: time,
    };
    expect(trailResponse(models.iam, "CreateAccessKey", { AccessKey: key })).toEqual({
      accessKey: {
        userName: "a",
        accessKeyId: "AKIA",
        status: "Active",
        createDate: "Nov 24, 2026, 9:55:02 PM",
      },
    });
    const credentials = {
      AccessKeyId: "ASIA",
      SecretAccessKey: "secret",
      SessionToken: "token",
      Expiration: time,
    };
    expect(trailResponse(models.sts, "AssumeRole", { Credentials: credentials })).toEqual({
      credentials: { accessKeyId: "ASIA", sessionToken: "token", expiration: "Nov 24, 2026, 9:55:02 PM" },
    });
    const login = { UserName: "a", Password: "secret", PasswordResetRequired: true };
    expect(trailParameters(models.iam, "CreateLoginProfile", login)).toEqual({
      userName: "a",
      passwordResetRequired: true,
    });
    expect(trailResponse(models.iam, "DeleteUser", {})).toBeNull();
    expect(trailParameters(models.iam, "ListUsers", {})).toBeNull();
  });

  it("write lists as they are", () => {
    const input = { RoleArn: "arn", RoleSessionName: "s", TransitiveTagKeys: ["a", "b"] };
    expect(trailParameters(models.sts, "AssumeRole", input)).toEqual({
      roleArn: "arn",
      roleSessionName: "s",
      transitiveTagKeys: ["a", "b"],
    });
  });
});

const secret = "ThisIsASecret";

/** Puts the secret wherever the model marks a text as sensitive; returns how often. */
function plant(model: ServiceModel, ref: Ref, value: unknown): number {
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  if (shape?.[0] === "L") return sum((value as unknown[]).map((item) => plant(model, shape[1], item)));
  if (shape?.[0] !== "S") return 0;
  const record = value as Record<string, unknown>;
  return sum(
    shape[2].map(([name, target, traits]) => {
      if (record[name] === undefined) return 0;
      if (traits?.s !== 1 || typeof record[name] !== "string") return plant(model, target, record[name]);
      record[name] = secret;
      return 1;
    }),
  );
}

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);

describe("every operation in the trail", () => {
  it.each(Object.entries(models))("of %s is JSON and repeats no secret of the model", (_id, model) => {
    const seed = 20_261_124;
    const random = seededRandom(seed);
    let planted = 0;
    for (const operation of model.operationNames) {
      const input = randomInput(model, operation, random);
      const output = randomOutput(model, operation, random);
      planted +=
        plant(model, model.inputOf(operation), input) + plant(model, model.outputOf(operation), output);
      const views = [trailParameters(model, operation, input), trailResponse(model, operation, output)];
      const text = JSON.stringify(views);
      expect(JSON.parse(text), `${operation}, seed ${seed}`).toEqual(views);
      expect(text, `${operation}, seed ${seed}`).not.toContain(secret);
    }
    expect(planted).toBeGreaterThan(0);
  });
});
