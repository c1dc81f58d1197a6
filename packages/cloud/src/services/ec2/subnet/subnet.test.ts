import type {
  CreateSubnetResult,
  DescribeInstancesResult,
  DescribeNetworkInterfacesResult,
  DescribeSubnetsResult,
  DescribeVpcsResult,
  GetSubnetCidrReservationsResult,
  Subnet,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { addressIn, storedBlock } from "../cidr-block.ts";
import { openTestNetwork, operationNamed, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const create = (input: object = {}): Subnet =>
  net.ask<CreateSubnetResult>("CreateSubnet", { VpcId: net.vpcId, CidrBlock: "10.0.3.0/24", ...input })
    .Subnet ?? {};
const show = (SubnetId: string | undefined): Subnet =>
  net.ask<DescribeSubnetsResult>("DescribeSubnets", { SubnetIds: [SubnetId] }).Subnets?.[0] ?? {};
/** Gives the VPC an IPv6 block and answers its /64 of a number. */
const ipv6 = (index: number): string => {
  const vpc = () => net.ask<DescribeVpcsResult>("DescribeVpcs", { VpcIds: [net.vpcId] }).Vpcs?.[0];
  if ((vpc()?.Ipv6CidrBlockAssociationSet ?? []).length === 0) {
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true });
  }
  const block = storedBlock(vpc()?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "");
  const low = (BigInt(block.low) + (BigInt(index) << 64n)).toString(16).padStart(32, "0");
  return `${low.match(/.{4}/g)?.join(":")}/64`;
};

describe("a new subnet", () => {
  it("is available at once and shows all that AWS shows", () => {
    const made = create();
    expect(made).toMatchObject({
      SubnetId: made.SubnetId,
      SubnetArn: `arn:aws:ec2:us-east-1:111122223333:subnet/${made.SubnetId}`,
      VpcId: net.vpcId,
      OwnerId: "111122223333",
      State: "available",
      CidrBlock: "10.0.3.0/24",
      AvailabilityZone: "us-east-1b",
      AvailabilityZoneId: "use1-az2",
      AvailableIpAddressCount: 251,
      DefaultForAz: false,
      MapPublicIpOnLaunch: false,
      MapCustomerOwnedIpOnLaunch: false,
      AssignIpv6AddressOnCreation: false,
      Ipv6CidrBlockAssociationSet: [],
      Ipv6Native: false,
      EnableDns64: false,
      PrivateDnsNameOptionsOnLaunch: {
        HostnameType: "ip-name",
        EnableResourceNameDnsARecord: false,
        EnableResourceNameDnsAAAARecord: false,
      },
      Tags: [],
    });
    expect(show(made.SubnetId)).toMatchObject(made);
  });

  it("goes where it is asked for, by name or by id, and else to the zone with the fewest", () => {
    expect(create({ AvailabilityZone: "us-east-1c" }).AvailabilityZoneId).toBe("use1-az3");
    const byId = create({ CidrBlock: "10.0.4.0/24", AvailabilityZoneId: "use1-az1" });
    expect(byId.AvailabilityZone).toBe("us-east-1a");
    expect(create({ CidrBlock: "10.0.5.0/24" }).AvailabilityZone).toBe("us-east-1b");
    expect(
      net.refusal("CreateSubnet", { VpcId: net.vpcId, CidrBlock: "10.0.6.0/24", AvailabilityZone: "x" }),
    ).toBe(
      "InvalidParameterValue: Value (x) for parameter availabilityZone is invalid. Subnets can currently only " +
        "be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c.",
    );
  });

  it.each([
    ["10.9.0.0/24", "InvalidSubnet.Range"],
    ["10.0.0.0/15", "InvalidSubnet.Range"],
    ["10.0.3.0/29", "InvalidSubnet.Range"],
    ["10.0.1.0/24", "InvalidSubnet.Conflict"],
    ["10.0.0.0/16", "InvalidSubnet.Conflict"],
    ["10.0.1.240/28", "InvalidSubnet.Conflict"],
    ["10.0.3", "InvalidParameterValue"],
  ])("is refused with the block %s", (CidrBlock, code) => {
    expect(net.refusal("CreateSubnet", { VpcId: net.vpcId, CidrBlock })).toMatch(new RegExp(`^${code}: `));
  });

  it("may lie in a secondary block", () => {
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, CidrBlock: "10.2.0.0/16" });
    expect(create({ CidrBlock: "10.2.7.0/28" }).AvailableIpAddressCount).toBe(11);
  });

  it("takes an IPv6 block of its VPC that no other has, at /44 to /64 by fours", () => {
    const made = create({ Ipv6CidrBlock: ipv6(1) });
    expect(made.Ipv6CidrBlockAssociationSet).toMatchObject([
      { Ipv6CidrBlockState: { State: "associated" }, IpSource: "amazon" },
    ]);
    const again = { VpcId: net.vpcId, CidrBlock: "10.0.4.0/24" };
    expect(net.refusal("CreateSubnet", { ...again, Ipv6CidrBlock: ipv6(1) })).toContain(
      "InvalidSubnet.Conflict",
    );
    const longer = ipv6(2).replace("/64", "/66");
    expect(net.refusal("CreateSubnet", { ...again, Ipv6CidrBlock: longer })).toContain("InvalidSubnet.Range");
    expect(net.refusal("CreateSubnet", { ...again, Ipv6CidrBlock: "2001:db8::/64" })).toContain(
      "InvalidSubnet.Range",
    );
  });

  it("needs itself and its VPC, with zone, VPC and tags as keys", () => {
    const TagSpecifications = [{ ResourceType: "subnet", Tags: [{ Key: "team", Value: "a" }] }];
    const input = { VpcId: net.vpcId, AvailabilityZone: "us-east-1c", TagSpecifications };
    const [own, vpc, tags] = net.needsOf(operationNamed("CreateSubnet"), input);
    const arn = `arn:aws:ec2:us-east-1:111122223333:vpc/${net.vpcId}`;
    expect(own).toMatchObject({
      target: { arn: "arn:aws:ec2:us-east-1:111122223333:subnet/*" },
      keys: {
        "ec2:Vpc": arn,
        "ec2:AvailabilityZone": "us-east-1c",
        "ec2:AvailabilityZoneId": "use1-az3",
        "aws:RequestTag/team": "a",
      },
    });
    expect(vpc?.target).toMatchObject({ arn, keys: { "ec2:Tenancy": "default" } });
    expect(tags?.action).toBe("ec2:CreateTags");
    const [open] = net.needsOf(operationNamed("CreateSubnet"), { VpcId: net.vpcId });
    expect(open?.keys["ec2:AvailabilityZone"]).toBeUndefined();
    expect(open?.keys["aws:TagKeys"]).toBeUndefined();
  });

  it("keeps a number of its own, which is not given again at once", () => {
    const first = create();
    const numberOf = (id: string | undefined) => net.model().subnets.find((each) => each.id === id)?.number;
    const number = numberOf(first.SubnetId) ?? 0;
    const second = create({ CidrBlock: "10.0.4.0/24" });
    net.ask("DeleteSubnet", { SubnetId: first.SubnetId });
    expect(numberOf(create({ CidrBlock: "10.0.5.0/24" }).SubnetId)).toBeGreaterThan(number + 1);
    expect(numberOf(second.SubnetId)).toBe(number + 1);
  });
});

describe("deleting a subnet", () => {
  it("takes its reservations along, and is refused while an interface is in it", () => {
    const { SubnetId } = create();
    const reservation = { SubnetId, Cidr: "10.0.3.64/28", ReservationType: "explicit" };
    const path = "SubnetCidrReservation.SubnetCidrReservationId";
    const id = net.id("CreateSubnetCidrReservation", reservation, path);
    const instance = net.instanceIn(SubnetId ?? "");
    expect(net.refusal("DeleteSubnet", { SubnetId })).toBe(
      `DependencyViolation: The subnet '${SubnetId}' has dependencies and cannot be deleted.`,
    );
    net.endInstance(instance.id);
    net.ask("DeleteSubnet", { SubnetId });
    expect(net.refusal("DescribeSubnets", { SubnetIds: [SubnetId] })).toContain("InvalidSubnetID.NotFound");
    expect(net.refusal("DeleteSubnetCidrReservation", { SubnetCidrReservationId: id })).toContain("NotFound");
  });
});

describe("the attributes of a subnet", () => {
  const set = (input: object) => net.ask("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, ...input });
  const shown = () => show(net.publicSubnetId);
  const instance = (id: string) =>
    net.ask<DescribeInstancesResult>("DescribeInstances", { InstanceIds: [id] }).Reservations?.[0]
      ?.Instances?.[0];

  it("decide whether instances get a public address", () => {
    expect(instance(net.instanceIn(net.publicSubnetId).id)?.PublicIpAddress).toBeUndefined();
    set({ MapPublicIpOnLaunch: { Value: true } });
    expect(shown().MapPublicIpOnLaunch).toBe(true);
    expect(instance(net.instanceIn(net.publicSubnetId).id)?.PublicIpAddress).toMatch(/^203\.0\.113\./);
  });

  it("decide whether instances get an IPv6 address, once there is a block to take it from", () => {
    const on = { AssignIpv6AddressOnCreation: { Value: true } };
    expect(net.refusal("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, ...on })).toBe(
      "InvalidParameterValue: Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set " +
        `assign-ipv6-address-on-creation to true unless the subnet (${net.publicSubnetId}) has an IPv6 CIDR ` +
        "block associated with it.",
    );
    const block = ipv6(1);
    net.ask("AssociateSubnetCidrBlock", { SubnetId: net.publicSubnetId, Ipv6CidrBlock: block });
    expect(instance(net.instanceIn(net.publicSubnetId).id)?.Ipv6Address).toBeUndefined();
    set(on);
    const given = instance(net.instanceIn(net.publicSubnetId).id);
    expect(addressIn(storedBlock(block), given?.Ipv6Address ?? "")).toBe(true);
    const filter = { Filters: [{ Name: "ipv6-addresses.ipv6-address", Values: [given?.Ipv6Address] }] };
    const found = net.ask<DescribeNetworkInterfacesResult>("DescribeNetworkInterfaces", filter);
    expect(found.NetworkInterfaces).toHaveLength(1);
    expect(net.model().enis.flatMap(({ ipv6s = [] }) => ipv6s)).toEqual([given?.Ipv6Address]);
  });

  it.each([
    ["EnableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsARecord"],
    ["EnableResourceNameDnsAAAARecordOnLaunch", "EnableResourceNameDnsAAAARecord"],
  ] as const)("%s is kept for launches", (name, member) => {
    set({ [name]: { Value: true } });
    expect(shown().PrivateDnsNameOptionsOnLaunch?.[member]).toBe(true);
  });

  it("say how instances are named", () => {
    set({ PrivateDnsHostnameTypeOnLaunch: "resource-name" });
    expect(shown().PrivateDnsNameOptionsOnLaunch?.HostnameType).toBe("resource-name");
  });

  it("are changed one at a time, with the attribute and its value as keys", () => {
    const SubnetId = net.publicSubnetId;
    const two = {
      MapPublicIpOnLaunch: { Value: true },
      EnableResourceNameDnsARecordOnLaunch: { Value: true },
    };
    expect(net.refusal("ModifySubnetAttribute", { SubnetId, ...two })).toContain(
      "InvalidParameterCombination",
    );
    expect(net.refusal("ModifySubnetAttribute", { SubnetId })).toContain("No attributes specified");
    expect(net.refusal("ModifySubnetAttribute", { SubnetId, EnableDns64: { Value: true } })).toContain(
      "UnsupportedOperation",
    );
    const input = { SubnetId, MapPublicIpOnLaunch: { Value: false } };
    const [need] = net.needsOf(operationNamed("ModifySubnetAttribute"), input);
    expect(need?.keys).toMatchObject({
      "ec2:Attribute": "MapPublicIpOnLaunch",
      "ec2:Attribute/MapPublicIpOnLaunch": false,
    });
    expect(need?.target.keys).toMatchObject({
      "ec2:SubnetID": SubnetId,
      "ec2:AvailabilityZone": "us-east-1a",
    });
  });
});

describe("the IPv6 block of a subnet", () => {
  it("is one, and goes when nothing uses it", () => {
    const SubnetId = net.publicSubnetId;
    const path = "Ipv6CidrBlockAssociation.AssociationId";
    const AssociationId = net.id("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock: ipv6(1) }, path);
    expect(net.refusal("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock: ipv6(2) })).toContain(
      "CidrLimitExceeded",
    );
    const { id } = net.instanceIn(SubnetId, { Ipv6AddressCount: 1 });
    expect(net.refusal("DisassociateSubnetCidrBlock", { AssociationId })).toContain("InvalidCidrBlock.InUse");
    net.endInstance(id);
    expect(net.ask("DisassociateSubnetCidrBlock", { AssociationId })).toMatchObject({
      SubnetId,
      Ipv6CidrBlockAssociation: { AssociationId, Ipv6CidrBlockState: { State: "disassociating" } },
    });
    expect(show(SubnetId).Ipv6CidrBlockAssociationSet).toEqual([]);
    expect(net.model().subnets.every(({ ipv6Cidr }) => ipv6Cidr === undefined)).toBe(true);
  });
});

describe("addresses of a subnet", () => {
  it("exclude the first four and the last one", () => {
    const { SubnetId = "" } = create({ CidrBlock: "10.0.3.0/28" });
    const taken = Array.from({ length: 11 }, () => net.launch({ SubnetId }).Instances?.[0]?.PrivateIpAddress);
    const last = (address: string | undefined) => Number(address?.split(".")[3]);
    expect(taken.map(last).toSorted((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(show(SubnetId).AvailableIpAddressCount).toBe(0);
    expect(() => net.launch({ SubnetId })).toThrow("Not enough free addresses");
  });

  it("that are reserved are given to nobody who does not name one", () => {
    const { SubnetId = "" } = create({ CidrBlock: "10.0.3.0/28" });
    net.ask("CreateSubnetCidrReservation", { SubnetId, Cidr: "10.0.3.8/29", ReservationType: "explicit" });
    const taken = Array.from({ length: 4 }, () => net.launch({ SubnetId }).Instances?.[0]?.PrivateIpAddress);
    expect(new Set(taken)).toEqual(new Set(["10.0.3.4", "10.0.3.5", "10.0.3.6", "10.0.3.7"]));
    expect(() => net.launch({ SubnetId })).toThrow("Not enough free addresses");
    const named = net.launch({ SubnetId, PrivateIpAddress: "10.0.3.9" });
    expect(named.Instances?.[0]?.PrivateIpAddress).toBe("10.0.3.9");
  });

  it("of IPv6 are given as many as asked for, or as named", () => {
    const SubnetId = net.publicSubnetId;
    const block = ipv6(1);
    net.ask("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock: block });
    const addresses = (input: object) =>
      net
        .launch({ SubnetId, ...input })
        .Instances?.[0]?.NetworkInterfaces?.[0]?.Ipv6Addresses?.map(({ Ipv6Address }) => Ipv6Address ?? "") ??
      [];
    const two = addresses({ Ipv6AddressCount: 2 });
    expect(two).toHaveLength(2);
    for (const address of two) expect(addressIn(storedBlock(block), address)).toBe(true);
    const name = `${block.replace("/64", "").split(":").slice(0, 4).join(":")}:0:0:0:99`;
    const named = addresses({ Ipv6Addresses: [{ Ipv6Address: name }] });
    expect(named[0]).toMatch(/::99$/);
    const again = { SubnetId, Ipv6Addresses: [{ Ipv6Address: name }] };
    expect(() => net.launch(again)).toThrow("is in use");
    const router = name.replace(":99", ":1");
    expect(() => net.launch({ SubnetId, Ipv6Addresses: [{ Ipv6Address: router }] })).toThrow("reserved");
  });
});

describe("reservations", () => {
  const reserve = (Cidr: string, ReservationType = "explicit", more: object = {}) =>
    net.id(
      "CreateSubnetCidrReservation",
      { SubnetId: net.publicSubnetId, Cidr, ReservationType, ...more },
      "SubnetCidrReservation.SubnetCidrReservationId",
    );
  const list = (input: object = {}) =>
    net.ask<GetSubnetCidrReservationsResult>("GetSubnetCidrReservations", {
      SubnetId: net.publicSubnetId,
      ...input,
    });

  it("are listed by family, found by kind and tag, in pages, and deleted", () => {
    net.ask("AssociateSubnetCidrBlock", { SubnetId: net.publicSubnetId, Ipv6CidrBlock: ipv6(1) });
    const Tags = [{ Key: "team", Value: "a" }];
    const TagSpecifications = [{ ResourceType: "subnet-cidr-reservation", Tags }];
    const ids = [
      reserve("10.0.1.64/28", "explicit", { Description: "printers", TagSpecifications }),
      reserve("10.0.1.128/28", "prefix"),
      reserve(ipv6(1).replace("/64", "/80"), "prefix"),
    ];
    const all = list();
    expect(all.SubnetIpv4CidrReservations).toHaveLength(2);
    expect(all.SubnetIpv6CidrReservations).toHaveLength(1);
    expect(all.SubnetIpv4CidrReservations?.find((each) => each.SubnetCidrReservationId === ids[0])).toEqual({
      SubnetCidrReservationId: ids[0],
      SubnetId: net.publicSubnetId,
      Cidr: "10.0.1.64/28",
      ReservationType: "explicit",
      OwnerId: "111122223333",
      Description: "printers",
      Tags,
    });
    const found = (Name: string, value: string) => {
      const answer = list({ Filters: [{ Name, Values: [value] }] });
      return [...(answer.SubnetIpv4CidrReservations ?? []), ...(answer.SubnetIpv6CidrReservations ?? [])]
        .length;
    };
    expect([found("reservationType", "prefix"), found("tag:team", "a"), found("tag:team", "b")]).toEqual([
      2, 1, 0,
    ]);
    const first = list({ MaxResults: 2 });
    expect(first.NextToken).toBeDefined();
    const second = list({ MaxResults: 2, NextToken: first.NextToken });
    expect(second.NextToken).toBeUndefined();
    for (const SubnetCidrReservationId of ids)
      net.ask("DeleteSubnetCidrReservation", { SubnetCidrReservationId });
    expect(list()).toEqual({
      SubnetIpv4CidrReservations: [],
      SubnetIpv6CidrReservations: [],
      NextToken: undefined,
    });
  });

  it("neither leave the subnet nor overlap", () => {
    reserve("10.0.1.64/26");
    const refused = (Cidr: string) =>
      net.refusal("CreateSubnetCidrReservation", {
        SubnetId: net.publicSubnetId,
        Cidr,
        ReservationType: "prefix",
      });
    expect(refused("10.0.1.64/28")).toBe(
      "InvalidParameterValue: Reservation CIDR 10.0.1.64/28 has overlap with existing reserved CIDR block",
    );
    expect(refused("10.0.0.0/23")).toContain("is not within the subnet's CIDR blocks");
  });
});

describe("a default subnet", () => {
  it("is made anew in a zone that lost it, and nowhere else", () => {
    const asked = { AvailabilityZone: "us-east-1b" };
    expect(net.refusal("CreateDefaultSubnet", asked)).toContain(
      "DefaultSubnetAlreadyExistsInAvailabilityZone",
    );
    const Filters = [
      { Name: "default-for-az", Values: ["true"] },
      { Name: "availability-zone", Values: ["us-east-1b"] },
    ];
    const SubnetId = net.id("DescribeSubnets", { Filters }, "Subnets.0.SubnetId");
    net.ask("DeleteSubnet", { SubnetId });
    expect(net.ask<CreateSubnetResult>("CreateDefaultSubnet", asked).Subnet).toMatchObject({
      CidrBlock: "172.31.16.0/20",
      DefaultForAz: true,
      MapPublicIpOnLaunch: true,
      AvailabilityZone: "us-east-1b",
    });
  });
});
