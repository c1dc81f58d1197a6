import type {
  DescribeAccountAttributesResult,
  DescribeAvailabilityZonesResult,
  DescribeRegionsResult,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from "./operations.ts";
import { regionZonePrefixes, zoneIdOf, zonesOf } from "./zones.ts";

describe("regions and zones", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const regions = (input: object = {}) =>
    world.run<DescribeRegionsResult>(describeRegions, input).Regions!.map(({ RegionName }) => RegionName);
  const zones = (input: object = {}, caller = {}) =>
    world
      .run<DescribeAvailabilityZonesResult>(describeAvailabilityZones, input, caller)
      .AvailabilityZones!.map(({ ZoneName }) => ZoneName);

  it("are those of the operator's settings", () => {
    expect(world.run<DescribeRegionsResult>(describeRegions, {}).Regions).toEqual([
      {
        RegionName: "eu-west-1",
        Endpoint: "ec2.eu-west-1.amazonaws.com",
        OptInStatus: "opt-in-not-required",
      },
      {
        RegionName: "us-east-1",
        Endpoint: "ec2.us-east-1.amazonaws.com",
        OptInStatus: "opt-in-not-required",
      },
    ]);
    expect(regions({ RegionNames: ["us-east-1"] })).toEqual(["us-east-1"]);
    expect(regions({ AllRegions: true, Filters: [{ Name: "endpoint", Values: ["*.eu-*"] }] })).toEqual([
      "eu-west-1",
    ]);
    expect(world.faultOf(describeRegions, { RegionNames: ["mars-1"] })).toEqual({
      code: "InvalidParameterValue",
      message: "Invalid region(s): [mars-1]",
    });
  });

  it("are three zones in the region of the call", () => {
    expect(zones()).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
    const { AvailabilityZones = [] } = world.run<DescribeAvailabilityZonesResult>(
      describeAvailabilityZones,
      { ZoneNames: ["eu-west-1b"] },
      { region: "eu-west-1" },
    );
    expect(AvailabilityZones).toEqual([
      {
        State: "available",
        OptInStatus: "opt-in-not-required",
        Messages: [],
        RegionName: "eu-west-1",
        ZoneName: "eu-west-1b",
        ZoneId: "euw1-az2",
        GroupName: "eu-west-1-zg-1",
        NetworkBorderGroup: "eu-west-1",
        ZoneType: "availability-zone",
      },
    ]);
  });

  it.each<[object, readonly string[]]>([
    [{ ZoneIds: ["use1-az2"] }, ["us-east-1b"]],
    [{ ZoneNames: ["us-east-1a", "us-east-1c"] }, ["us-east-1a", "us-east-1c"]],
    [{ Filters: [{ Name: "zone-id", Values: ["use1-az3"] }] }, ["us-east-1c"]],
    [{ Filters: [{ Name: "state", Values: ["impaired"] }] }, []],
    [
      { Filters: [{ Name: "region-name", Values: ["us-east-1"] }] },
      ["us-east-1a", "us-east-1b", "us-east-1c"],
    ],
  ])("are chosen by %j", (input, expected) => {
    expect(zones(input)).toEqual(expected);
  });

  it.each([{ ZoneNames: ["eu-west-1a"] }, { ZoneIds: ["eu-west-1a"] }])("refuse %j", (input) => {
    expect(world.faultOf(describeAvailabilityZones, input)).toEqual({
      code: "InvalidParameterValue",
      message: "Invalid availability zone: [eu-west-1a]",
    });
  });

  it("have ids of their own, by which a zone is found again", () => {
    const all = Object.keys(regionZonePrefixes).flatMap((region) => zonesOf(region));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(zoneIdOf("us-east-1", "us-east-1b")).toBe("use1-az2");
    expect(zoneIdOf("us-east-1", "eu-west-1b")).toBeUndefined();
  });
});

describe("account attributes", () => {
  it("are those of an account with a default VPC", async () => {
    const world = await openTestWorld();
    const { AccountAttributes = [] } = world.run<DescribeAccountAttributesResult>(
      describeAccountAttributes,
      {},
    );
    const shown = Object.fromEntries(
      AccountAttributes.map(({ AttributeName, AttributeValues }) => [
        AttributeName,
        AttributeValues?.[0]?.AttributeValue,
      ]),
    );
    expect(shown).toMatchObject({
      "supported-platforms": "VPC",
      "vpc-max-security-groups-per-interface": "5",
    });
    expect(shown["default-vpc"]).toMatch(/^vpc-/);
    const one = { AttributeNames: ["supported-platforms"] };
    expect(
      world.run<DescribeAccountAttributesResult>(describeAccountAttributes, one).AccountAttributes,
    ).toEqual([{ AttributeName: "supported-platforms", AttributeValues: [{ AttributeValue: "VPC" }] }]);
    for (const name of ["color", "constructor"]) {
      expect(world.faultOf(describeAccountAttributes, { AttributeNames: [name] })).toEqual({
        code: "InvalidParameterValue",
        message: `Value (${name}) for parameter attributeName is invalid.`,
      });
    }
  });
});
