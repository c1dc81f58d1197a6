import type {
  CreateDhcpOptionsResult,
  DescribeDhcpOptionsResult,
  DescribeVpcsResult,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const option = (Key: string, ...Values: readonly string[]) => ({ Key, Values });
const create = (...DhcpConfigurations: readonly object[]): string =>
  net.id("CreateDhcpOptions", { DhcpConfigurations }, "DhcpOptions.DhcpOptionsId");
const optionsOf = (VpcId: string): string =>
  net.id("DescribeVpcs", { VpcIds: [VpcId] }, "Vpcs.0.DhcpOptionsId");
const list = (input: object = {}, caller = {}) =>
  net.ask<DescribeDhcpOptionsResult>("DescribeDhcpOptions", input, caller).DhcpOptions ?? [];

describe("DHCP option sets", () => {
  it.each([
    ["us-east-1", "ec2.internal"],
    ["eu-west-1", "eu-west-1.compute.internal"],
  ])("are one for all new VPCs of %s at first", (region, domain) => {
    const [set, ...more] = list({}, { region });
    expect(more).toEqual([]);
    expect(set).toMatchObject({
      OwnerId: "111122223333",
      DhcpConfigurations: [
        { Key: "domain-name", Values: [{ Value: domain }] },
        { Key: "domain-name-servers", Values: [{ Value: "AmazonProvidedDNS" }] },
      ],
      Tags: [],
    });
    net.ask("CreateVpc", { CidrBlock: "10.9.0.0/16" }, { region });
    const vpcs = net.ask<DescribeVpcsResult>("DescribeVpcs", {}, { region }).Vpcs ?? [];
    expect(new Set(vpcs.map((vpc) => vpc.DhcpOptionsId))).toEqual(new Set([set?.DhcpOptionsId]));
  });

  it("are made of AWS's options, tagged, found and deleted", () => {
    const made = net.ask<CreateDhcpOptionsResult>("CreateDhcpOptions", {
      DhcpConfigurations: [
        option("domain-name", "example.com"),
        option("domain-name-servers", "10.2.5.1,10.2.5.2"),
        option("ntp-servers", "10.0.0.9"),
        option("netbios-name-servers", "10.0.0.8"),
        option("netbios-node-type", "2"),
        option("ipv6-address-preferred-lease-time", "140"),
      ],
      TagSpecifications: [{ ResourceType: "dhcp-options", Tags: [{ Key: "team", Value: "a" }] }],
    }).DhcpOptions;
    expect(made?.DhcpConfigurations?.[1]).toEqual({
      Key: "domain-name-servers",
      Values: [{ Value: "10.2.5.1" }, { Value: "10.2.5.2" }],
    });
    const found = (Name: string, value: string) => list({ Filters: [{ Name, Values: [value] }] });
    for (const [name, value] of [
      ["key", "ntp-servers"],
      ["value", "example.*"],
      ["tag:team", "a"],
      ["dhcp-options-id", made?.DhcpOptionsId ?? ""],
    ] as const) {
      expect([name, found(name, value)]).toEqual([name, [made]]);
    }
    net.ask("DeleteDhcpOptions", { DhcpOptionsId: made?.DhcpOptionsId });
    expect(found("key", "ntp-servers")).toEqual([]);
  });

  it.each([
    [option("domain-name", "a", "b")],
    [option("domain-name", "bad_name")],
    [option("domain-name-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5")],
    [option("domain-name-servers", "resolver")],
    [option("netbios-node-type", "3")],
    [option("netbios-name-servers", "::1")],
    [option("ipv6-address-preferred-lease-time", "139")],
    [option("colour", "red")],
  ])("are refused with %j", (stated) => {
    expect(net.refusal("CreateDhcpOptions", { DhcpConfigurations: [stated] })).toContain(
      "InvalidParameterValue",
    );
  });

  it("are given to a VPC or taken from it, and kept while one has them", () => {
    const id = create(option("domain-name", "example.com"));
    net.ask("AssociateDhcpOptions", { DhcpOptionsId: id, VpcId: net.vpcId });
    expect(optionsOf(net.vpcId)).toBe(id);
    expect(net.refusal("DeleteDhcpOptions", { DhcpOptionsId: id })).toBe(
      `DependencyViolation: The dhcpOptions '${id}' has dependencies and cannot be deleted.`,
    );
    net.ask("AssociateDhcpOptions", { DhcpOptionsId: "default", VpcId: net.vpcId });
    expect(optionsOf(net.vpcId)).toBe("default");
    net.ask("DeleteDhcpOptions", { DhcpOptionsId: id });
    expect(net.refusal("AssociateDhcpOptions", { DhcpOptionsId: id, VpcId: net.vpcId })).toContain(
      "InvalidDhcpOptionID.NotFound",
    );
  });

  it("need the set and the VPC to be associated", () => {
    const id = create(option("domain-name", "example.com"));
    const arn = "arn:aws:ec2:us-east-1:111122223333:";
    expect(net.needs("AssociateDhcpOptions", { DhcpOptionsId: id, VpcId: net.vpcId })).toEqual([
      ["ec2:AssociateDhcpOptions", `${arn}dhcp-options/${id}`],
      ["ec2:AssociateDhcpOptions", `${arn}vpc/${net.vpcId}`],
    ]);
  });
});
