import type { DescribeInstanceTypeOfferingsResult, DescribeInstanceTypesResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { instanceTypes } from "./instance-types.ts";
import { describeInstanceTypeOfferings, describeInstanceTypes } from "./operations.ts";

describe("instance types", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const list = (input: object = {}): DescribeInstanceTypesResult => world.run(describeInstanceTypes, input);

  // Figures of AWS's own type pages: vCPUs, cores, MiB, interfaces, addresses on each.
  it.each([
    ["t2.micro", 1, 1, 1024, 2, 2, "xen"],
    ["t3.micro", 2, 1, 1024, 2, 2, "nitro"],
    ["t3.medium", 2, 1, 4096, 3, 6, "nitro"],
    ["m5.large", 2, 1, 8192, 3, 10, "nitro"],
    ["c5.xlarge", 4, 2, 8192, 4, 15, "nitro"],
    ["r5.large", 2, 1, 16_384, 3, 10, "nitro"],
  ])("show %s as AWS does", (name, vcpus, cores, memory, interfaces, addresses, hypervisor) => {
    expect(list({ InstanceTypes: [name] }).InstanceTypes).toMatchObject([
      {
        InstanceType: name,
        Hypervisor: hypervisor,
        VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: cores, DefaultThreadsPerCore: vcpus / cores },
        MemoryInfo: { SizeInMiB: memory },
        NetworkInfo: { MaximumNetworkInterfaces: interfaces, Ipv4AddressesPerInterface: addresses },
      },
    ]);
  });

  it("are named once each and have whole cores", () => {
    expect(new Set(instanceTypes.map(({ id }) => id)).size).toBe(instanceTypes.length);
    for (const { vcpus, cores } of instanceTypes) {
      expect(Number.isInteger(cores) && Number.isInteger(vcpus / cores)).toBe(true);
    }
  });

  it("are all shown, in pages, by name", () => {
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = list({ MaxResults: 5, NextToken });
      expect(page.InstanceTypes!.length).toBeLessThanOrEqual(5);
      seen.push(...page.InstanceTypes!.map(({ InstanceType }) => InstanceType));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(seen).toEqual(instanceTypes.map(({ id }) => id).toSorted());
  });

  it.each([
    ["free-tier-eligible", "true", ["t2.micro", "t3.micro"]],
    ["memory-info.size-in-mib", "512", ["t2.nano", "t3.nano"]],
    ["hypervisor", "xen", ["t2.medium", "t2.micro", "t2.nano", "t2.small"]],
    ["bare-metal", "true", []],
  ])("are found by %s = %s", (Name, Value, expected) => {
    const found = list({ Filters: [{ Name, Values: [Value] }] }).InstanceTypes;
    expect(found?.map(({ InstanceType }) => InstanceType).filter((id) => !id?.startsWith("t3a"))).toEqual(
      expected,
    );
  });

  it("refuse a type that is not there", () => {
    expect(world.faultOf(describeInstanceTypes, { InstanceTypes: ["z9.huge"] })).toEqual({
      code: "InvalidInstanceType",
      message: "The following supplied instance types do not exist: [z9.huge]",
    });
  });

  it.each([
    [undefined, ["us-east-1"]],
    ["region", ["us-east-1"]],
    ["availability-zone", ["us-east-1a", "us-east-1b", "us-east-1c"]],
    ["availability-zone-id", ["use1-az1", "use1-az2", "use1-az3"]],
    ["outpost", []],
  ])("are offered by %s in %j", (LocationType, places) => {
    const { InstanceTypeOfferings = [] } = world.run<DescribeInstanceTypeOfferingsResult>(
      describeInstanceTypeOfferings,
      { LocationType, Filters: [{ Name: "instance-type", Values: ["t3.micro"] }] },
    );
    expect(InstanceTypeOfferings.map(({ Location }) => Location)).toEqual(places);
    expect(InstanceTypeOfferings.every((offer) => offer.LocationType === (LocationType ?? "region"))).toBe(
      true,
    );
  });
});
