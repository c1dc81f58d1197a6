import type { DescribeImagesResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestWorld, testImage, type TestWorld } from "../testing-world.ts";
import { providedImages } from "./images.ts";
import { describeImages } from "./operations.ts";

describe("images", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const ids = (input: object = {}, caller = {}) =>
    world.run<DescribeImagesResult>(describeImages, input, caller).Images!.map(({ ImageId }) => ImageId);
  const all = providedImages.map(({ id }) => id);

  it("are the provided ones, in every region, public and of the provider", () => {
    const { Images = [] } = world.run<DescribeImagesResult>(describeImages, { ImageIds: [testImage] });
    expect(Images).toMatchObject([
      {
        ImageId: testImage,
        Public: true,
        State: "available",
        Architecture: "x86_64",
        OwnerId: "137112412989",
        ImageOwnerAlias: "amazon",
        RootDeviceName: "/dev/xvda",
        RootDeviceType: "ebs",
        VirtualizationType: "hvm",
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 8, VolumeType: "gp3" } }],
      },
    ]);
    expect(ids({}, { region: "eu-west-1" })).toEqual(all);
  });

  it.each<[object, number]>([
    [{}, 2],
    [{ Owners: ["amazon"] }, 2],
    [{ Owners: ["137112412989", "self"] }, 2],
    [{ Owners: ["self"] }, 0],
    [{ Owners: ["444455556666"] }, 0],
    [{ ExecutableUsers: ["all"] }, 2],
    [{ ExecutableUsers: ["self"] }, 0],
    [{ Filters: [{ Name: "name", Values: ["casemate/host-*"] }] }, 1],
    [{ Filters: [{ Name: "architecture", Values: ["arm64"] }] }, 0],
    [{ Filters: [{ Name: "block-device-mapping.volume-size", Values: ["8"] }] }, 2],
    [{ Filters: [{ Name: "platform", Values: ["windows"] }] }, 0],
    [{ IncludeDeprecated: true, IncludeDisabled: true }, 2],
  ])("are found by %j: %d", (input, count) => {
    expect(ids(input)).toHaveLength(count);
  });

  it("are shown in pages", () => {
    const first = world.run<DescribeImagesResult>(describeImages, { MaxResults: 1 });
    const next = world.run<DescribeImagesResult>(describeImages, {
      MaxResults: 1,
      NextToken: first.NextToken,
    });
    expect([...first.Images!, ...next.Images!].map(({ ImageId }) => ImageId)).toEqual(all);
    expect(next.NextToken).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ ImageIds: ["ami-0aaaaaaaaaaaaaaaa"] }, "InvalidAMIID.NotFound"],
    [{ ImageIds: ["ubuntu"] }, "InvalidAMIID.Malformed"],
    [{ Filters: [{ Name: "color", Values: ["x"] }] }, "InvalidParameterValue"],
    [{ NextToken: "forged" }, "InvalidNextToken"],
  ])("refuse %j with %s", (input, code) => {
    expect(world.faultOf(describeImages, input).code).toBe(code);
  });
});
