import type { DescribeRouteTablesResult, Route, RouteTable } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { rootOf } from "../testing.ts";
import { routesPerTableMax } from "./route-operations.ts";
import { routeTables } from "./route-table.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const table = (id = net.publicTableId): RouteTable =>
  net.ask<DescribeRouteTablesResult>("DescribeRouteTables", { RouteTableIds: [id] }).RouteTables![0]!;
const routes = (id?: string): readonly Route[] => table(id).Routes ?? [];
const newTable = (VpcId = net.vpcId): string =>
  net.id("CreateRouteTable", { VpcId }, "RouteTable.RouteTableId");
const create = (RouteTableId: string, more: object): unknown =>
  net.ask("CreateRoute", { RouteTableId, ...more });
const otherVpc = (): string => net.id("CreateVpc", { CidrBlock: "10.9.0.0/16" }, "Vpc.VpcId");
const unknown = "0aaaaaaaaaaaaaaaa";

describe("a route table", () => {
  it("is made with the routes of its VPC's blocks, with tags, once for a client token", () => {
    const input = {
      VpcId: net.vpcId,
      ClientToken: "once",
      TagSpecifications: [{ ResourceType: "route-table", Tags: [{ Key: "team", Value: "blue" }] }],
    };
    const made = net.ask<{ RouteTable: RouteTable; ClientToken: string }>("CreateRouteTable", input);
    expect(made).toEqual({
      ClientToken: "once",
      RouteTable: {
        RouteTableId: expect.stringMatching(/^rtb-0[0-9a-f]{16}$/),
        VpcId: net.vpcId,
        OwnerId: "111122223333",
        Routes: [
          {
            DestinationCidrBlock: "10.0.0.0/16",
            GatewayId: "local",
            Origin: "CreateRouteTable",
            State: "active",
          },
        ],
        Associations: [],
        PropagatingVgws: [],
        Tags: [{ Key: "team", Value: "blue" }],
      },
    });
    expect(net.ask("CreateRouteTable", input)).toEqual(made);
    expect(net.refusal("CreateRouteTable", { ...input, VpcId: otherVpc() })).toMatch(/^IdempotentParameter/);
  });

  it("has a number of its own among the tables of its VPC, one that was free", () => {
    const first = newTable();
    newTable();
    net.ask("DeleteRouteTable", { RouteTableId: first });
    newTable();
    const numbers = net.model().routeTables.map(({ number }) => number);
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4]));
  });

  it("is not deleted while it is associated, or the main one", () => {
    expect(net.refusal("DeleteRouteTable", { RouteTableId: net.publicTableId })).toBe(
      `DependencyViolation: The routeTable '${net.publicTableId}' has dependencies and cannot be deleted.`,
    );
    expect(net.refusal("DeleteRouteTable", { RouteTableId: net.mainTableId })).toMatch(
      /^DependencyViolation/,
    );
    const id = newTable();
    net.ask("DeleteRouteTable", { RouteTableId: id });
    expect(net.refusal("DeleteRouteTable", { RouteTableId: id })).toBe(
      `InvalidRouteTableID.NotFound: The routeTable ID '${id}' does not exist`,
    );
  });

  it("needs what it is made of, and nobody else's is to be had", () => {
    const arn = (resource: string) => `arn:aws:ec2:us-east-1:111122223333:${resource}`;
    const Tags = [{ Key: "team", Value: "blue" }];
    const TagSpecifications = [{ ResourceType: "route-table", Tags }];
    expect(net.needs("CreateRouteTable", { VpcId: net.vpcId, TagSpecifications })).toEqual([
      ["ec2:CreateRouteTable", arn("route-table/*")],
      ["ec2:CreateRouteTable", arn(`vpc/${net.vpcId}`)],
      ["ec2:CreateTags", arn("route-table/*")],
    ]);
    expect(net.needs("DeleteRouteTable", { RouteTableId: net.publicTableId })).toEqual([
      ["ec2:DeleteRouteTable", arn(`route-table/${net.publicTableId}`)],
    ]);
    const stranger = { principal: rootOf("444455556666") };
    expect(net.refusal("DeleteRouteTable", { RouteTableId: net.publicTableId }, stranger)).toMatch(
      /^InvalidRouteTableID.NotFound/,
    );
  });

  it.each<[string, () => string, number]>([
    ["association.subnet-id", () => net.publicSubnetId, 1],
    ["association.subnet-id", () => net.privateSubnetId, 0],
    ["association.main", () => "false", 1],
    ["association.gateway-id", () => "igw-*", 0],
    ["association.route-table-id", () => net.publicTableId, 1],
    ["route.gateway-id", () => net.gatewayId, 1],
    ["route.gateway-id", () => "local", 3],
    ["route.destination-cidr-block", () => "0.0.0.0/0", 2],
    ["route.origin", () => "CreateRoute", 2],
    ["route.state", () => "blackhole", 0],
    ["route.nat-gateway-id", () => "*", 0],
    ["vpc-id", () => net.vpcId, 2],
  ])("is found by %s", (Name, value, count) => {
    const { RouteTables = [] } = net.ask<DescribeRouteTablesResult>("DescribeRouteTables", {
      Filters: [{ Name, Values: [value()] }],
    });
    expect(RouteTables).toHaveLength(count);
  });
});

describe("a route", () => {
  it("takes its destination in canonical form, once", () => {
    create(net.publicTableId, { DestinationCidrBlock: "192.0.2.77/24", GatewayId: net.gatewayId });
    expect(routes().at(-1)).toEqual({
      DestinationCidrBlock: "192.0.2.0/24",
      GatewayId: net.gatewayId,
      Origin: "CreateRoute",
      State: "active",
    });
    const again = { RouteTableId: net.publicTableId, GatewayId: net.gatewayId };
    expect(net.refusal("CreateRoute", { ...again, DestinationCidrBlock: "192.0.2.0/24" })).toBe(
      "RouteAlreadyExists: The route identified by 192.0.2.0/24 already exists.",
    );
    expect(net.refusal("CreateRoute", { ...again, DestinationCidrBlock: "10.0.0.0/16" })).toMatch(
      /^RouteAlreadyExists/,
    );
  });

  it("names exactly one destination and one target", () => {
    const asked = (more: object) => net.refusal("CreateRoute", { RouteTableId: net.publicTableId, ...more });
    const one = { DestinationCidrBlock: "192.0.2.0/24" };
    expect(asked({ GatewayId: net.gatewayId })).toMatch(/^InvalidParameterCombination/);
    expect(asked({ ...one, DestinationIpv6CidrBlock: "::/0", GatewayId: net.gatewayId })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(asked(one)).toMatch(/^InvalidParameterCombination/);
    expect(asked({ ...one, GatewayId: net.gatewayId, NatGatewayId: `nat-${unknown}` })).toMatch(
      /^InvalidParameterCombination/,
    );
    for (const DestinationCidrBlock of ["192.0.2.0", "192.0.2.0/33", "::/0", ""]) {
      expect(asked({ DestinationCidrBlock, GatewayId: net.gatewayId })).toBe(
        `InvalidParameterValue: Value (${DestinationCidrBlock}) for parameter destinationCidrBlock is ` +
          "invalid. This is not a valid CIDR block.",
      );
    }
    expect(asked({ DestinationIpv6CidrBlock: "10.0.0.0/8", GatewayId: net.gatewayId })).toMatch(
      /for parameter destinationIpv6CidrBlock/,
    );
  });

  it("leads only to what is there, in the same network", () => {
    const asked = (target: object) =>
      net.refusal("CreateRoute", {
        RouteTableId: net.mainTableId,
        DestinationCidrBlock: "192.0.2.0/24",
        ...target,
      });
    const loose = net.id("CreateInternetGateway", {}, "InternetGateway.InternetGatewayId");
    const [eni] = [net.instanceIn(net.privateSubnetId).eniId];
    expect(asked({ GatewayId: `igw-${unknown}` })).toBe(
      `InvalidGatewayID.NotFound: The gateway ID 'igw-${unknown}' does not exist`,
    );
    expect(asked({ GatewayId: loose })).toBe(
      `InvalidParameterValue: route table ${net.mainTableId} and network gateway ${loose} ` +
        "belong to different networks",
    );
    expect(asked({ GatewayId: `vpce-${unknown}` })).toBe(
      "InvalidParameterValue: Cannot create or replace a prefix list route targeting a VPC Endpoint.",
    );
    expect(asked({ NatGatewayId: `nat-${unknown}` })).toBe(
      `InvalidNatGatewayID.NotFound: The natGateway ID 'nat-${unknown}' does not exist`,
    );
    expect(asked({ NetworkInterfaceId: `eni-${unknown}` })).toMatch(/^InvalidNetworkInterfaceID.NotFound/);
    expect(asked({ InstanceId: `i-${unknown}` })).toMatch(/^InvalidInstanceID.NotFound/);
    expect(asked({ EgressOnlyInternetGatewayId: `eigw-${unknown}` })).toMatch(/^InvalidGatewayID.NotFound/);
    const foreign = newTable(otherVpc());
    expect(
      net.refusal("CreateRoute", {
        RouteTableId: foreign,
        DestinationCidrBlock: "192.0.2.0/24",
        NetworkInterfaceId: eni,
      }),
    ).toMatch(/belong to different networks/);
    for (const parameter of ["TransitGatewayId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId"]) {
      expect(asked({ [parameter]: "x" })).toBe(`UnsupportedOperation: ${parameter}`);
    }
  });

  it("is told by the instance of its interface, and is a black hole while that does not run", () => {
    const { id, eniId } = net.instanceIn(net.privateSubnetId);
    create(net.publicTableId, { DestinationCidrBlock: "192.0.2.0/24", InstanceId: id });
    const shown = {
      DestinationCidrBlock: "192.0.2.0/24",
      NetworkInterfaceId: eniId,
      InstanceId: id,
      InstanceOwnerId: "111122223333",
    };
    expect(routes().at(-1)).toMatchObject({ ...shown, State: "active" });
    net.become(id, { state: "stopped" });
    expect(routes().at(-1)).toMatchObject({ ...shown, State: "blackhole" });
    net.store.transaction((tx) => networkInterfaces.remove(tx, tx.get(networkInterfaces.collection, eniId)!));
    expect(routes().at(-1)).toMatchObject({ NetworkInterfaceId: eniId, State: "blackhole" });
    expect(routes().at(-1)).not.toHaveProperty("InstanceId");
    const target = net.model().routeTables.find(({ id: tableId }) => tableId === net.publicTableId);
    expect(target?.routes.at(-1)?.target).toEqual({ kind: "blackhole" });
  });

  it("within the VPC is of a whole subnet, and leads to an interface", () => {
    const asked = (DestinationCidrBlock: string, target: object) =>
      net.refusal("CreateRoute", { RouteTableId: net.publicTableId, DestinationCidrBlock, ...target });
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const eni = { NetworkInterfaceId: eniId };
    expect(asked("10.0.2.0/24", { GatewayId: net.gatewayId })).toBe(
      "InvalidParameterValue: The destination CIDR block 10.0.2.0/24 is equal to or more specific than one of " +
        "this VPC's CIDR blocks. This route can target only an interface or an instance.",
    );
    expect(asked("10.0.2.0/25", eni)).toMatch(/is not the CIDR block of a subnet/);
    create(net.publicTableId, { DestinationCidrBlock: "10.0.2.0/24", ...eni });
    create(net.publicTableId, { DestinationCidrBlock: "10.0.0.0/8", GatewayId: net.gatewayId });
    expect(routes().map((route) => route.DestinationCidrBlock)).toEqual([
      "10.0.0.0/16",
      "0.0.0.0/0",
      "10.0.2.0/24",
      "10.0.0.0/8",
    ]);
  });

  it.each(["169.254.168.0/22", "169.254.169.254/32"])("to %s is not to be had", (DestinationCidrBlock) => {
    const input = { RouteTableId: net.publicTableId, DestinationCidrBlock, GatewayId: net.gatewayId };
    expect(net.refusal("CreateRoute", input)).toMatch(/^InvalidParameterValue: The destination CIDR block/);
  });

  it("is one of 500 at most", () => {
    net.store.transaction((tx) => {
      const row = tx.get(routeTables.collection, net.publicTableId)!;
      const target = { kind: "internet-gateway", id: net.gatewayId } as const;
      const more = Array.from({ length: routesPerTableMax }, (_, index) => ({
        destination: `192.${index >> 8}.${index & 255}.0/24`,
        target,
        origin: "CreateRoute" as const,
      }));
      routeTables.change(tx, row, { routes: [row.routes[0]!, ...more] });
    });
    expect(
      net.refusal("CreateRoute", {
        RouteTableId: net.publicTableId,
        DestinationCidrBlock: "198.51.100.0/24",
        GatewayId: net.gatewayId,
      }),
    ).toBe("RouteLimitExceeded: The maximum number of routes has been reached.");
  });

  it("is replaced in its place, and only where it is", () => {
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const input = { RouteTableId: net.publicTableId, NetworkInterfaceId: eniId };
    net.ask("ReplaceRoute", { ...input, DestinationCidrBlock: "0.0.0.0/0" });
    expect(routes().at(-1)).toMatchObject({ NetworkInterfaceId: eniId, Origin: "CreateRoute" });
    expect(net.refusal("ReplaceRoute", { ...input, DestinationCidrBlock: "192.0.2.0/24" })).toBe(
      "InvalidParameterValue: There is no route defined for '192.0.2.0/24' in the route table. Use CreateRoute instead.",
    );
  });

  it("of the VPC's own block takes another target, is put back, and is never deleted", () => {
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const own = { RouteTableId: net.publicTableId, DestinationCidrBlock: "10.0.0.0/16" };
    expect(net.refusal("ReplaceRoute", { ...own, GatewayId: net.gatewayId })).toMatch(/only an interface/);
    net.ask("ReplaceRoute", { ...own, NetworkInterfaceId: eniId });
    expect(routes()[0]).toMatchObject({ NetworkInterfaceId: eniId, Origin: "CreateRouteTable" });
    expect(net.refusal("DeleteRoute", own)).toBe(
      `InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table ${net.publicTableId}`,
    );
    net.ask("ReplaceRoute", { ...own, LocalTarget: true });
    expect(routes()[0]).toMatchObject({ GatewayId: "local" });
    expect(net.refusal("ReplaceRoute", { ...own, LocalTarget: true, GatewayId: "x" })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(
      net.refusal("ReplaceRoute", { ...own, DestinationCidrBlock: "0.0.0.0/0", LocalTarget: true }),
    ).toMatch(/^InvalidParameterValue/);
  });

  it("is deleted, and then is not there", () => {
    const route = { RouteTableId: net.publicTableId, DestinationCidrBlock: "0.0.0.0/0" };
    net.ask("DeleteRoute", route);
    expect(routes()).toHaveLength(1);
    expect(net.refusal("DeleteRoute", route)).toBe(
      `InvalidRoute.NotFound: no route with destination-cidr-block 0.0.0.0/0 in route table ${net.publicTableId}`,
    );
  });

  it("needs the table, whose VPC and tags decide", () => {
    const operations = ["CreateRoute", "ReplaceRoute", "DeleteRoute"];
    const arn = `arn:aws:ec2:us-east-1:111122223333:route-table/${net.publicTableId}`;
    for (const operation of operations) {
      expect(net.needs(operation, { RouteTableId: net.publicTableId })).toEqual([[`ec2:${operation}`, arn]]);
    }
  });

  it("of IPv6 leads to gateways of the internet, not to a NAT gateway", () => {
    const eigw = net.id(
      "CreateEgressOnlyInternetGateway",
      { VpcId: net.vpcId },
      "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
    );
    create(net.mainTableId, { DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: eigw });
    create(net.publicTableId, { DestinationIpv6CidrBlock: "::/0", GatewayId: net.gatewayId });
    expect(routes(net.mainTableId).at(-1)).toEqual({
      DestinationIpv6CidrBlock: "::/0",
      EgressOnlyInternetGatewayId: eigw,
      Origin: "CreateRoute",
      State: "active",
    });
    expect(
      net.refusal("CreateRoute", {
        RouteTableId: net.mainTableId,
        DestinationCidrBlock: "0.0.0.0/0",
        EgressOnlyInternetGatewayId: eigw,
      }),
    ).toMatch(/^InvalidParameterValue: The target eigw-/);
    net.ask("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: eigw });
    expect(routes(net.mainTableId).at(-1)).toMatchObject({ State: "blackhole" });
  });
});
