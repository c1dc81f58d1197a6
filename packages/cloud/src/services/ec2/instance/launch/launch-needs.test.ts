import { beforeEach, describe, expect, it } from "vitest";
import type { Need } from "../../../../kit/index.ts";
import { createKeyPair } from "../../key-pair/operations.ts";
import { createTags } from "../../tag/operations.ts";
import { openTestWorld, testImage, type TestWorld } from "../../testing-world.ts";
import { modifyInstanceMetadataDefaults } from "../metadata-options.ts";
import { runInstances } from "./run-instances.ts";

const ec2 = "arn:aws:ec2:us-east-1:111122223333";

describe("the needs of a launch", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const needs = (input: object = {}, caller = {}): readonly Need[] =>
    world.needsOf(
      runInstances,
      { ImageId: testImage, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...input },
      caller,
    );
  /** The need on a kind of resource, by its action, and all keys that a policy would see of it. */
  const keysOn = (kind: string, input: object = {}): Need["keys"] => {
    const need = needs(input).find(({ target }) => target.arn.split(":")[5]?.startsWith(`${kind}/`));
    return { ...need?.target.keys, ...need?.keys };
  };
  const pairs = (stated: readonly Need[]) => stated.map(({ action, target }) => [action, target.arn]);

  it("of a plain launch are its image, instance, interface, group, subnet and volume", () => {
    expect(pairs(needs())).toEqual([
      ["ec2:RunInstances", `arn:aws:ec2:us-east-1::image/${testImage}`],
      ["ec2:RunInstances", `${ec2}:instance/*`],
      ["ec2:RunInstances", `${ec2}:network-interface/*`],
      ["ec2:RunInstances", `${ec2}:security-group/${world.defaultGroupId()}`],
      ["ec2:RunInstances", `${ec2}:subnet/${world.subnetIds()[0]}`],
      ["ec2:RunInstances", `${ec2}:volume/*`],
    ]);
  });

  it("of a full launch are the key pair, the passed role and the tagging of each tagged kind, too", () => {
    world.run(createKeyPair, { KeyName: "mine", KeyType: "ed25519" });
    const { roleArn } = world.makeProfile("web");
    const stated = needs({
      KeyName: "mine",
      IamInstanceProfile: { Name: "web" },
      TagSpecifications: ["instance", "volume"].map((ResourceType) => ({
        ResourceType,
        Tags: [{ Key: "team", Value: ResourceType }],
      })),
    });
    expect(pairs(stated).slice(6)).toEqual([
      ["ec2:RunInstances", `${ec2}:key-pair/mine`],
      ["iam:PassRole", roleArn],
      ["ec2:CreateTags", `${ec2}:instance/*`],
      ["ec2:CreateTags", `${ec2}:volume/*`],
    ]);
    expect(stated[7]).toMatchObject({
      target: { accountId: "111122223333", keys: { "aws:ResourceTag/team": "web" } },
      keys: { "iam:PassedToService": "ec2.amazonaws.com", "iam:AssociatedResourceArn": `${ec2}:instance/*` },
    });
    for (const [index, kind] of [
      [8, "instance"],
      [9, "volume"],
    ] as const) {
      expect(stated[index]?.keys).toEqual({
        "ec2:Region": "us-east-1",
        "ec2:CreateAction": "RunInstances",
        "aws:RequestTag/team": kind,
        "aws:TagKeys": ["team"],
      });
    }
  });

  it("carry the region of the request", () => {
    expect(new Set(needs({}, { region: "eu-west-1" }).map(({ keys }) => keys["ec2:Region"]))).toEqual(
      new Set(["eu-west-1"]),
    );
  });

  it("state every key of the image", () => {
    expect(keysOn("image")).toEqual({
      "ec2:Region": "us-east-1",
      "ec2:ImageID": testImage,
      "ec2:ImageType": "machine",
      "ec2:Owner": "amazon",
      "ec2:Public": true,
      "ec2:RootDeviceType": "ebs",
    });
    const unknown = keysOn("image", { ImageId: "ami-0aaaaaaaaaaaaaaaa" });
    expect(unknown).toEqual({ "ec2:Region": "us-east-1", "ec2:ImageID": "ami-0aaaaaaaaaaaaaaaa" });
  });

  it("state every key of the instance, from the request or from what stands in for it", () => {
    const { arn } = world.makeProfile("web");
    expect(keysOn("instance")).toEqual({
      "ec2:Region": "us-east-1",
      "ec2:AvailabilityZone": "us-east-1a",
      "ec2:AvailabilityZoneId": "use1-az1",
      "ec2:EbsOptimized": false,
      "ec2:InstanceMarketType": "on-demand",
      "ec2:InstanceMetadataTags": "disabled",
      "ec2:InstanceProfile": undefined,
      "ec2:InstanceType": "t3.micro",
      "ec2:MetadataHttpEndpoint": "enabled",
      "ec2:MetadataHttpPutResponseHopLimit": 2,
      "ec2:MetadataHttpTokens": "required",
      "ec2:RootDeviceType": "ebs",
      "ec2:Tenancy": "default",
    });
    expect(
      keysOn("instance", {
        EbsOptimized: true,
        IamInstanceProfile: { Name: "web" },
        InstanceType: "t3.small",
        MetadataOptions: {
          HttpTokens: "optional",
          HttpPutResponseHopLimit: 1,
          HttpEndpoint: "enabled",
          InstanceMetadataTags: "enabled",
        },
        Placement: { AvailabilityZone: "us-east-1c" },
      }),
    ).toMatchObject({
      "ec2:AvailabilityZone": "us-east-1c",
      "ec2:AvailabilityZoneId": "use1-az3",
      "ec2:EbsOptimized": true,
      "ec2:InstanceProfile": arn,
      "ec2:InstanceMetadataTags": "enabled",
      "ec2:InstanceType": "t3.small",
      "ec2:MetadataHttpPutResponseHopLimit": 1,
      "ec2:MetadataHttpTokens": "optional",
    });
  });

  it("state the metadata options that the account's defaults lead to", () => {
    world.run(modifyInstanceMetadataDefaults, { HttpTokens: "optional", HttpEndpoint: "disabled" });
    expect(keysOn("instance")).toMatchObject({
      "ec2:MetadataHttpTokens": "optional",
      "ec2:MetadataHttpEndpoint": "disabled",
    });
  });

  it("leave a profile that is not there, and its role, to the handler", () => {
    const input = { IamInstanceProfile: { Name: "absent" } };
    expect(keysOn("instance", input)["ec2:InstanceProfile"]).toBeUndefined();
    expect(needs(input).some(({ action }) => action === "iam:PassRole")).toBe(false);
  });

  it.each([
    [undefined, undefined],
    [true, true],
    [false, false],
  ])("tell a public address that is not spoken of from one refused: %s", (asked, expected) => {
    const input =
      asked === undefined ? {} : { NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: asked }] };
    expect(keysOn("network-interface", input)["ec2:AssociatePublicIpAddress"]).toBe(expected);
  });

  it("state where the interface goes", () => {
    const [, subnetId] = world.subnetIds();
    const vpcArn = keysOn("security-group")["ec2:Vpc"];
    expect(vpcArn).toMatch(/^arn:aws:ec2:us-east-1:111122223333:vpc\/vpc-/);
    expect(keysOn("network-interface", { SubnetId: subnetId })).toMatchObject({
      "ec2:AvailabilityZone": "us-east-1b",
      "ec2:Subnet": `${ec2}:subnet/${subnetId}`,
      "ec2:Vpc": vpcArn,
    });
    const unknown = keysOn("network-interface", { SubnetId: "subnet-0aaaaaaaaaaaaaaaa" });
    expect(unknown["ec2:Subnet"]).toBe(`${ec2}:subnet/subnet-0aaaaaaaaaaaaaaaa`);
    expect(unknown["ec2:Vpc"]).toBeUndefined();
    expect(unknown["ec2:AvailabilityZone"]).toBeUndefined();
  });

  it("state every key of the root volume", () => {
    expect(keysOn("volume")).toEqual({
      "ec2:Region": "us-east-1",
      "ec2:AvailabilityZone": "us-east-1a",
      "ec2:AvailabilityZoneId": "use1-az1",
      "ec2:Encrypted": false,
      "ec2:VolumeIops": 3000,
      "ec2:VolumeSize": 8,
      "ec2:VolumeThroughput": 125,
      "ec2:VolumeType": "gp3",
    });
  });

  it("tell no tags from tags without a value", () => {
    expect(keysOn("instance")).not.toHaveProperty("aws:TagKeys");
    const Tags = [{ Key: "team", Value: "" }];
    const tagged = keysOn("instance", { TagSpecifications: [{ ResourceType: "instance", Tags }] });
    expect(tagged).toMatchObject({ "aws:TagKeys": ["team"], "aws:RequestTag/team": "" });
    expect(keysOn("volume", { TagSpecifications: [{ ResourceType: "instance", Tags }] })).not.toHaveProperty(
      "aws:TagKeys",
    );
  });

  it("carry the tags that the group, the subnet and the key pair have", () => {
    const made = world.run<{ KeyPairId: string }>(createKeyPair, { KeyName: "mine", KeyType: "ed25519" });
    const Resources = [world.defaultGroupId(), world.subnetIds()[0]!, made.KeyPairId];
    const bare = { KeyName: "mine" };
    expect(keysOn("security-group", bare)).not.toHaveProperty("aws:ResourceTag/team");
    world.run(createTags, { Resources, Tags: [{ Key: "team", Value: "a" }] });
    for (const kind of ["security-group", "subnet", "key-pair"]) {
      expect(keysOn(kind, bare)).toMatchObject({ "aws:ResourceTag/team": "a", "ec2:ResourceTag/team": "a" });
    }
    expect(keysOn("key-pair", bare)).toMatchObject({
      "ec2:KeyPairName": "mine",
      "ec2:KeyPairType": "ed25519",
    });
    expect(keysOn("key-pair", { KeyName: "absent" })).toEqual({
      "ec2:Region": "us-east-1",
      "ec2:KeyPairName": "absent",
    });
  });

  it("name every group, whether by id, by name or not at all, and one that is not there by its ARN", () => {
    const groups = (input: object) =>
      needs(input)
        .map(({ target }) => target.arn.split(":security-group/")[1])
        .filter((id) => id !== undefined);
    const own = world.defaultGroupId();
    expect(groups({})).toEqual([own]);
    expect(groups({ SecurityGroups: ["default"] })).toEqual([own]);
    expect(groups({ SecurityGroupIds: [own, own] })).toEqual([own]);
    expect(groups({ NetworkInterfaces: [{ DeviceIndex: 0, Groups: [own] }] })).toEqual([own]);
    expect(groups({ SecurityGroupIds: ["sg-0aaaaaaaaaaaaaaaa"] })).toEqual(["sg-0aaaaaaaaaaaaaaaa"]);
  });
});
