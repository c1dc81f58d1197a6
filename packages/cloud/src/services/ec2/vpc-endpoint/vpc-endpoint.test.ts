import { compileNetwork, reach } from "@casemate/net-engine";
import type { NetworkInterface, ServiceDetail, VpcEndpoint } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { ec2Service } from "../index.ts";
import { openConnectedWorld, other, type ConnectedWorld, type TestVpc } from "../testing-connections.ts";
import { testAccount, type Caller } from "../testing.ts";
import { endpointAddresses } from "./endpoint-names.ts";
import { createVpcEndpoints, fullAccess } from "./endpoint-policy.ts";

const serviceName = "com.amazonaws.us-east-1.ec2";
const privateName = "ec2.us-east-1.amazonaws.com";
const arn = (resource: string) => `arn:aws:ec2:us-east-1:${testAccount}:${resource}`;
const operation = (name: string) => ec2Service.operations.find((each) => each.name === name)!;

let world: ConnectedWorld;
let vpc: TestVpc;

beforeEach(async () => {
  world = await openConnectedWorld();
  vpc = world.makeVpc("10.1.0.0/16");
  world.ask("ModifyVpcAttribute", { VpcId: vpc.vpcId, EnableDnsHostnames: { Value: true } });
});

function create(more: object = {}, caller?: Caller): VpcEndpoint {
  const input = {
    VpcId: vpc.vpcId,
    VpcEndpointType: "Interface",
    ServiceName: serviceName,
    SubnetIds: [vpc.subnetId],
    ...more,
  };
  return world.ask<{ VpcEndpoint: VpcEndpoint }>("CreateVpcEndpoint", input, caller).VpcEndpoint;
}

function look(id: string | undefined): VpcEndpoint | undefined {
  return world
    .ask<{ VpcEndpoints: VpcEndpoint[] }>("DescribeVpcEndpoints", {})
    .VpcEndpoints.find(({ VpcEndpointId }) => VpcEndpointId === id);
}

function interfaceOf({ NetworkInterfaceIds }: VpcEndpoint): NetworkInterface | undefined {
  return world.ask<{ NetworkInterfaces: NetworkInterface[] }>("DescribeNetworkInterfaces", {
    NetworkInterfaceIds,
  }).NetworkInterfaces[0];
}

const resolve = (name: string, vpcId = vpc.vpcId) =>
  world.store.read((tx) => endpointAddresses(tx, vpcId, name));
const door = (id = "") => world.store.read((tx) => createVpcEndpoints().find(tx, id));

describe("an interface endpoint", () => {
  it("is pending until its network stands, and then available", async () => {
    const made = create();
    expect(made).toMatchObject({
      VpcEndpointType: "Interface",
      VpcId: vpc.vpcId,
      ServiceName: serviceName,
      State: "pending",
      SubnetIds: [vpc.subnetId],
      PrivateDnsEnabled: true,
      IpAddressType: "ipv4",
      PolicyDocument: fullAccess,
      RequesterManaged: false,
      OwnerId: testAccount,
      Groups: [{ GroupName: "default" }],
    });
    await world.settle([vpc.vpcId]);
    expect(look(made.VpcEndpointId)?.State).toBe("pending");
    await world.settle();
    expect(look(made.VpcEndpointId)?.State).toBe("available");
  });

  it("has an interface that only it can change", () => {
    const made = create();
    const eni = interfaceOf(made);
    expect(eni).toMatchObject({
      Description: `VPC Endpoint Interface ${made.VpcEndpointId}`,
      InterfaceType: "vpc_endpoint",
      RequesterManaged: true,
      Status: "in-use",
      SubnetId: vpc.subnetId,
    });
    const NetworkInterfaceId = eni?.NetworkInterfaceId;
    expect(world.refusal("DeleteNetworkInterface", { NetworkInterfaceId })).toContain("AuthFailure");
    const Description = { Value: "mine" };
    expect(world.refusal("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, Description })).toContain(
      "AuthFailure",
    );
  });

  it("takes the address that is asked for", () => {
    const made = create({ SubnetConfigurations: [{ SubnetId: vpc.subnetId, Ipv4: "10.1.0.77" }] });
    expect(interfaceOf(made)?.PrivateIpAddress).toBe("10.1.0.77");
  });

  it("is one for the same client token", () => {
    const first = create({ ClientToken: "once" });
    expect(create({ ClientToken: "once" }).VpcEndpointId).toBe(first.VpcEndpointId);
    const another = { ClientToken: "once", PrivateDnsEnabled: false };
    expect(() => create(another)).toThrow("Arguments on this idempotent request are inconsistent");
  });

  it("goes with its interface once the network stands without it, and keeps its VPC until then", async () => {
    const { VpcEndpointId, NetworkInterfaceIds } = create({ SubnetIds: [] });
    const { Unsuccessful } = world.ask<{ Unsuccessful: object[] }>("DeleteVpcEndpoints", {
      VpcEndpointIds: [VpcEndpointId, "vpce-0bbbbbbbbbbbbbbbb", "vpce-x"],
    });
    expect(NetworkInterfaceIds).toEqual([]);
    expect(Unsuccessful).toEqual([
      {
        ResourceId: "vpce-0bbbbbbbbbbbbbbbb",
        Error: {
          Code: "InvalidVpcEndpointId.NotFound",
          Message: "The Vpc Endpoint Id 'vpce-0bbbbbbbbbbbbbbbb' does not exist",
        },
      },
      { ResourceId: "vpce-x", Error: expect.objectContaining({ Code: "InvalidVpcEndpointId.Malformed" }) },
    ]);
    expect(look(VpcEndpointId)?.State).toBe("deleting");
    world.ask("DeleteSubnet", { SubnetId: vpc.subnetId });
    expect(world.refusal("DeleteVpc", { VpcId: vpc.vpcId })).toContain("DependencyViolation");
    await world.settle();
    expect(look(VpcEndpointId)).toBeUndefined();
    world.ask("DeleteVpc", { VpcId: vpc.vpcId });
  });

  it("keeps its subnet, gives its address back when deleted, and is out of the network at once", async () => {
    const made = create();
    await world.settle();
    expect(world.models.get(vpc.vpcId)?.enis.map(({ id }) => id)).toEqual(made.NetworkInterfaceIds);
    expect(world.refusal("DeleteSubnet", { SubnetId: vpc.subnetId })).toContain("DependencyViolation");
    world.ask("DeleteVpcEndpoints", { VpcEndpointIds: [made.VpcEndpointId] });
    const bystander = world.instanceIn(vpc);
    await world.settle();
    expect(world.models.get(vpc.vpcId)?.enis.map(({ id }) => id)).toEqual([bystander.eniId]);
    expect(
      world.refusal("DescribeNetworkInterfaces", { NetworkInterfaceIds: made.NetworkInterfaceIds }),
    ).toContain("InvalidNetworkInterfaceID.NotFound");
  });

  it("belongs to its account alone", () => {
    const VpcEndpointIds = [create().VpcEndpointId];
    expect(world.refusal("DescribeVpcEndpoints", { VpcEndpointIds }, other)).toContain(
      "InvalidVpcEndpointId.NotFound",
    );
  });

  it("is filtered, tagged and paged", () => {
    const tags = [{ ResourceType: "vpc-endpoint", Tags: [{ Key: "team", Value: "red" }] }];
    const made = create({ TagSpecifications: tags });
    create({ ServiceName: "com.amazonaws.us-east-1.sts" });
    const found = (Name: string, Value: string) =>
      world.ask<{ VpcEndpoints: VpcEndpoint[] }>("DescribeVpcEndpoints", {
        Filters: [{ Name, Values: [Value] }],
      }).VpcEndpoints.length;
    const matching: [string, string, number][] = [
      ["ip-address-type", "ipv4", 2],
      ["service-name", serviceName, 1],
      ["service-region", "us-east-1", 2],
      ["vpc-endpoint-id", made.VpcEndpointId ?? "", 1],
      ["vpc-endpoint-state", "pending", 2],
      ["vpc-endpoint-type", "Interface", 2],
      ["vpc-id", vpc.vpcId, 2],
      ["tag:team", "red", 1],
    ];
    for (const [name, value, count] of matching) expect([name, found(name, value)]).toEqual([name, count]);
    for (const [name] of matching) expect([name, found(name, "none")]).toEqual([name, 0]);
    world.ask("CreateTags", { Resources: [made.VpcEndpointId], Tags: [{ Key: "team", Value: "blue" }] });
    expect(look(made.VpcEndpointId)?.Tags).toEqual([{ Key: "team", Value: "blue" }]);
    const page = world.ask<{ VpcEndpoints: object[]; NextToken: string }>("DescribeVpcEndpoints", {
      MaxResults: 1,
    });
    expect(page.VpcEndpoints).toHaveLength(1);
    const { NextToken } = page;
    expect(world.ask<object>("DescribeVpcEndpoints", { MaxResults: 1, NextToken })).not.toHaveProperty(
      "NextToken",
      expect.any(String),
    );
  });
});

describe("the changes of an endpoint", () => {
  it("move it to other groups and subnets, a zone's subnet for another in one request", () => {
    const made = create();
    const zone = { VpcId: vpc.vpcId, AvailabilityZone: interfaceOf(made)?.AvailabilityZone };
    const subnet = world.ask<{ Subnet: { SubnetId: string } }>("CreateSubnet", {
      ...zone,
      CidrBlock: "10.1.9.0/24",
    }).Subnet.SubnetId;
    const group = world.ask<{ GroupId: string }>("CreateSecurityGroup", {
      GroupName: "api",
      Description: "d",
      VpcId: vpc.vpcId,
    }).GroupId;
    const [before] = made.Groups ?? [];
    world.ask("ModifyVpcEndpoint", {
      VpcEndpointId: made.VpcEndpointId,
      AddSubnetIds: [subnet],
      RemoveSubnetIds: [vpc.subnetId],
      AddSecurityGroupIds: [group],
      RemoveSecurityGroupIds: [before?.GroupId],
    });
    const after = look(made.VpcEndpointId);
    expect(after).toMatchObject({ SubnetIds: [subnet], Groups: [{ GroupId: group, GroupName: "api" }] });
    expect(interfaceOf(after ?? {})).toMatchObject({ SubnetId: subnet, Groups: [{ GroupId: group }] });
    expect(
      world.refusal("DescribeNetworkInterfaces", { NetworkInterfaceIds: made.NetworkInterfaceIds }),
    ).toContain("InvalidNetworkInterfaceID.NotFound");
  });

  it("give it another policy and take that away", () => {
    const { VpcEndpointId } = create();
    const PolicyDocument = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: "*", Action: "ec2:Describe*", Resource: "*" }],
    });
    world.ask("ModifyVpcEndpoint", { VpcEndpointId, PolicyDocument });
    expect(look(VpcEndpointId)?.PolicyDocument).toBe(PolicyDocument);
    expect(door(VpcEndpointId)?.policy.document.text).toBe(PolicyDocument);
    world.ask("ModifyVpcEndpoint", { VpcEndpointId, ResetPolicy: true });
    expect(look(VpcEndpointId)?.PolicyDocument).toBe(fullAccess);
  });

  it("turn private names on and off, for one endpoint of a service in a VPC", () => {
    const first = create({ PrivateDnsEnabled: false });
    const second = create({ SubnetIds: [] });
    const on = { VpcEndpointId: first.VpcEndpointId, PrivateDnsEnabled: true };
    expect(world.refusal("ModifyVpcEndpoint", on)).toContain("conflicting DNS domain");
    world.ask("ModifyVpcEndpoint", { VpcEndpointId: second.VpcEndpointId, PrivateDnsEnabled: false });
    world.ask("ModifyVpcEndpoint", on);
    expect(look(first.VpcEndpointId)?.PrivateDnsEnabled).toBe(true);
  });
});

describe("the names of an endpoint", () => {
  it("lead to its interfaces: in its VPC that of the service, everywhere its own", async () => {
    const made = create();
    const names = (made.DnsEntries ?? []).map(({ DnsName = "" }) => DnsName);
    const [own = "", zonal = ""] = names;
    expect(own).toMatch(
      new RegExp(`^${made.VpcEndpointId}-[a-z0-9]{8}\\.ec2\\.us-east-1\\.vpce\\.amazonaws\\.com$`),
    );
    expect(zonal).toBe(own.replace(".", `-${interfaceOf(made)?.AvailabilityZone}.`));
    expect(names.slice(2)).toEqual([privateName, "ec2.us-east-1.api.aws"]);
    // Nothing answers there yet.
    expect([resolve(own), resolve(privateName)]).toEqual(["unknown", undefined]);
    await world.settle();
    const address = [interfaceOf(made)?.PrivateIpAddress];
    for (const name of names) expect([name, resolve(name)]).toEqual([name, address]);
    const elsewhere = world.makeVpc("10.2.0.0/16");
    expect(resolve(own, elsewhere.vpcId)).toEqual(address);
    expect(resolve(privateName, elsewhere.vpcId)).toBeUndefined();
  });

  it("do not exist for what is no endpoint's", async () => {
    const made = create();
    await world.settle();
    const [own = ""] = (made.DnsEntries ?? []).map(({ DnsName = "" }) => DnsName);
    const wrong = [
      own.replace(/-[a-z0-9]{8}\./, "-aaaaaaaa."),
      own.replace("ec2.", "sts."),
      own.replace(".", "-us-east-1z."),
      `x.${own}`,
      "x.vpce.amazonaws.com",
    ];
    expect(wrong.map((name) => resolve(name))).toEqual(wrong.map(() => "unknown"));
    expect(resolve("vpce.amazonaws.com")).toEqual([]);
    expect(resolve("sts.us-east-1.amazonaws.com")).toBeUndefined();
  });

  it.each([
    ["EnableDnsHostnames", { EnableDnsHostnames: { Value: false } }],
    ["EnableDnsSupport", { EnableDnsSupport: { Value: false } }],
  ])("are not those of the service in a VPC without %s", async (_name, attribute) => {
    create();
    await world.settle();
    expect(resolve(privateName)).toHaveLength(1);
    world.ask("ModifyVpcAttribute", { VpcId: vpc.vpcId, ...attribute });
    expect(resolve(privateName)).toBeUndefined();
  });
});

describe("what endpoints can be made for", () => {
  const services = (more: object = {}, region = "us-east-1") =>
    world.ask<{ ServiceNames: string[]; ServiceDetails: ServiceDetail[]; NextToken?: string }>(
      "DescribeVpcEndpointServices",
      more,
      { region },
    );

  it("are the services of this cloud, those without region in one", () => {
    expect(services().ServiceNames).toEqual([
      "com.amazonaws.iam",
      "com.amazonaws.us-east-1.access-analyzer",
      "com.amazonaws.us-east-1.ec2",
      "com.amazonaws.us-east-1.organizations",
      "com.amazonaws.us-east-1.sts",
    ]);
    expect(services({}, "eu-west-1").ServiceNames).toEqual([
      "com.amazonaws.eu-west-1.access-analyzer",
      "com.amazonaws.eu-west-1.ec2",
      "com.amazonaws.eu-west-1.sts",
    ]);
  });

  it("tell their names, zones and what they support", () => {
    expect(services({ ServiceNames: [serviceName] }).ServiceDetails).toEqual([
      {
        ServiceName: serviceName,
        ServiceId: expect.stringMatching(/^vpce-svc-[0-9a-f]{17}$/),
        ServiceType: [{ ServiceType: "Interface" }],
        ServiceRegion: "us-east-1",
        AvailabilityZones: ["us-east-1a", "us-east-1b", "us-east-1c"],
        AvailabilityZoneIds: ["use1-az1", "use1-az2", "use1-az3"],
        Owner: "amazon",
        BaseEndpointDnsNames: ["ec2.us-east-1.vpce.amazonaws.com"],
        PrivateDnsName: privateName,
        PrivateDnsNames: [{ PrivateDnsName: privateName }, { PrivateDnsName: "ec2.us-east-1.api.aws" }],
        PrivateDnsNameVerificationState: "verified",
        VpcEndpointPolicySupported: true,
        AcceptanceRequired: false,
        ManagesVpcEndpoints: false,
        SupportedIpAddressTypes: ["ipv4"],
        Tags: [],
      },
    ]);
  });

  it("are filtered and paged", () => {
    const named = (Name: string, Value: string) =>
      services({ Filters: [{ Name, Values: [Value] }] }).ServiceNames.length;
    expect([named("owner", "amazon"), named("owner", testAccount)]).toEqual([5, 0]);
    expect([named("service-name", "*sts"), named("service-type", "Gateway")]).toEqual([1, 0]);
    expect([named("service-type", "Interface"), named("supported-ip-address-types", "ipv6")]).toEqual([5, 0]);
    const first = services({ MaxResults: 2 });
    const { NextToken } = first;
    expect([...first.ServiceNames, ...services({ MaxResults: 3, NextToken }).ServiceNames]).toEqual(
      services().ServiceNames,
    );
  });
});

describe("the needs of an endpoint", () => {
  it("are on its VPC, its subnets, its groups and itself, with what it leads to as keys", () => {
    const input = {
      VpcId: vpc.vpcId,
      ServiceName: serviceName,
      SubnetIds: [vpc.subnetId],
      SecurityGroupIds: ["sg-0bbbbbbbbbbbbbbbb"],
    };
    const needs = world.needsOf(operation("CreateVpcEndpoint"), input);
    expect(needs.map(({ action, target }) => [action, target.arn])).toEqual(
      [
        `vpc/${vpc.vpcId}`,
        "vpc-endpoint/*",
        `subnet/${vpc.subnetId}`,
        "security-group/sg-0bbbbbbbbbbbbbbbb",
      ].map((resource) => ["ec2:CreateVpcEndpoint", arn(resource)]),
    );
    expect(needs[1]?.keys).toMatchObject({
      "ec2:VpceServiceName": serviceName,
      "ec2:VpceServiceOwner": "amazon",
      "ec2:VpceServiceRegion": "us-east-1",
    });
    const [, unknown] = world.needsOf(operation("CreateVpcEndpoint"), { VpcId: vpc.vpcId, ServiceName: "x" });
    expect(unknown?.keys).toMatchObject({ "ec2:VpceServiceName": "x", "ec2:VpceServiceOwner": undefined });
    const [, unnamed] = world.needsOf(operation("CreateVpcEndpoint"), { VpcId: vpc.vpcId });
    expect(unnamed?.keys["ec2:VpceServiceName"]).toBeUndefined();
  });

  it("carry its tags and what it leads to, and the attributes that change", () => {
    const tags = [{ ResourceType: "vpc-endpoint", Tags: [{ Key: "team", Value: "red" }] }];
    const { VpcEndpointId } = create({ TagSpecifications: tags });
    const [deletion] = world.needsOf(operation("DeleteVpcEndpoints"), { VpcEndpointIds: [VpcEndpointId] });
    expect(deletion?.target).toEqual({
      arn: arn(`vpc-endpoint/${VpcEndpointId}`),
      accountId: testAccount,
      keys: {
        "aws:ResourceTag/team": "red",
        "ec2:ResourceTag/team": "red",
        "ec2:VpceServiceName": serviceName,
        "ec2:VpceServiceRegion": "us-east-1",
      },
    });
    const modify = (more: object) =>
      world.needsOf(operation("ModifyVpcEndpoint"), { VpcEndpointId, ...more })[0]?.keys["ec2:Attribute"];
    expect([modify({}), modify({ ResetPolicy: true })]).toEqual([undefined, "ResetPolicy"]);
    expect(modify({ PrivateDnsEnabled: true, PolicyDocument: "{}" })).toEqual([
      "PolicyDocument",
      "PrivateDnsEnabled",
    ]);
  });
});

describe("the door of an endpoint", () => {
  it("stands for as long as packets pass, and leads to one service", async () => {
    const { VpcEndpointId } = create();
    expect(door(VpcEndpointId)).toMatchObject({
      id: VpcEndpointId,
      vpcId: vpc.vpcId,
      accountId: testAccount,
      serves: { service: "ec2", region: "us-east-1" },
    });
    world.ask("DeleteVpcEndpoints", { VpcEndpointIds: [VpcEndpointId] });
    expect(door(VpcEndpointId)).toBeUndefined();
    expect(door("vpce-0bbbbbbbbbbbbbbbb")).toBeUndefined();
  });
});

it("an endpoint is reached as its groups let it, and ends at the API's port alone", async () => {
  const from = world.instanceIn(vpc);
  const made = create();
  const address = interfaceOf(made)?.PrivateIpAddress ?? "";
  const verdict = async (destinationPort: number) => {
    await world.settle();
    const model = world.models.get(vpc.vpcId);
    if (model === undefined) throw new Error("The VPC has no network.");
    return reach(compileNetwork(model), { from: from.eniId, to: address }, { protocol: 6, destinationPort })
      .delivered;
  };
  // Both are in the default group, whose members reach one another.
  expect([await verdict(443), await verdict(80)]).toEqual([true, false]);
  const GroupId = made.Groups?.[0]?.GroupId;
  const IpPermissions = [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }];
  world.ask("RevokeSecurityGroupIngress", { GroupId, IpPermissions });
  expect(await verdict(443)).toBe(false);
});
