import type { DescribeInstancesResult, Instance } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { vpcNameFacts } from "../dns/vpc-names.ts";
import { createMetadataPort } from "../metadata/metadata-port.ts";
import { machineHostname, nameServersOf } from "./instance-names.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const set = (input: object) => net.ask("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, ...input });
const launch = (input: object = {}): Instance =>
  net.launch({ SubnetId: net.publicSubnetId, ...input }).Instances?.[0] ?? {};
const show = (InstanceId: string | undefined): Instance =>
  net.ask<DescribeInstancesResult>("DescribeInstances", { InstanceIds: [InstanceId] }).Reservations?.[0]
    ?.Instances?.[0] ?? {};
const facts = ({ PrivateIpAddress: ip = "" }: Instance) =>
  createMetadataPort(net.store, net.environment).find(net.vpcId, ip);
const answers = ({ InstanceId: id = "" }: Instance) =>
  vpcNameFacts(net.store, net.environment, net.vpcId).addressesOfInstance(id);
const dashed = (ip: string | undefined) => (ip ?? "").replaceAll(".", "-");

describe("the private name of an instance", () => {
  it("is that of its address, and its id is no name, until its subnet says otherwise", () => {
    const made = launch();
    expect(made.PrivateDnsName).toBe(`ip-${dashed(made.PrivateIpAddress)}.ec2.internal`);
    expect(made.PrivateDnsNameOptions).toEqual({
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    });
    expect(answers(made)).toBeUndefined();
  });

  it("is that of its id where its subnet says so, and the resolver answers for it where that is on", () => {
    set({ PrivateDnsHostnameTypeOnLaunch: "resource-name" });
    const silent = launch();
    expect(silent.PrivateDnsName).toBe(`${silent.InstanceId}.ec2.internal`);
    expect(facts(silent)?.localHostname).toBe(`${silent.InstanceId}.ec2.internal`);
    expect(answers(silent)).toBeUndefined();
    set({ EnableResourceNameDnsARecordOnLaunch: { Value: true } });
    const answered = launch();
    expect(answers(answered)).toEqual({ ipv4: answered.PrivateIpAddress });
    const Filters = [{ Name: "private-dns-name", Values: [answered.PrivateDnsName] }];
    const found = net.ask<DescribeInstancesResult>("DescribeInstances", { Filters }).Reservations ?? [];
    expect(found.map(({ Instances = [] }) => Instances[0]?.InstanceId)).toEqual([answered.InstanceId]);
  });

  it("is what the launch says, whatever its subnet says", () => {
    const made = launch({
      PrivateDnsNameOptions: { HostnameType: "resource-name", EnableResourceNameDnsARecord: true },
    });
    expect(show(made.InstanceId).PrivateDnsNameOptions).toEqual({
      HostnameType: "resource-name",
      EnableResourceNameDnsARecord: true,
      EnableResourceNameDnsAAAARecord: false,
    });
    expect(answers(made)).toEqual({ ipv4: made.PrivateIpAddress });
  });

  it("is, to itself, in the domain that the options of its VPC name", () => {
    const DhcpConfigurations = [{ Key: "domain-name", Values: ["example.com corp.example.com"] }];
    const DhcpOptionsId = net.id("CreateDhcpOptions", { DhcpConfigurations }, "DhcpOptions.DhcpOptionsId");
    net.ask("AssociateDhcpOptions", { DhcpOptionsId, VpcId: net.vpcId });
    const made = launch();
    const host = `ip-${dashed(made.PrivateIpAddress)}`;
    expect(facts(made)).toMatchObject({
      hostname: `${host}.example.com`,
      localHostname: `${host}.example.com`,
    });
    expect(made.PrivateDnsName).toBe(`${host}.ec2.internal`);
    net.ask("AssociateDhcpOptions", { DhcpOptionsId: "default", VpcId: net.vpcId });
    expect(facts(made)?.hostname).toBe(`${host}.ec2.internal`);
  });
});

describe("the name servers of an instance", () => {
  const servers = (id = "") => {
    const row = net.row(id);
    return net.store.read((tx) => nameServersOf(tx, row));
  };

  it("are its VPC's own, those that the options name, or none where there are no options", () => {
    const { InstanceId } = launch();
    expect(servers(InstanceId)).toEqual(["169.254.169.253"]);
    const Values = ["10.0.0.53", "AmazonProvidedDNS"];
    const DhcpConfigurations = [{ Key: "domain-name-servers", Values }];
    const DhcpOptionsId = net.id("CreateDhcpOptions", { DhcpConfigurations }, "DhcpOptions.DhcpOptionsId");
    net.ask("AssociateDhcpOptions", { DhcpOptionsId, VpcId: net.vpcId });
    expect(servers(InstanceId)).toEqual(["10.0.0.53", "169.254.169.253"]);
    net.ask("AssociateDhcpOptions", { DhcpOptionsId: "default", VpcId: net.vpcId });
    expect(servers(InstanceId)).toEqual([]);
  });

  it("go with a host name that a kernel can keep, however long the domain is", () => {
    const domain = Array.from({ length: 4 }, () => "d".repeat(20)).join(".");
    const DhcpConfigurations = [{ Key: "domain-name", Values: [domain] }];
    const DhcpOptionsId = net.id("CreateDhcpOptions", { DhcpConfigurations }, "DhcpOptions.DhcpOptionsId");
    net.ask("AssociateDhcpOptions", { DhcpOptionsId, VpcId: net.vpcId });
    const { InstanceId = "", PrivateIpAddress: ip = "" } = launch();
    const row = net.row(InstanceId);
    const name = net.store.read((tx) => machineHostname(tx, row, ip));
    expect(name).toBe(`ip-${dashed(ip)}`);
    expect(facts({ PrivateIpAddress: ip })?.hostname).toBe(`ip-${dashed(ip)}.${domain}`);
  });
});

describe("the public name of an instance", () => {
  it.each([
    [{}, true],
    [{ EnableDnsHostnames: { Value: false } }, false],
    [{ EnableDnsSupport: { Value: false } }, false],
  ])("is there with both DNS attributes of its VPC only: %j", (change, named) => {
    net.ask("ModifyVpcAttribute", { VpcId: net.vpcId, EnableDnsHostnames: { Value: true } });
    if (Object.keys(change).length > 0) net.ask("ModifyVpcAttribute", { VpcId: net.vpcId, ...change });
    set({ MapPublicIpOnLaunch: { Value: true } });
    const made = show(launch().InstanceId);
    const name = named ? `ec2-${dashed(made.PublicIpAddress)}.compute-1.amazonaws.com` : "";
    expect(made.PublicDnsName).toBe(name);
    expect(made.NetworkInterfaces?.[0]?.Association?.PublicDnsName).toBe(name);
    expect(facts(made)?.publicHostname ?? "").toBe(name);
  });
});
