import type {
  DescribeEgressOnlyInternetGatewaysResult,
  DescribeInternetGatewaysResult,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const arn = (resource: string): string => `arn:aws:ec2:us-east-1:111122223333:${resource}`;
const newGateway = (input = {}): string =>
  net.id("CreateInternetGateway", input, "InternetGateway.InternetGatewayId");
const newVpc = (CidrBlock = "10.9.0.0/16"): string => net.id("CreateVpc", { CidrBlock }, "Vpc.VpcId");
const blue = [{ Key: "team", Value: "blue" }];

describe("an internet gateway", () => {
  it("is made loose, attached to one VPC, and shown so", () => {
    const id = newGateway({ TagSpecifications: [{ ResourceType: "internet-gateway", Tags: blue }] });
    const shown = () =>
      net.ask<DescribeInternetGatewaysResult>("DescribeInternetGateways", { InternetGatewayIds: [id] })
        .InternetGateways![0];
    expect(shown()).toEqual({
      InternetGatewayId: id,
      OwnerId: "111122223333",
      Attachments: [],
      Tags: blue,
    });
    const VpcId = newVpc();
    net.ask("AttachInternetGateway", { InternetGatewayId: id, VpcId });
    expect(shown()?.Attachments).toEqual([{ VpcId, State: "available" }]);
    expect(net.model(VpcId).internetGateway?.id).toBe(id);
    net.ask("DetachInternetGateway", { InternetGatewayId: id, VpcId });
    expect(shown()?.Attachments).toEqual([]);
    expect(net.model(VpcId)).not.toHaveProperty("internetGateway");
    net.ask("DeleteInternetGateway", { InternetGatewayId: id });
    expect(net.refusal("DeleteInternetGateway", { InternetGatewayId: id })).toMatch(
      /^InvalidInternetGatewayID.NotFound/,
    );
  });

  it("is of one network, which has no other", () => {
    const other = newGateway();
    const VpcId = newVpc();
    expect(net.refusal("AttachInternetGateway", { InternetGatewayId: other, VpcId: net.vpcId })).toBe(
      `InvalidParameterValue: Network ${net.vpcId} already has an internet gateway attached`,
    );
    expect(net.refusal("AttachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId })).toBe(
      `Resource.AlreadyAssociated: resource ${net.gatewayId} is already attached to network ${net.vpcId}`,
    );
    expect(net.refusal("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId })).toBe(
      `Gateway.NotAttached: resource ${net.gatewayId} is not attached to network ${VpcId}`,
    );
    expect(net.refusal("DeleteInternetGateway", { InternetGatewayId: net.gatewayId })).toBe(
      `DependencyViolation: The internetGateway '${net.gatewayId}' has dependencies and cannot be deleted.`,
    );
  });

  it("stays while public addresses are mapped in its network, and then its routes are black holes", () => {
    const pair = { InternetGatewayId: net.gatewayId, VpcId: net.vpcId };
    const { id } = net.instanceIn(net.publicSubnetId, {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.publicSubnetId, AssociatePublicIpAddress: true }],
      SubnetId: undefined,
    });
    expect(net.refusal("DetachInternetGateway", pair)).toBe(
      `DependencyViolation: Network ${net.vpcId} has some mapped public address(es). ` +
        "Please unmap those public address(es) before detaching the gateway.",
    );
    net.endInstance(id);
    net.ask("DetachInternetGateway", pair);
    const Filters = [{ Name: "route.state", Values: ["blackhole"] }];
    expect(net.id("DescribeRouteTables", { Filters }, "RouteTables.0.RouteTableId")).toBe(net.publicTableId);
  });

  it("is one of five in a region, counting that of the default VPC", () => {
    for (let made = 2; made < 5; made += 1) newGateway();
    expect(net.refusal("CreateInternetGateway")).toBe(
      "InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached.",
    );
  });

  it("needs itself and the VPC", () => {
    const TagSpecifications = [{ ResourceType: "internet-gateway", Tags: blue }];
    expect(net.needs("CreateInternetGateway", { TagSpecifications })).toEqual([
      ["ec2:CreateInternetGateway", arn("internet-gateway/*")],
      ["ec2:CreateTags", arn("internet-gateway/*")],
    ]);
    for (const operation of ["AttachInternetGateway", "DetachInternetGateway"]) {
      expect(net.needs(operation, { InternetGatewayId: net.gatewayId, VpcId: net.vpcId })).toEqual([
        [`ec2:${operation}`, arn(`internet-gateway/${net.gatewayId}`)],
        [`ec2:${operation}`, arn(`vpc/${net.vpcId}`)],
      ]);
    }
  });
});

describe("an egress-only internet gateway", () => {
  const create = (input: object): string =>
    net.id("CreateEgressOnlyInternetGateway", input, "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId");
  const shown = (input = {}) =>
    net.ask<DescribeEgressOnlyInternetGatewaysResult>("DescribeEgressOnlyInternetGateways", input)
      .EgressOnlyInternetGateways!;

  it("belongs to its VPC, is found by its tags, and made once for a client token", () => {
    const input = {
      VpcId: net.vpcId,
      ClientToken: "t",
      TagSpecifications: [{ ResourceType: "egress-only-internet-gateway", Tags: blue }],
    };
    const id = create(input);
    expect(create(input)).toBe(id);
    const gateway = {
      EgressOnlyInternetGatewayId: id,
      Attachments: [{ VpcId: net.vpcId, State: "attached" }],
      Tags: blue,
    };
    expect(shown()).toEqual([gateway]);
    expect(shown({ Filters: [{ Name: "tag:team", Values: ["blue"] }] })).toEqual([gateway]);
    expect(shown({ Filters: [{ Name: "tag-key", Values: ["none"] }] })).toEqual([]);
    expect(net.model().egressOnlyInternetGateways).toEqual([{ id }]);
    expect(net.refusal("CreateEgressOnlyInternetGateway", { VpcId: net.vpcId })).toMatch(
      /^InvalidParameterValue: Network vpc-\w+ already has an egress-only/,
    );
    expect(net.ask("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: id })).toEqual({
      ReturnCode: true,
    });
    expect(net.refusal("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: id })).toBe(
      `InvalidGatewayID.NotFound: The gateway ID '${id}' does not exist`,
    );
    expect(net.model().egressOnlyInternetGateways).toEqual([]);
  });

  it("keeps its VPC from being deleted", () => {
    const VpcId = newVpc();
    const id = create({ VpcId });
    expect(net.refusal("DeleteVpc", { VpcId })).toMatch(/^DependencyViolation/);
    net.ask("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: id });
    net.ask("DeleteVpc", { VpcId });
  });

  it("needs the VPC that it is made in, and later itself", () => {
    expect(net.needs("CreateEgressOnlyInternetGateway", { VpcId: net.vpcId })).toEqual([
      ["ec2:CreateEgressOnlyInternetGateway", arn("egress-only-internet-gateway/*")],
      ["ec2:CreateEgressOnlyInternetGateway", arn(`vpc/${net.vpcId}`)],
    ]);
    const id = create({ VpcId: net.vpcId });
    expect(net.needs("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: id })).toEqual([
      ["ec2:DeleteEgressOnlyInternetGateway", arn(`egress-only-internet-gateway/${id}`)],
    ]);
  });
});
