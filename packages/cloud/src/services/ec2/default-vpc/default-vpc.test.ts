import type {
  DescribeInternetGatewaysResult,
  DescribeNetworkAclsResult,
  DescribeNetworkInterfacesResult,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  DescribeVpcsResult,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import type { Operation } from "../../../kit/index.ts";
import { hostNumbers, numberSpaces } from "../host-number.ts";
import { describeInternetGateways } from "../internet-gateway/operations.ts";
import { describeNetworkAcls } from "../network-acl/operations.ts";
import { describeNetworkInterfaces } from "../network-interface/operations.ts";
import { describeRouteTables } from "../route-table/operations.ts";
import { describeSecurityGroups } from "../security-group/group-operations.ts";
import { describeSubnets } from "../subnet/operations.ts";
import { createTags } from "../tag/operations.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { rootOf } from "../testing.ts";
import { describeVpcs } from "../vpc/operations.ts";
import { vpcs } from "../vpc/vpc.ts";

const regions = { "us-east-1": "use1", "eu-west-1": "euw1" } as const;

describe.each(Object.entries(regions))("the default network of %s", (region, zonePrefix) => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const ask = <Output>(operation: Operation, input: object = {}): Output =>
    world.run<Output>(operation, input, { region });

  it("is one default VPC of 172.31.0.0/16", () => {
    const { Vpcs = [], NextToken } = ask<DescribeVpcsResult>(describeVpcs);
    expect(NextToken).toBeUndefined();
    expect(Vpcs).toMatchObject([
      {
        CidrBlock: "172.31.0.0/16",
        CidrBlockAssociationSet: [{ CidrBlock: "172.31.0.0/16", CidrBlockState: { State: "associated" } }],
        IsDefault: true,
        InstanceTenancy: "default",
        OwnerId: "111122223333",
        State: "available",
        Tags: [],
      },
    ]);
    expect(Vpcs[0]?.VpcId).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(Vpcs[0]?.DhcpOptionsId).toMatch(/^dopt-0[0-9a-f]{16}$/);
  });

  it("has a /20 subnet in each of three zones, which gives public addresses", () => {
    const { Subnets = [] } = ask<DescribeSubnetsResult>(describeSubnets);
    const shown = Subnets.map((each) => [
      each.AvailabilityZone,
      each.AvailabilityZoneId,
      each.CidrBlock,
      each.DefaultForAz,
      each.MapPublicIpOnLaunch,
      each.AvailableIpAddressCount,
    ]).toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    expect(shown).toEqual([
      [`${region}a`, `${zonePrefix}-az1`, "172.31.0.0/20", true, true, 4091],
      [`${region}b`, `${zonePrefix}-az2`, "172.31.16.0/20", true, true, 4091],
      [`${region}c`, `${zonePrefix}-az3`, "172.31.32.0/20", true, true, 4091],
    ]);
    expect(Subnets[0]?.SubnetArn).toBe(`arn:aws:ec2:${region}:111122223333:subnet/${Subnets[0]?.SubnetId}`);
  });

  it("reaches the internet by its gateway, over its main route table", () => {
    const { InternetGateways = [] } = ask<DescribeInternetGatewaysResult>(describeInternetGateways);
    const { RouteTables = [] } = ask<DescribeRouteTablesResult>(describeRouteTables);
    const [vpc] = ask<DescribeVpcsResult>(describeVpcs).Vpcs ?? [];
    expect(InternetGateways).toMatchObject([{ Attachments: [{ VpcId: vpc?.VpcId, State: "available" }] }]);
    expect(RouteTables).toMatchObject([
      {
        VpcId: vpc?.VpcId,
        Associations: [{ Main: true, AssociationState: { State: "associated" } }],
        Routes: [
          {
            DestinationCidrBlock: "172.31.0.0/16",
            GatewayId: "local",
            State: "active",
            Origin: "CreateRouteTable",
          },
          {
            DestinationCidrBlock: "0.0.0.0/0",
            GatewayId: InternetGateways[0]?.InternetGatewayId,
            State: "active",
            Origin: "CreateRoute",
          },
        ],
      },
    ]);
  });

  it("has a default ACL that lets everything pass, in force on every subnet", () => {
    const { NetworkAcls = [] } = ask<DescribeNetworkAclsResult>(describeNetworkAcls);
    const { Subnets = [] } = ask<DescribeSubnetsResult>(describeSubnets);
    expect(NetworkAcls).toHaveLength(1);
    const [acl] = NetworkAcls;
    expect(acl?.IsDefault).toBe(true);
    const rules = acl?.Entries?.map((entry) => [
      entry.Egress,
      entry.RuleNumber,
      entry.RuleAction,
      entry.Protocol,
    ]);
    expect(rules).toEqual([
      [true, 100, "allow", "-1"],
      [true, 32_767, "deny", "-1"],
      [false, 100, "allow", "-1"],
      [false, 32_767, "deny", "-1"],
    ]);
    const ids = (rows: readonly { readonly SubnetId?: string | undefined }[] = []) =>
      new Set(rows.map(({ SubnetId }) => SubnetId));
    expect(ids(acl?.Associations)).toEqual(ids(Subnets));
  });

  it("has the default security group, and no interface yet", () => {
    const { SecurityGroups = [] } = ask<DescribeSecurityGroupsResult>(describeSecurityGroups);
    expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(["default"]);
    expect(ask<DescribeNetworkInterfacesResult>(describeNetworkInterfaces).NetworkInterfaces).toEqual([]);
  });
});

describe("default networks", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const vpcId = (caller = {}): string | undefined =>
    world.run<DescribeVpcsResult>(describeVpcs, {}, caller).Vpcs?.[0]?.VpcId;

  it("are made once for each account and region, and every one is another", () => {
    const places = [{}, { region: "eu-west-1" }, { principal: rootOf("444455556666") }];
    const first = places.map(vpcId);
    expect(new Set(first).size).toBe(3);
    expect(places.map(vpcId)).toEqual(first);
    const numbers = world.store.read((tx) => [...tx.scan(vpcs.collection)].map(({ number }) => number));
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3]));
  });

  it("are not made again once they were deleted", () => {
    const id = vpcId()!;
    world.store.transaction((tx) => vpcs.remove(tx, tx.get(vpcs.collection, id)!));
    expect(vpcId()).toBeUndefined();
  });

  it("are refused when the host has no number left", () => {
    world.store.transaction((tx) => {
      for (let number = 1; number <= numberSpaces.vpc; number += 1) {
        tx.put(hostNumbers, { key: `vpc/${number}`, space: "vpc", number, holder: "test" });
      }
    });
    expect(world.faultOf(describeVpcs, {}, { region: "eu-west-1" })).toEqual({
      code: "VpcLimitExceeded",
      message: "The maximum number of VPCs has been reached.",
    });
  });
});

interface Room {
  readonly operation: Operation;
  /** The parameter that takes ids, and the member that shows rows. */
  readonly ids: string;
  readonly rows: string;
  readonly id: string;
  readonly notFound: string;
  readonly malformed: string;
  readonly unknownId: string;
}

const rooms: readonly (Room & { readonly name: string })[] = [
  {
    name: "VPCs",
    operation: describeVpcs,
    ids: "VpcIds",
    rows: "Vpcs",
    id: "VpcId",
    notFound: "InvalidVpcID.NotFound",
    malformed: "InvalidVpcId.Malformed",
    unknownId: "vpc-0aaaaaaaaaaaaaaaa",
  },
  {
    name: "subnets",
    operation: describeSubnets,
    ids: "SubnetIds",
    rows: "Subnets",
    id: "SubnetId",
    notFound: "InvalidSubnetID.NotFound",
    malformed: "InvalidSubnetId.Malformed",
    unknownId: "subnet-0aaaaaaaaaaaaaaaa",
  },
  {
    name: "route tables",
    operation: describeRouteTables,
    ids: "RouteTableIds",
    rows: "RouteTables",
    id: "RouteTableId",
    notFound: "InvalidRouteTableID.NotFound",
    malformed: "InvalidRouteTableId.Malformed",
    unknownId: "rtb-0aaaaaaaaaaaaaaaa",
  },
  {
    name: "internet gateways",
    operation: describeInternetGateways,
    ids: "InternetGatewayIds",
    rows: "InternetGateways",
    id: "InternetGatewayId",
    notFound: "InvalidInternetGatewayID.NotFound",
    malformed: "InvalidInternetGatewayId.Malformed",
    unknownId: "igw-0aaaaaaaaaaaaaaaa",
  },
  {
    name: "network ACLs",
    operation: describeNetworkAcls,
    ids: "NetworkAclIds",
    rows: "NetworkAcls",
    id: "NetworkAclId",
    notFound: "InvalidNetworkAclID.NotFound",
    malformed: "InvalidNetworkAclId.Malformed",
    unknownId: "acl-0aaaaaaaaaaaaaaaa",
  },
  {
    name: "network interfaces",
    operation: describeNetworkInterfaces,
    ids: "NetworkInterfaceIds",
    rows: "NetworkInterfaces",
    id: "NetworkInterfaceId",
    notFound: "InvalidNetworkInterfaceID.NotFound",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    unknownId: "eni-0aaaaaaaaaaaaaaaa",
  },
];

type Shown = Readonly<Record<string, unknown>>;

describe.each(rooms)("describing $name", (room) => {
  let world: TestWorld;
  let own: string;

  beforeEach(async () => {
    world = await openTestWorld();
    world.launch();
    own = String(list()[0]?.[room.id]);
  });

  const list = (input: object = {}, caller = {}): readonly Shown[] =>
    world.run<Readonly<Record<string, readonly Shown[]>>>(room.operation, input, caller)[room.rows] ?? [];
  const fault = (input: object, caller = {}) => world.faultOf(room.operation, input, caller).code;

  it("by id finds it once, however often it is named", () => {
    expect(list({ [room.ids]: [own, own] }).map((row) => row[room.id])).toEqual([own]);
  });

  it("by an id that is unknown, malformed, another account's or another region's is refused", () => {
    expect(fault({ [room.ids]: [own, room.unknownId] })).toBe(room.notFound);
    expect(fault({ [room.ids]: ["nonsense"] })).toBe(room.malformed);
    const ids = { [room.ids]: [own] };
    expect(fault(ids, { principal: rootOf("444455556666") })).toBe(room.notFound);
    expect(fault(ids, { region: "eu-west-1" })).toBe(room.notFound);
  });

  it("finds it by its tags", () => {
    world.run(createTags, { Resources: [own], Tags: [{ Key: "team", Value: "blue" }] });
    const found = (Name: string, Value: string) =>
      list({ Filters: [{ Name, Values: [Value] }] }).map((row) => row[room.id]);
    expect(found("tag:team", "bl*")).toEqual([own]);
    expect(found("tag-key", "team")).toEqual([own]);
    expect(found("tag:team", "red")).toEqual([]);
    expect(found("tag:absent", "*")).toEqual([]);
    expect(list({ [room.ids]: [own] })[0]).toMatchObject({
      [room.id === "NetworkInterfaceId" ? "TagSet" : "Tags"]: [{ Key: "team", Value: "blue" }],
    });
  });

  it.each([
    [{ Filters: [{ Name: "no-such-filter", Values: ["x"] }] }, "InvalidParameterValue"],
    [{ Filters: [{ Name: "constructor", Values: ["x"] }] }, "InvalidParameterValue"],
    [{ Filters: [{ Name: "tag:a", Values: [] }] }, "InvalidParameterValue"],
    [{ Filters: [{ Values: ["x"] }] }, "InvalidParameterValue"],
    [{ Filters: [{ Name: "tag:a", Values: Array.from({ length: 201 }, String) }] }, "FilterLimitExceeded"],
    [{ NextToken: "forged" }, "InvalidNextToken"],
    [{ [room.ids]: [room.unknownId], MaxResults: 5 }, "InvalidParameterCombination"],
  ])("with %j is refused with %s", (input, code) => {
    expect(fault(input)).toBe(code);
  });

  it("needs the action on everything", () => {
    expect(world.needsOf(room.operation, {}).map(({ action, target }) => [action, target.arn])).toEqual([
      [`ec2:${room.operation.name}`, "*"],
    ]);
  });
});

describe("filters", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
    world.launch({ PrivateIpAddress: "172.31.0.50" });
  });

  const cases: readonly (readonly [Operation, string, string, string, number])[] = [
    [describeVpcs, "Vpcs", "cidr", "172.31.*", 1],
    [describeVpcs, "Vpcs", "is-default", "true", 1],
    [describeVpcs, "Vpcs", "is-default", "false", 0],
    [describeVpcs, "Vpcs", "state", "available", 1],
    [describeSubnets, "Subnets", "availability-zone", "us-east-1b", 1],
    [describeSubnets, "Subnets", "default-for-az", "true", 3],
    [describeSubnets, "Subnets", "cidr-block", "172.31.??.0/20", 2],
    [describeSubnets, "Subnets", "available-ip-address-count", "4090", 1],
    [describeRouteTables, "RouteTables", "association.main", "true", 1],
    [describeRouteTables, "RouteTables", "route.gateway-id", "igw-*", 1],
    [describeRouteTables, "RouteTables", "route.state", "blackhole", 0],
    [describeInternetGateways, "InternetGateways", "attachment.state", "available", 1],
    [describeNetworkAcls, "NetworkAcls", "default", "true", 1],
    [describeNetworkAcls, "NetworkAcls", "entry.rule-action", "deny", 0],
    [describeNetworkInterfaces, "NetworkInterfaces", "private-ip-address", "172.31.0.50", 1],
    [describeNetworkInterfaces, "NetworkInterfaces", "attachment.instance-id", "i-*", 1],
    [describeNetworkInterfaces, "NetworkInterfaces", "group-name", "default", 1],
    [describeNetworkInterfaces, "NetworkInterfaces", "association.public-ip", "203.0.113.*", 1],
    [describeNetworkInterfaces, "NetworkInterfaces", "status", "available", 0],
    [describeNetworkInterfaces, "NetworkInterfaces", "private-dns-name", "ip-172-31-0-50.ec2.internal", 1],
  ];

  it.each(cases.map(([operation, ...rest]) => [operation.name, ...rest, operation] as const))(
    "of %s show in %s by %s = %s: %d",
    (_name, rows, Name, Value, count, operation) => {
      const output = world.run<Readonly<Record<string, readonly object[]>>>(operation, {
        Filters: [{ Name, Values: ["no such value", Value] }],
      });
      expect(output[rows]).toHaveLength(count);
    },
  );

  it("must all match, any value of each", () => {
    const Filters = [
      { Name: "default-for-az", Values: ["true"] },
      { Name: "availability-zone", Values: ["us-east-1a", "us-east-1c"] },
    ];
    const { Subnets = [] } = world.run<DescribeSubnetsResult>(describeSubnets, { Filters });
    expect(new Set(Subnets.map(({ AvailabilityZone }) => AvailabilityZone))).toEqual(
      new Set(["us-east-1a", "us-east-1c"]),
    );
  });

  it("hold over pages, and a token is good for its own question only", () => {
    const Filters = [{ Name: "state", Values: ["available"] }];
    const first = world.run<DescribeSubnetsResult>(describeSubnets, { Filters, MaxResults: 2 });
    expect(first.Subnets).toHaveLength(2);
    const { NextToken } = first;
    const next = world.run<DescribeSubnetsResult>(describeSubnets, { Filters, MaxResults: 2, NextToken });
    expect(next.Subnets).toHaveLength(1);
    expect(next.NextToken).toBeUndefined();
    const seen = [...first.Subnets!, ...next.Subnets!].map(({ SubnetId }) => SubnetId);
    expect(seen).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set(world.subnetIds()));
    expect(world.faultOf(describeSubnets, { NextToken }).code).toBe("InvalidNextToken");
    expect(world.faultOf(describeVpcs, { Filters, NextToken }).code).toBe("InvalidNextToken");
    const stranger = { principal: rootOf("444455556666") };
    expect(world.faultOf(describeSubnets, { Filters, NextToken }, stranger).code).toBe("InvalidNextToken");
  });
});
