import { compileNetwork, reach, type VpcModel } from "@casemate/net-engine";
import type { DescribeNatGatewaysResult, NatGateway, NetworkInterface } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import type { NetworkDriver } from "../../../kit/index.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { natGatewayReconciler } from "./reconciler.ts";
import { goneShownMs } from "./transitions.ts";

let net: TestNetwork;
let driver: FakeNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
  driver = new FakeNetwork();
});

/** A network that stands as it was last applied, unless it is told to lag behind. */
class FakeNetwork implements NetworkDriver {
  readonly mode = "kernel";
  lags = false;
  fails = false;
  readonly applied: VpcModel[] = [];
  private readonly enis = new Map<string, readonly string[]>();

  apply(model: VpcModel): Promise<void> {
    if (this.fails) return Promise.reject(new Error("The kernel does not want to."));
    compileNetwork(model);
    this.applied.push(model);
    if (!this.lags) {
      this.enis.set(
        model.vpcId,
        model.enis.map(({ id }) => id),
      );
    }
    return Promise.resolve();
  }
  observe() {
    const vpcs = [...this.enis].map(([vpcId, ids]) => ({
      vpcId,
      enis: ids.map((eniId) => ({ eniId, namespaceExists: true, linkUp: true })),
    }));
    return Promise.resolve({ vpcs });
  }
  remove(): Promise<void> {
    return Promise.resolve();
  }
  standing(): Promise<readonly []> {
    return Promise.resolve([]);
  }
  netnsOf(number: number): string {
    return `fake-${number}`;
  }
}

const pass = (): Promise<void> => natGatewayReconciler(driver).run(net.store, net.environment);
const arn = (resource: string): string => `arn:aws:ec2:us-east-1:111122223333:${resource}`;
const allocate = (): string => net.id("AllocateAddress", {}, "AllocationId");
const create = (input: object): string => net.id("CreateNatGateway", input, "NatGateway.NatGatewayId");
const shown = (id: string): NatGateway =>
  net.ask<DescribeNatGatewaysResult>("DescribeNatGateways", { NatGatewayIds: [id] }).NatGateways![0]!;
const interfaceOf = (id: string): NetworkInterface =>
  net.ask<{ NetworkInterfaces: NetworkInterface[] }>("DescribeNetworkInterfaces", {
    NetworkInterfaceIds: [shown(id).NatGatewayAddresses![0]!.NetworkInterfaceId!],
  }).NetworkInterfaces[0]!;
const asked = (more: object = {}) => ({
  SubnetId: net.publicSubnetId,
  AllocationId: allocate(),
  ...more,
});

describe("a public NAT gateway", () => {
  it("is pending until its interface stands, and then available", async () => {
    const Tags = [{ Key: "team", Value: "blue" }];
    const TagSpecifications = [{ ResourceType: "natgateway", Tags }];
    const input = asked({ ClientToken: "once", TagSpecifications, PrivateIpAddress: "10.0.1.50" });
    const made = net.ask<{ NatGateway: NatGateway; ClientToken: string }>("CreateNatGateway", input);
    const PublicIp = net.id("DescribeAddresses", {}, "Addresses.0.PublicIp");
    expect(made).toEqual({
      ClientToken: "once",
      NatGateway: {
        NatGatewayId: expect.stringMatching(/^nat-0[0-9a-f]{16}$/),
        VpcId: net.vpcId,
        SubnetId: net.publicSubnetId,
        ConnectivityType: "public",
        AvailabilityMode: "zonal",
        State: "pending",
        CreateTime: new Date(net.environment.clock()),
        NatGatewayAddresses: [
          {
            AllocationId: input.AllocationId,
            AssociationId: expect.stringMatching(/^eipassoc-/),
            PublicIp,
            NetworkInterfaceId: expect.stringMatching(/^eni-/),
            PrivateIp: "10.0.1.50",
            IsPrimary: true,
            Status: "associating",
          },
        ],
        Tags,
      },
    });
    expect(net.ask<typeof made>("CreateNatGateway", input).NatGateway).toEqual(made.NatGateway);
    const id = made.NatGateway.NatGatewayId!;
    driver.lags = true;
    await pass();
    expect(shown(id).State).toBe("pending");
    driver.lags = false;
    await pass();
    expect(shown(id)).toMatchObject({ State: "available", NatGatewayAddresses: [{ Status: "succeeded" }] });
    driver.applied.length = 0;
    await pass();
    expect(driver.applied).toEqual([]);
  });

  it("keeps an interface for itself, which nobody else may change", () => {
    const id = create(asked());
    expect(interfaceOf(id)).toMatchObject({
      Description: `Interface for NAT Gateway ${id}`,
      InterfaceType: "nat_gateway",
      RequesterManaged: true,
      RequesterId: "amazon-aws",
      SourceDestCheck: false,
      Groups: [],
      Status: "in-use",
      Attachment: {
        AttachmentId: expect.stringMatching(/^ela-attach-/),
        InstanceOwnerId: "amazon-aws",
        Status: "attached",
        DeleteOnTermination: false,
      },
      Association: { PublicIp: net.id("DescribeAddresses", {}, "Addresses.0.PublicIp") },
    });
    const { NetworkInterfaceId, Association } = interfaceOf(id);
    const refusals = [
      net.refusal("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, Description: { Value: "x" } }),
      net.refusal("DisassociateAddress", { AssociationId: Association?.AssociationId }),
      net.refusal("ReleaseAddress", { AllocationId: Association?.AllocationId }),
      net.refusal("AssociateAddress", { AllocationId: allocate(), NetworkInterfaceId }),
      net.refusal("AssociateAddress", {
        AllocationId: Association?.AllocationId,
        InstanceId: net.instanceIn(net.publicSubnetId).id,
      }),
    ];
    expect(new Set(refusals)).toEqual(
      new Set(["AuthFailure: You do not have permission to access the specified resource."]),
    );
    for (const [Name, Value] of [
      ["interface-type", "nat_gateway"],
      ["requester-managed", "true"],
      ["requester-id", "amazon-aws"],
      ["attachment.status", "attached"],
      ["association.allocation-id", Association?.AllocationId],
    ]) {
      const found = net.id(
        "DescribeNetworkInterfaces",
        { Filters: [{ Name, Values: [Value] }] },
        "NetworkInterfaces.0.NetworkInterfaceId",
      );
      expect([Name, found]).toEqual([Name, NetworkInterfaceId]);
    }
  });

  it("lets a private subnet out under its elastic IP, and nothing in", async () => {
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const id = create(asked());
    net.ask("CreateRoute", {
      RouteTableId: net.mainTableId,
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: id,
    });
    await pass();
    const web = { protocol: 6, destinationPort: 443 };
    const PublicIp = net.id("DescribeAddresses", {}, "Addresses.0.PublicIp");
    const out = () => reach(compileNetwork(net.model()), { from: eniId, to: "198.51.100.1" }, web);
    expect(out()).toMatchObject({ allowed: true, arrival: { kind: "internet", source: PublicIp } });
    const unsolicited = reach(compileNetwork(net.model()), { from: "198.51.100.1", to: PublicIp }, web);
    expect(unsolicited.allowed).toBe(false);
    net.ask("DeleteNatGateway", { NatGatewayId: id });
    expect(out().allowed).toBe(false);
    const Filters = [{ Name: "route.nat-gateway-id", Values: [id] }];
    expect(net.ask("DescribeRouteTables", { Filters })).toMatchObject({
      RouteTables: [{ Routes: [{}, { NatGatewayId: id, State: "blackhole" }] }],
    });
  });

  it("fails without an internet gateway, and gives back what it took", async () => {
    net.ask("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId: net.vpcId });
    const id = create(asked());
    await pass();
    expect(shown(id)).toMatchObject({
      State: "failed",
      FailureCode: "Gateway.NotAttached",
      FailureMessage: `Network ${net.vpcId} has no Internet gateway attached`,
      NatGatewayAddresses: [{ Status: "failed" }],
    });
    expect(net.ask("DescribeNetworkInterfaces")).toMatchObject({ NetworkInterfaces: [] });
    const address = net.ask<{ Addresses: object[] }>("DescribeAddresses").Addresses[0];
    expect(address).not.toHaveProperty("AssociationId");
    net.advance(goneShownMs + 1);
    await pass();
    expect(net.refusal("DescribeNatGateways", { NatGatewayIds: [id] })).toBe(
      `NatGatewayNotFound: NatGateway ${id} was not found`,
    );
  });

  it("fails with an address that is in use, which stays where it is", async () => {
    const AllocationId = allocate();
    const { id: InstanceId } = net.instanceIn(net.publicSubnetId);
    const AssociationId = net.id("AssociateAddress", { AllocationId, InstanceId }, "AssociationId");
    const id = create({ SubnetId: net.publicSubnetId, AllocationId });
    await pass();
    expect(shown(id)).toMatchObject({
      State: "failed",
      FailureCode: "Resource.AlreadyAssociated",
      FailureMessage: `Elastic IP address ${AllocationId} is already associated`,
    });
    expect(net.ask("DescribeAddresses")).toMatchObject({ Addresses: [{ AssociationId, InstanceId }] });
  });

  it("is deleting until no packet passes, then deleted, and shown for an hour", async () => {
    const id = create(asked());
    await pass();
    expect(net.ask("DeleteNatGateway", { NatGatewayId: id })).toEqual({ NatGatewayId: id });
    expect(shown(id).State).toBe("deleting");
    expect(net.model()).toMatchObject({ natGateways: [], enis: [] });
    driver.lags = true;
    await pass();
    expect(shown(id).State).toBe("deleting");
    expect(
      net.refusal("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId: net.vpcId }),
    ).toMatch(/mapped public address/);
    driver.lags = false;
    net.advance(1000);
    await pass();
    expect(shown(id)).toMatchObject({ State: "deleted", DeleteTime: new Date(net.environment.clock()) });
    expect(net.ask("DescribeNetworkInterfaces")).toMatchObject({ NetworkInterfaces: [] });
    net.ask("DeleteNatGateway", { NatGatewayId: id });
    expect(shown(id).State).toBe("deleted");
    net.ask("ReleaseAddress", { AllocationId: net.id("DescribeAddresses", {}, "Addresses.0.AllocationId") });
    net.advance(goneShownMs);
    await pass();
    expect(shown(id).State).toBe("deleted");
    net.advance(1);
    await pass();
    expect(net.ask("DescribeNatGateways")).toEqual({ NatGateways: [], NextToken: undefined });
  });

  it("keeps no other waiting when the network of one cannot be changed", async () => {
    const id = create(asked());
    driver.fails = true;
    await expect(pass()).rejects.toThrow("Some NAT gateways could not be changed.");
    expect(shown(id).State).toBe("pending");
    driver.fails = false;
    await pass();
    expect(shown(id).State).toBe("available");
  });

  it("is one of five in a zone", async () => {
    const privately = { SubnetId: net.privateSubnetId, ConnectivityType: "private" };
    const first = create(privately);
    for (let made = 1; made < 5; made += 1) create(privately);
    expect(net.refusal("CreateNatGateway", privately)).toBe(
      "NatGatewayLimitExceeded: Performing this operation would exceed the limit of 5 NAT gateways",
    );
    net.ask("DeleteNatGateway", { NatGatewayId: first });
    expect(net.refusal("CreateNatGateway", privately)).toMatch(/^NatGatewayLimitExceeded/);
    await pass();
    create(privately);
  });
});

describe("a private NAT gateway", () => {
  it("has no public address", async () => {
    const id = create({ SubnetId: net.publicSubnetId, ConnectivityType: "private" });
    await pass();
    expect(shown(id)).toMatchObject({ State: "available", ConnectivityType: "private" });
    expect(shown(id).NatGatewayAddresses![0]).not.toHaveProperty("PublicIp", expect.anything());
    const { natGateways, enis } = net.model();
    expect(natGateways).toEqual([{ id, eniId: enis[0]?.id }]);
    expect(enis[0]).not.toHaveProperty("publicIps");
  });
});

describe("a request for a NAT gateway", () => {
  it("names a subnet, an address where one is wanted, and nothing that cannot be had", () => {
    const refused = (input: object) => net.refusal("CreateNatGateway", input);
    const AllocationId = allocate();
    const SubnetId = net.publicSubnetId;
    expect(refused({ AllocationId })).toMatch(/^MissingParameter: .* subnetId/);
    expect(refused({ SubnetId })).toMatch(/^MissingParameter: .* allocationId/);
    expect(refused({ SubnetId, AllocationId, ConnectivityType: "private" })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(refused({ SubnetId, AllocationId, AvailabilityMode: "regional" })).toMatch(
      /^UnsupportedOperation/,
    );
    expect(refused({ SubnetId: "subnet-0aaaaaaaaaaaaaaaa", AllocationId })).toMatch(/^InvalidSubnetID/);
    expect(refused({ SubnetId, AllocationId: "eipalloc-1" })).toMatch(/^InvalidAllocationID.NotFound/);
    expect(refused({ SubnetId, AllocationId, PrivateIpAddress: "10.0.9.9" })).toMatch(
      /^InvalidParameterValue/,
    );
    for (const parameter of [
      "SecondaryAllocationIds",
      "SecondaryPrivateIpAddressCount",
      "SecondaryPrivateIpAddresses",
      "AvailabilityZoneAddresses",
      "VpcId",
    ]) {
      expect(refused({ SubnetId, AllocationId, [parameter]: 1 })).toBe(`UnsupportedOperation: ${parameter}`);
    }
    expect(net.refusal("DeleteNatGateway", { NatGatewayId: "nat-1" })).toMatch(/^NatGatewayMalformed/);
  });

  it("is filtered and paged", () => {
    const one = create(asked());
    create({ SubnetId: net.privateSubnetId, ConnectivityType: "private" });
    const found = (Name: string, Value: string) =>
      net.ask<DescribeNatGatewaysResult>("DescribeNatGateways", { Filter: [{ Name, Values: [Value] }] })
        .NatGateways!.length;
    expect(found("vpc-id", net.vpcId)).toBe(2);
    expect(found("subnet-id", net.publicSubnetId)).toBe(1);
    expect(found("state", "pending")).toBe(2);
    expect(found("state", "available")).toBe(0);
    expect(found("nat-gateway-id", one)).toBe(1);
    expect(found("tag:team", "blue")).toBe(0);
    net.ask("CreateTags", { Resources: [one], Tags: [{ Key: "team", Value: "blue" }] });
    expect(found("tag:team", "blue")).toBe(1);
    const { NextToken } = net.ask<DescribeNatGatewaysResult>("DescribeNatGateways", { MaxResults: 1 });
    expect(
      net.ask<DescribeNatGatewaysResult>("DescribeNatGateways", { MaxResults: 1, NextToken }).NatGateways,
    ).toHaveLength(1);
  });

  it("needs the gateway, its subnet and its address", () => {
    const input = asked({
      TagSpecifications: [{ ResourceType: "natgateway", Tags: [{ Key: "a", Value: "b" }] }],
    });
    expect(net.needs("CreateNatGateway", input)).toEqual([
      ["ec2:CreateNatGateway", arn("natgateway/*")],
      ["ec2:CreateNatGateway", arn(`subnet/${net.publicSubnetId}`)],
      ["ec2:CreateNatGateway", arn(`elastic-ip/${input.AllocationId}`)],
      ["ec2:CreateTags", arn("natgateway/*")],
    ]);
    const id = create({ SubnetId: net.publicSubnetId, ConnectivityType: "private" });
    expect(net.needs("DeleteNatGateway", { NatGatewayId: id })).toEqual([
      ["ec2:DeleteNatGateway", arn(`natgateway/${id}`)],
    ]);
  });
});
