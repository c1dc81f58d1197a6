import type { DescribeRouteTablesResult, RouteTableAssociation } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const associations = (id: string): readonly RouteTableAssociation[] =>
  net.ask<DescribeRouteTablesResult>("DescribeRouteTables", { RouteTableIds: [id] }).RouteTables![0]!
    .Associations!;
const newTable = (VpcId = net.vpcId): string =>
  net.id("CreateRouteTable", { VpcId }, "RouteTable.RouteTableId");
const associate = (RouteTableId: string, more: object): string =>
  net.id("AssociateRouteTable", { RouteTableId, ...more }, "AssociationId");
const arn = (resource: string): string => `arn:aws:ec2:us-east-1:111122223333:${resource}`;
const unknown = "rtbassoc-0aaaaaaaaaaaaaaaa";
const web = { protocol: 6, destinationPort: 443 };

describe("the association of a subnet with a route table", () => {
  it("is shown with the table, and made once", () => {
    const id = associate(net.publicTableId, { SubnetId: net.privateSubnetId });
    expect(associations(net.publicTableId)).toContainEqual({
      Main: false,
      RouteTableAssociationId: id,
      RouteTableId: net.publicTableId,
      SubnetId: net.privateSubnetId,
      AssociationState: { State: "associated" },
    });
    expect(associate(net.publicTableId, { SubnetId: net.privateSubnetId })).toBe(id);
    const other = newTable();
    expect(net.refusal("AssociateRouteTable", { RouteTableId: other, SubnetId: net.privateSubnetId })).toBe(
      `Resource.AlreadyAssociated: the specified association for route table ${other} ` +
        "conflicts with an existing association",
    );
  });

  it("decides about the packets of the subnet as soon as it is made, and no longer", () => {
    const { eniId } = net.instanceIn(net.privateSubnetId, {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.privateSubnetId, AssociatePublicIpAddress: true }],
      SubnetId: undefined,
    });
    const source = net.model().enis[0]!.privateIps[0]!;
    const out = () => net.verdict({ from: eniId, source, destination: "198.51.100.1", ...web });
    expect(out()).toMatchObject({ allowed: false });
    const AssociationId = associate(net.publicTableId, { SubnetId: net.privateSubnetId });
    expect(out()).toMatchObject({
      allowed: true,
      arrival: { kind: "internet", source: net.model().enis[0]!.publicIps![0]!.publicIp },
    });
    net.ask("DisassociateRouteTable", { AssociationId });
    expect(out()).toMatchObject({ allowed: false });
    expect(net.refusal("DisassociateRouteTable", { AssociationId })).toBe(
      `InvalidAssociationID.NotFound: The association ID '${AssociationId}' does not exist`,
    );
  });

  it("is with one thing, of the same network", () => {
    const refused = (more: object) =>
      net.refusal("AssociateRouteTable", { RouteTableId: net.publicTableId, ...more });
    expect(refused({})).toMatch(/^MissingParameter/);
    expect(refused({ SubnetId: net.publicSubnetId, GatewayId: net.gatewayId })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(refused({ SubnetId: "subnet-0aaaaaaaaaaaaaaaa" })).toMatch(/^InvalidSubnetID.NotFound/);
    expect(refused({ GatewayId: "igw-0aaaaaaaaaaaaaaaa" })).toMatch(/^InvalidInternetGatewayID.NotFound/);
    expect(refused({ PublicIpv4Pool: "x" })).toBe("UnsupportedOperation: PublicIpv4Pool");
    const foreign = net.subnetIds().at(-1);
    expect(refused({ SubnetId: foreign })).toMatch(/belong to different networks/);
  });

  it("is replaced by another id, which keeps the subnet and takes another table", () => {
    const AssociationId = associations(net.publicTableId)[0]!.RouteTableAssociationId!;
    const other = newTable();
    const NewAssociationId = net.id(
      "ReplaceRouteTableAssociation",
      { AssociationId, RouteTableId: other },
      "NewAssociationId",
    );
    expect(NewAssociationId).not.toBe(AssociationId);
    expect(associations(net.publicTableId)).toEqual([]);
    expect(associations(other)).toMatchObject([{ SubnetId: net.publicSubnetId }]);
    const same = { AssociationId: NewAssociationId, RouteTableId: other };
    expect(net.ask("ReplaceRouteTableAssociation", same)).toMatchObject({ NewAssociationId });
    expect(net.refusal("ReplaceRouteTableAssociation", { ...same, AssociationId: unknown })).toMatch(
      /^InvalidAssociationID.NotFound/,
    );
  });

  it("needs the table and the subnet, both of them known by the association", () => {
    const both = (operation: string) => [
      [operation, arn(`route-table/${net.publicTableId}`)],
      [operation, arn(`subnet/${net.publicSubnetId}`)],
    ];
    const AssociationId = associations(net.publicTableId)[0]!.RouteTableAssociationId!;
    const asked = { RouteTableId: net.publicTableId, SubnetId: net.publicSubnetId };
    expect(net.needs("AssociateRouteTable", asked)).toEqual(both("ec2:AssociateRouteTable"));
    expect(net.needs("DisassociateRouteTable", { AssociationId })).toEqual(
      both("ec2:DisassociateRouteTable"),
    );
    expect(
      net.needs("ReplaceRouteTableAssociation", { AssociationId, RouteTableId: net.mainTableId }),
    ).toEqual([
      ["ec2:ReplaceRouteTableAssociation", arn(`route-table/${net.mainTableId}`)],
      ...both("ec2:ReplaceRouteTableAssociation"),
    ]);
    expect(net.needs("DisassociateRouteTable", { AssociationId: unknown })).toEqual([
      ["ec2:DisassociateRouteTable", arn("route-table/*")],
    ]);
  });
});

describe("the main route table", () => {
  it("is another one once the association is replaced, and cannot be without", () => {
    const [main] = associations(net.mainTableId);
    expect(main).toMatchObject({ Main: true });
    const AssociationId = main!.RouteTableAssociationId!;
    expect(net.refusal("DisassociateRouteTable", { AssociationId })).toBe(
      `InvalidParameterValue: cannot disassociate the main route table association ${AssociationId}`,
    );
    const { eniId } = net.instanceIn(net.privateSubnetId);
    net.ask("ReplaceRouteTableAssociation", { AssociationId, RouteTableId: net.publicTableId });
    expect(associations(net.mainTableId)).toEqual([]);
    expect(associations(net.publicTableId)).toMatchObject([{ Main: true }, { Main: false }]);
    const subnet = net.model().subnets.find(({ id }) => id === net.privateSubnetId);
    expect(subnet?.routeTableId).toBe(net.publicTableId);
    expect(eniId).toMatch(/^eni-/);
    net.ask("DeleteRouteTable", { RouteTableId: net.mainTableId });
    const foreign = newTable(net.id("CreateVpc", { CidrBlock: "10.9.0.0/16" }, "Vpc.VpcId"));
    const again = associations(net.publicTableId)[0]!.RouteTableAssociationId;
    expect(
      net.refusal("ReplaceRouteTableAssociation", { AssociationId: again, RouteTableId: foreign }),
    ).toMatch(/belong to different networks/);
  });
});

describe("the route table of a gateway", () => {
  it("leads what comes in through an interface", () => {
    const server = net.instanceIn(net.publicSubnetId, {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.publicSubnetId, AssociatePublicIpAddress: true }],
      SubnetId: undefined,
    });
    const middle = net.instanceIn(net.privateSubnetId, {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.privateSubnetId, AssociatePublicIpAddress: true }],
      SubnetId: undefined,
    });
    const [GroupId] = net.model().enis[0]!.securityGroupIds;
    const IpPermissions = [
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ];
    net.ask("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
    net.ask("ModifyNetworkInterfaceAttribute", {
      NetworkInterfaceId: middle.eniId,
      SourceDestCheck: { Value: false },
    });
    const { publicIps } = net.model().enis.find(({ id }) => id === server.eniId)!;
    const into = () =>
      net.verdict({
        from: "internet",
        source: "198.51.100.1",
        destination: publicIps![0]!.publicIp,
        ...web,
      }).arrival;
    expect(into()).toEqual({ kind: "eni", eniId: server.eniId });
    const edge = newTable();
    net.ask("CreateRoute", {
      RouteTableId: edge,
      DestinationCidrBlock: "10.0.1.0/24",
      NetworkInterfaceId: middle.eniId,
    });
    const AssociationId = associate(edge, { GatewayId: net.gatewayId });
    expect(net.model().internetGateway).toEqual({ id: net.gatewayId, routeTableId: edge });
    expect(into()).toEqual({ kind: "eni", eniId: middle.eniId });
    expect(associate(edge, { GatewayId: net.gatewayId })).toBe(AssociationId);
    expect(associations(edge)).toMatchObject([{ GatewayId: net.gatewayId, Main: false }]);
    net.ask("DisassociateRouteTable", { AssociationId });
    expect(into()).toEqual({ kind: "eni", eniId: server.eniId });
  });

  it("names blocks of its network and interfaces only, before and after it is the gateway's", () => {
    expect(
      net.refusal("AssociateRouteTable", { RouteTableId: net.publicTableId, GatewayId: net.gatewayId }),
    ).toMatch(/^InvalidParameterValue: Route table contains unsupported route target: igw-/);
    const edge = newTable();
    associate(edge, { GatewayId: net.gatewayId });
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const refused = (more: object) => net.refusal("CreateRoute", { RouteTableId: edge, ...more });
    expect(refused({ DestinationCidrBlock: "0.0.0.0/0", GatewayId: net.gatewayId })).toMatch(/route target/);
    expect(refused({ DestinationCidrBlock: "192.0.2.0/24", NetworkInterfaceId: eniId })).toMatch(
      /route destination: 192.0.2.0\/24/,
    );
    net.ask("CreateRoute", {
      RouteTableId: edge,
      DestinationCidrBlock: "10.0.2.0/24",
      NetworkInterfaceId: eniId,
    });
  });

  it("is not the main one, and is of a gateway that is attached to its network", () => {
    expect(
      net.refusal("AssociateRouteTable", { RouteTableId: net.mainTableId, GatewayId: net.gatewayId }),
    ).toMatch(/cannot be the main route table/);
    const edge = newTable();
    const loose = net.id("CreateInternetGateway", {}, "InternetGateway.InternetGatewayId");
    expect(net.refusal("AssociateRouteTable", { RouteTableId: edge, GatewayId: loose })).toBe(
      `Gateway.NotAttached: resource ${loose} is not attached to network ${net.vpcId}`,
    );
    const id = associate(edge, { GatewayId: net.gatewayId });
    const main = associations(net.mainTableId)[0]!.RouteTableAssociationId;
    expect(net.refusal("ReplaceRouteTableAssociation", { AssociationId: main, RouteTableId: edge })).toMatch(
      /cannot be the main route table/,
    );
    const other = newTable();
    expect(net.refusal("AssociateRouteTable", { RouteTableId: other, GatewayId: net.gatewayId })).toMatch(
      /^Resource.AlreadyAssociated/,
    );
    net.ask("ReplaceRouteTableAssociation", { AssociationId: id, RouteTableId: other });
    expect(net.model().internetGateway?.routeTableId).toBe(other);
    expect(
      net.refusal("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId: net.vpcId }),
    ).toMatch(/^DependencyViolation: The internetGateway 'igw-\w+' is associated with the route table/);
    expect(net.needs("DisassociateRouteTable", { AssociationId: id })).toHaveLength(1);
  });
});
