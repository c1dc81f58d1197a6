import type { DescribeInstancesResult, Instance, Reservation } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { clientTokens } from "../../../../kit/index.ts";
import { createKeyPair } from "../../key-pair/operations.ts";
import { networkInterfaces } from "../../network-interface/network-interface.ts";
import { createSecurityGroup } from "../../security-group/group-operations.ts";
import { createTags } from "../../tag/operations.ts";
import { openTestWorld, testImage, type TestWorld } from "../../testing-world.ts";
import { rootOf, testNow } from "../../testing.ts";
import { volumes } from "../../volume/volume.ts";
import { describeInstances } from "../describe-instances.ts";
import { instances } from "../instance.ts";
import { openUserData } from "../user-data.ts";
import { instancesPerRegionMax, runInstances } from "./run-instances.ts";

describe("a launch", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const refused = (input: object) =>
    world.faultOf(runInstances, {
      ImageId: testImage,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      ...input,
    });
  const launched = (input: object = {}): Instance => world.launch(input).Instances![0]!;
  const count = (): number => world.store.read((tx) => [...tx.scan(instances.collection)].length);

  it("with nothing but an image, a type and a count makes a pending instance in the default VPC", () => {
    const reservation = world.launch();
    expect(reservation).toMatchObject({ OwnerId: "111122223333", Groups: [] });
    expect(reservation.ReservationId).toMatch(/^r-0[0-9a-f]{16}$/);
    const [instance] = reservation.Instances!;
    expect(instance).toMatchObject({
      AmiLaunchIndex: 0,
      ImageId: testImage,
      InstanceType: "t3.micro",
      LaunchTime: new Date(testNow),
      State: { Code: 0, Name: "pending" },
      StateReason: { Code: "pending", Message: "pending" },
      Placement: { AvailabilityZone: "us-east-1a", Tenancy: "default" },
      Monitoring: { State: "disabled" },
      EbsOptimized: false,
      SubnetId: world.subnetIds()[0],
      SecurityGroups: [{ GroupId: world.defaultGroupId(), GroupName: "default" }],
      MetadataOptions: { State: "pending", HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      Tags: [],
    });
    expect(instance?.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/);
    expect(instance?.KeyName).toBeUndefined();
    expect(instance?.IamInstanceProfile).toBeUndefined();
    expect(instance?.NetworkInterfaces).toMatchObject([
      {
        Status: "in-use",
        SourceDestCheck: true,
        Attachment: { DeviceIndex: 0, DeleteOnTermination: true, Status: "attached" },
      },
    ]);
    expect(instance?.BlockDeviceMappings).toMatchObject([{ DeviceName: "/dev/xvda" }]);
  });

  it("shows itself in DescribeInstances as it answered", () => {
    const reservation = world.launch({ MinCount: 2, MaxCount: 2 });
    expect(world.run<DescribeInstancesResult>(describeInstances, {}).Reservations).toEqual([reservation]);
  });

  it("honours every parameter that says how the instance is", () => {
    world.run(createKeyPair, { KeyName: "mine", KeyType: "ed25519" });
    const { arn } = world.makeProfile("web");
    const instance = launched({
      InstanceType: "t3.small",
      KeyName: "mine",
      IamInstanceProfile: { Name: "web" },
      Monitoring: { Enabled: true },
      EbsOptimized: true,
      DisableApiTermination: true,
      DisableApiStop: true,
      InstanceInitiatedShutdownBehavior: "terminate",
      UserData: "aGVsbG8=",
      Placement: { AvailabilityZone: "us-east-1b", Tenancy: "default" },
      MetadataOptions: { HttpTokens: "optional", HttpEndpoint: "enabled", InstanceMetadataTags: "enabled" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "one" }] }],
    });
    expect(instance).toMatchObject({
      InstanceType: "t3.small",
      KeyName: "mine",
      IamInstanceProfile: { Arn: arn, Id: "AIPAweb" },
      Monitoring: { State: "enabled" },
      EbsOptimized: true,
      Placement: { AvailabilityZone: "us-east-1b" },
      SubnetId: world.subnetIds()[1],
      MetadataOptions: { HttpTokens: "optional", InstanceMetadataTags: "enabled" },
      Tags: [{ Key: "Name", Value: "one" }],
    });
    const row = world.row(instance.InstanceId!);
    expect(row).toMatchObject({
      disableApiTermination: true,
      disableApiStop: true,
      shutdownBehavior: "terminate",
    });
    expect(row.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ mine$/);
    expect(row.sealedUserData).not.toBe("aGVsbG8=");
    expect(openUserData(world.environment, row)).toBe("aGVsbG8=");
  });

  it("puts the tags that are asked for on the instance, its interface and its volume", () => {
    const of = (ResourceType: string) => ({ ResourceType, Tags: [{ Key: "kind", Value: ResourceType }] });
    const types = ["instance", "network-interface", "volume"];
    const { InstanceId } = launched({ TagSpecifications: types.map(of) });
    expect(world.row(InstanceId!).tags).toEqual({ kind: "instance" });
    world.store.read((tx) => {
      const tags = (rows: Iterable<{ readonly tags: object }>) => [...rows].map((row) => row.tags);
      expect(tags(tx.scan(networkInterfaces.collection))).toEqual([{ kind: "network-interface" }]);
      expect(tags(tx.scan(volumes.collection))).toEqual([{ kind: "volume" }]);
    });
  });

  it.each([
    [1, 1, 1],
    [2, 5, 5],
    [3, 3, 3],
  ])("of %d to %d instances makes %d, in one reservation", (MinCount, MaxCount, made) => {
    const { Instances = [], ReservationId } = world.launch({ MinCount, MaxCount });
    expect(Instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual(
      Array.from({ length: made }, (_, index) => index),
    );
    expect(new Set(Instances.map(({ PrivateIpAddress }) => PrivateIpAddress)).size).toBe(made);
    expect(new Set(Instances.map(({ InstanceId }) => world.row(InstanceId!).reservationId))).toEqual(
      new Set([ReservationId]),
    );
  });

  it("makes as many as the limit leaves room for, but never fewer than asked at least", () => {
    const row = world.row(world.launchOne());
    world.store.transaction((tx) => {
      for (let index = 0; index < instancesPerRegionMax - 3; index += 1) {
        instances.put(tx, { ...row, id: `i-1${String(index).padStart(16, "0")}` });
      }
    });
    expect(world.launch({ MinCount: 1, MaxCount: 9 }).Instances).toHaveLength(2);
    expect(refused({}).code).toBe("InstanceLimitExceeded");
    world.become(row.id, { state: "terminated" });
    expect(world.launch().Instances).toHaveLength(1);
  });

  it.each<[object, string, string]>([
    [{ ImageId: undefined }, "MissingParameter", "The request must contain the parameter ImageId"],
    [{ ImageId: "ami-xyz" }, "InvalidAMIID.Malformed", 'Invalid id: "ami-xyz" (expecting "ami-...")'],
    [
      { ImageId: "ami-0aaaaaaaaaaaaaaaa" },
      "InvalidAMIID.NotFound",
      "The image id '[ami-0aaaaaaaaaaaaaaaa]' does not exist",
    ],
    [
      { InstanceType: "z9.huge" },
      "InvalidParameterValue",
      "The following supplied instance types do not exist: [z9.huge]",
    ],
    [{ MinCount: 0 }, "InvalidParameterValue", "Value (0) for parameter minCount is invalid."],
    [{ MinCount: 2 }, "InvalidParameterValue", "Value (1) for parameter maxCount is invalid."],
    [{ KeyName: "absent" }, "InvalidKeyPair.NotFound", "The key pair 'absent' does not exist"],
    [{ UserData: "%%%" }, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."],
    [
      { UserData: Buffer.alloc(16_385).toString("base64") },
      "InvalidParameterValue",
      "User data is limited to 16384 bytes",
    ],
    [
      { IamInstanceProfile: { Name: "a", Arn: "arn:aws:iam::111122223333:instance-profile/a" } },
      "InvalidParameterCombination",
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    ],
    [
      { IamInstanceProfile: { Name: "absent" } },
      "InvalidParameterValue",
      "Value (absent) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    ],
    [
      { Placement: { GroupName: "cluster" } },
      "UnsupportedOperation",
      "The placement attribute GroupName is not supported by Casemate.",
    ],
    [
      { Placement: { Tenancy: "dedicated" } },
      "UnsupportedOperation",
      "The placement attribute Tenancy is not supported by Casemate.",
    ],
    [
      { MetadataOptions: { HttpProtocolIpv6: "enabled" } },
      "UnsupportedOperation",
      "The IPv6 endpoint of the instance metadata service is not supported by Casemate.",
    ],
    [
      { MetadataOptions: { HttpEndpoint: "disabled", HttpTokens: "required" } },
      "InvalidParameterCombination",
      "The HttpEndpoint is disabled. The parameter HttpTokens cannot be specified together with it.",
    ],
    [
      { MetadataOptions: { HttpPutResponseHopLimit: 65 } },
      "InvalidParameterValue",
      "Value (65) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64.",
    ],
    [
      { TagSpecifications: [{ ResourceType: "image", Tags: [{ Key: "a", Value: "" }] }] },
      "InvalidParameterValue",
      "'image' is not a valid taggable resource type for this operation.",
    ],
    [
      { TagSpecifications: [{ Tags: [{ Key: "a", Value: "" }] }] },
      "InvalidParameterValue",
      "Tag specification resource type must have a value",
    ],
    [
      { TagSpecifications: [{ ResourceType: "instance" }] },
      "InvalidParameterValue",
      "Tag specification must have at least one tag",
    ],
    [
      {
        TagSpecifications: [
          {
            ResourceType: "instance",
            Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" })),
          },
        ],
      },
      "TagLimitExceeded",
      "The maximum number of tags for a resource has been reached",
    ],
  ])("is refused and makes nothing: %j", (input, code, message) => {
    expect(refused(input)).toEqual({ code, message });
    expect(count()).toBe(0);
  });

  it("refuses tags that its metadata could not show", () => {
    const input = {
      MetadataOptions: { InstanceMetadataTags: "enabled" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "_index", Value: "" }] }],
    };
    expect(refused(input).message).toContain("'_index' is not a valid tag key");
  });

  it.each([
    "AdditionalInfo",
    "BlockDeviceMappings",
    "CapacityReservationSpecification",
    "CpuOptions",
    "CreditSpecification",
    "ElasticGpuSpecification",
    "EnablePrimaryIpv6",
    "EnclaveOptions",
    "HibernationOptions",
    "InstanceMarketOptions",
    "KernelId",
    "LicenseSpecifications",
    "MaintenanceOptions",
    "NetworkPerformanceOptions",
    "Operator",
    "RamdiskId",
  ])("refuses %s, which it does not honour", (name) => {
    expect(refused({ [name]: {} })).toEqual({ code: "UnsupportedOperation", message: name });
  });

  it("is made once per client token, and answers a repeat with the instances as they are now", () => {
    const input = { ClientToken: "token-1", MaxCount: 2, UserData: "aGVsbG8=" };
    const first = world.launch(input);
    const id = first.Instances![0]!.InstanceId!;
    world.become(id, { state: "running" });
    const again: Reservation = world.launch(input);
    expect(again.ReservationId).toBe(first.ReservationId);
    expect(again.Instances?.map(({ State }) => State?.Name)).toEqual(["running", "pending"]);
    expect(again.Instances?.[0]?.ClientToken).toBe("token-1");
    expect(count()).toBe(2);
  });

  it("of another content under a used client token is refused, of another account, region or token is made", () => {
    const input = { ClientToken: "token-1" };
    world.launch(input);
    expect(refused({ ...input, InstanceType: "t3.small" })).toEqual({
      code: "IdempotentParameterMismatch",
      message:
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    });
    expect(count()).toBe(1);
    world.launch(input, { principal: rootOf("444455556666") });
    world.launch(input, { region: "eu-west-1" });
    world.launch({ ClientToken: "token-2" });
    world.launch();
    expect(count()).toBe(5);
  });

  it("keeps nothing of what it was asked in the clear with its client token", () => {
    world.launch({ ClientToken: "token-1", UserData: "c2VjcmV0" });
    const kept = world.store.read((tx) => [...tx.scan(clientTokens)]);
    expect(kept).toHaveLength(1);
    const sealed = Object.values(kept[0]!).filter((value) => String(value).includes("c2VjcmV0"));
    // The keyring of the tests shows what was sealed, and for what.
    expect(sealed.map((value) => (JSON.parse(String(value)) as unknown[])[1])).toEqual([
      { purpose: "client-token", key: kept[0]!.key },
    ]);
  });

  it("does not spend its client token when it is refused", () => {
    expect(refused({ ClientToken: "token-1", KeyName: "late" }).code).toBe("InvalidKeyPair.NotFound");
    world.run(createKeyPair, { KeyName: "late", KeyType: "ed25519" });
    expect(launched({ ClientToken: "token-1", KeyName: "late" }).KeyName).toBe("late");
  });

  it("names a group once, however often it is named", () => {
    const Description = "d";
    const { GroupId } = world.run<{ GroupId: string }>(createSecurityGroup, { GroupName: "a", Description });
    const twice = launched({ SecurityGroupIds: [GroupId, GroupId], SecurityGroups: ["a"] });
    expect(twice.SecurityGroups).toEqual([{ GroupId, GroupName: "a" }]);
  });

  it("belongs to its account and its region alone", () => {
    const id = world.launchOne({}, { region: "eu-west-1" });
    expect(world.row(id)).toMatchObject({ region: "eu-west-1", zone: "eu-west-1a" });
    const input = { Resources: [id], Tags: [{ Key: "a", Value: "" }] };
    expect(world.faultOf(createTags, input).code).toBe("InvalidInstanceID.NotFound");
    expect(world.run<DescribeInstancesResult>(describeInstances, {}).Reservations).toEqual([]);
  });
});
