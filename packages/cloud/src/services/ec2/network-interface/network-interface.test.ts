import type { NetworkInterface } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { networkReconciler } from "../network/reconciler.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { rootOf } from "../testing.ts";

const other = { principal: rootOf("444455556666") };
const ec2 = "arn:aws:ec2:us-east-1:111122223333";

describe("network interfaces of one's own", () => {
  let net: TestNetwork;

  beforeEach(async () => {
    net = await openTestNetwork();
  });

  const create = (input: object = {}): NetworkInterface =>
    net.ask<{ NetworkInterface: NetworkInterface }>("CreateNetworkInterface", {
      SubnetId: net.publicSubnetId,
      ...input,
    }).NetworkInterface;
  const look = (id: string): NetworkInterface =>
    net.ask<{ NetworkInterfaces: NetworkInterface[] }>("DescribeNetworkInterfaces", {
      NetworkInterfaceIds: [id],
    }).NetworkInterfaces[0]!;
  const idOf = (input: object = {}): string => create(input).NetworkInterfaceId ?? "";
  const attach = (NetworkInterfaceId: string, InstanceId: string, DeviceIndex = 1, caller = {}): string =>
    net.ask<{ AttachmentId: string }>(
      "AttachNetworkInterface",
      { NetworkInterfaceId, InstanceId, DeviceIndex },
      caller,
    ).AttachmentId;
  /** One pass over the networks, which stand at once. */
  const settle = (): Promise<void> => {
    const driver = {
      mode: "recorded",
      apply: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      standing: () => Promise.resolve([]),
      netnsOf: String,
    } as const;
    return networkReconciler(driver, () => undefined).run(net.store, net.environment);
  };
  function withIpv6(): void {
    const input = { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true };
    const block = net.id("AssociateVpcCidrBlock", input, "Ipv6CidrBlockAssociation.Ipv6CidrBlock");
    const Ipv6CidrBlock = block.replace("/56", "/64");
    net.ask("AssociateSubnetCidrBlock", { SubnetId: net.publicSubnetId, Ipv6CidrBlock });
  }

  it("have the subnet, the groups, the addresses and the tags of the request", () => {
    const made = create({
      Description: "front",
      PrivateIpAddresses: [
        { PrivateIpAddress: "10.0.1.20", Primary: true },
        { PrivateIpAddress: "10.0.1.21" },
      ],
      TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "team", Value: "a" }] }],
    });
    expect(made).toMatchObject({
      Status: "available",
      Description: "front",
      SubnetId: net.publicSubnetId,
      VpcId: net.vpcId,
      AvailabilityZone: "us-east-1a",
      PrivateIpAddress: "10.0.1.20",
      SourceDestCheck: true,
      Groups: [{ GroupName: "default" }],
      TagSet: [{ Key: "team", Value: "a" }],
    });
    expect(made.Attachment).toBeUndefined();
    expect(made.PrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress)).toEqual([
      "10.0.1.20",
      "10.0.1.21",
    ]);
    expect(look(made.NetworkInterfaceId!)).toEqual(made);
  });

  it("are made once for each client token", () => {
    const [one, again] = [create({ ClientToken: "t" }), create({ ClientToken: "t" })];
    expect(again.NetworkInterfaceId).toBe(one.NetworkInterfaceId);
    expect(
      net.refusal("CreateNetworkInterface", { SubnetId: net.privateSubnetId, ClientToken: "t" }),
    ).toMatch(/^IdempotentParameterMismatch/);
  });

  it("need the subnet and the named groups, and tagging", () => {
    const Groups = [
      net.id("CreateSecurityGroup", { GroupName: "w", Description: "d", VpcId: net.vpcId }, "GroupId"),
    ];
    const TagSpecifications = [{ ResourceType: "network-interface", Tags: [{ Key: "a", Value: "b" }] }];
    const input = { SubnetId: net.publicSubnetId, Groups, TagSpecifications };
    expect(net.needs("CreateNetworkInterface", input)).toEqual([
      ["ec2:CreateNetworkInterface", `${ec2}:network-interface/*`],
      ["ec2:CreateNetworkInterface", `${ec2}:subnet/${net.publicSubnetId}`],
      ["ec2:CreateNetworkInterface", `${ec2}:security-group/${Groups[0]}`],
      ["ec2:CreateTags", `${ec2}:network-interface/*`],
    ]);
  });

  it("take the asked numbers of addresses, each of its own", () => {
    withIpv6();
    const made = create({
      SecondaryPrivateIpAddressCount: 3,
      Ipv4PrefixCount: 2,
      Ipv6AddressCount: 2,
      Ipv6PrefixCount: 1,
    });
    const addresses = made.PrivateIpAddresses!.map(({ PrivateIpAddress }) => PrivateIpAddress!);
    expect(new Set(addresses).size).toBe(4);
    const prefixes = made.Ipv4Prefixes!.map(({ Ipv4Prefix }) => Ipv4Prefix!);
    expect(new Set(prefixes).size).toBe(2);
    for (const prefix of prefixes) {
      expect(prefix).toMatch(/^10\.0\.1\.\d+\/28$/);
      const low = Number(prefix.split(/[./]/)[3]);
      expect(low % 16).toBe(0);
      for (const address of addresses) {
        const host = Number(address.split(".")[3]);
        expect(host < low || host > low + 15).toBe(true);
      }
    }
    expect(made.Ipv6Addresses).toHaveLength(2);
    expect(made.Ipv6Prefixes![0]!.Ipv6Prefix).toMatch(/\/80$/);
  });

  it("keep others from the addresses of their prefixes", () => {
    create({ Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.64/28" }] });
    expect(
      net.refusal("CreateNetworkInterface", { SubnetId: net.publicSubnetId, PrivateIpAddress: "10.0.1.70" }),
    ).toBe("InvalidIPAddress.InUse: Address 10.0.1.70 is in use.");
    const again = { SubnetId: net.publicSubnetId, Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.64/28" }] };
    expect(net.refusal("CreateNetworkInterface", again)).toMatch(/^InvalidIPAddress.InUse/);
  });

  it("take prefixes from reservations for prefixes where there are some, and none from explicit ones", () => {
    const reserve = (Cidr: string, ReservationType: string) =>
      net.ask("CreateSubnetCidrReservation", { SubnetId: net.publicSubnetId, Cidr, ReservationType });
    reserve("10.0.1.96/28", "prefix");
    expect(create({ Ipv4PrefixCount: 1 }).Ipv4Prefixes).toEqual([{ Ipv4Prefix: "10.0.1.96/28" }]);
    expect(
      net.refusal("CreateNetworkInterface", { SubnetId: net.publicSubnetId, Ipv4PrefixCount: 1 }),
    ).toMatch(/^InsufficientCidrBlocks/);
  });

  it("are deleted with their number and addresses, unless something has them", () => {
    const id = idOf({ PrivateIpAddress: "10.0.1.30" });
    net.ask("DeleteNetworkInterface", { NetworkInterfaceId: id });
    expect(net.refusal("DescribeNetworkInterfaces", { NetworkInterfaceIds: [id] })).toMatch(/NotFound/);
    expect(idOf({ PrivateIpAddress: "10.0.1.30" })).not.toBe(id);
  });

  it("are attached, carry traffic only from then on, and are detached once the network stands without them", async () => {
    const { id: instance } = net.instanceIn(net.publicSubnetId);
    const id = idOf();
    const inModel = (): boolean => net.model().enis.some((eni) => eni.id === id);
    expect(inModel()).toBe(false);
    const attachment = attach(id, instance);
    expect(look(id)).toMatchObject({
      Status: "in-use",
      Attachment: {
        AttachmentId: attachment,
        DeviceIndex: 1,
        InstanceId: instance,
        InstanceOwnerId: "111122223333",
        Status: "attaching",
        DeleteOnTermination: false,
      },
    });
    expect(inModel()).toBe(true);
    net.ask("DetachNetworkInterface", { AttachmentId: attachment });
    expect(look(id).Attachment?.Status).toBe("detaching");
    expect(inModel()).toBe(false);
    await settle();
    expect(look(id)).toMatchObject({ Status: "available" });
    expect(look(id).Attachment).toBeUndefined();
  });

  it("of another VPC in the same zone are attached, too", () => {
    const { id: instance } = net.instanceIn(net.publicSubnetId);
    const VpcId = net.id("CreateVpc", { CidrBlock: "10.8.0.0/16" }, "Vpc.VpcId");
    const place = { VpcId, CidrBlock: "10.8.1.0/24", AvailabilityZone: "us-east-1a" };
    const id = idOf({ SubnetId: net.id("CreateSubnet", place, "Subnet.SubnetId") });
    attach(id, instance);
    expect(net.model(VpcId).enis.map((eni) => eni.id)).toEqual([id]);
  });

  it("that are attached outlive the instance unless they are to go with it", () => {
    const { id: instance } = net.instanceIn(net.publicSubnetId, { InstanceType: "t3.small" });
    const [kept, gone] = [idOf(), idOf()];
    attach(kept, instance);
    const AttachmentId = attach(gone, instance, 2);
    net.ask("ModifyNetworkInterfaceAttribute", {
      NetworkInterfaceId: gone,
      Attachment: { AttachmentId, DeleteOnTermination: true },
    });
    net.endInstance(instance);
    expect(look(kept).Status).toBe("available");
    expect(net.refusal("DescribeNetworkInterfaces", { NetworkInterfaceIds: [gone] })).toMatch(/NotFound/);
  });

  it("are given to a launch, as many as its type has room for", () => {
    const id = idOf({ PrivateIpAddress: "10.0.1.40" });
    const { Instances } = net.launch({
      InstanceType: "t3.small",
      NetworkInterfaces: [
        { DeviceIndex: 2, SubnetId: net.privateSubnetId, Description: "third" },
        { DeviceIndex: 0, NetworkInterfaceId: id },
        { DeviceIndex: 1, SubnetId: net.privateSubnetId, DeleteOnTermination: false },
      ],
    });
    const [instance] = Instances!;
    expect(instance).toMatchObject({ PrivateIpAddress: "10.0.1.40", SubnetId: net.publicSubnetId });
    expect(
      instance!.NetworkInterfaces!.map(({ SubnetId, Attachment }) => [
        SubnetId,
        Attachment!.DeviceIndex,
        Attachment!.DeleteOnTermination,
      ]),
    ).toEqual([
      [net.publicSubnetId, 0, false],
      [net.privateSubnetId, 1, false],
      [net.privateSubnetId, 2, true],
    ]);
    expect(instance!.NetworkInterfaces![0]!.NetworkInterfaceId).toBe(id);
  });

  it("keep an instance from a type that has no room for them", () => {
    const { id: instance, eniId } = net.instanceIn(net.publicSubnetId, { InstanceType: "t3.small" });
    for (const index of [1, 2]) attach(idOf(), instance, index);
    const change = (InstanceType: string): string =>
      net.refusal("ModifyInstanceAttribute", { InstanceId: instance, InstanceType: { Value: InstanceType } });
    net.become(instance, { state: "stopped" });
    expect(change("t3.micro")).toBe(
      "AttachmentLimitExceeded: Interface count 3 exceeds the limit for t3.micro",
    );
    net.ask("AssignPrivateIpAddresses", { NetworkInterfaceId: eniId, Ipv4PrefixCount: 1 });
    expect(change("t2.small")).toBe(
      "UnsupportedOperation: Instances of the type t2.small cannot have prefixes.",
    );
  });

  it("of a launch need each interface, group and subnet that the launch names or makes", () => {
    const id = idOf();
    const needs = net
      .needs("RunInstances", {
        ImageId: "ami-0ca5e3a7e00000001",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [
          { DeviceIndex: 0, NetworkInterfaceId: id },
          { DeviceIndex: 1, SubnetId: net.privateSubnetId },
        ],
      })
      .map(([, arn]) => arn.split(":")[5]);
    expect(needs).toEqual([
      "image/ami-0ca5e3a7e00000001",
      "instance/*",
      `network-interface/${id}`,
      "network-interface/*",
      expect.stringMatching(/^security-group\/sg-/),
      `subnet/${net.privateSubnetId}`,
      "volume/*",
    ]);
  });

  it("get addresses and prefixes and give them back", () => {
    withIpv6();
    const id = idOf({ PrivateIpAddress: "10.0.1.50" });
    const of = { NetworkInterfaceId: id };
    net.ask("AssignPrivateIpAddresses", { ...of, PrivateIpAddresses: ["10.0.1.51"] });
    net.ask("AssignPrivateIpAddresses", { ...of, Ipv4Prefixes: ["10.0.1.128/28"] });
    const { AssignedIpv6Addresses } = net.ask<{ AssignedIpv6Addresses: string[] }>("AssignIpv6Addresses", {
      ...of,
      Ipv6AddressCount: 1,
    });
    net.ask("AssignIpv6Addresses", { ...of, Ipv6PrefixCount: 1 });
    const shown = look(id);
    expect(shown.PrivateIpAddresses).toHaveLength(2);
    expect(shown.Ipv4Prefixes).toEqual([{ Ipv4Prefix: "10.0.1.128/28" }]);
    expect(shown.Ipv6Addresses?.map(({ Ipv6Address }) => Ipv6Address)).toEqual(AssignedIpv6Addresses);
    net.ask("UnassignPrivateIpAddresses", {
      ...of,
      PrivateIpAddresses: ["10.0.1.51"],
      Ipv4Prefixes: ["10.0.1.128/28"],
    });
    net.ask("UnassignIpv6Addresses", {
      ...of,
      Ipv6Addresses: AssignedIpv6Addresses,
      Ipv6Prefixes: shown.Ipv6Prefixes!.map(({ Ipv6Prefix }) => Ipv6Prefix),
    });
    expect(look(id).PrivateIpAddresses).toHaveLength(1);
    for (const list of ["Ipv4Prefixes", "Ipv6Prefixes"] as const) expect(look(id)[list]).toBeUndefined();
    expect(look(id).Ipv6Addresses).toEqual([]);
  });

  it("give a secondary address to another one only when it may be moved, and its elastic IP goes with it", () => {
    const [from, to] = [idOf(), idOf()];
    const address = "10.0.1.60";
    const assign = (id: string, more: object = {}) => ({
      NetworkInterfaceId: id,
      PrivateIpAddresses: [address],
      ...more,
    });
    net.ask("AssignPrivateIpAddresses", assign(from));
    const AllocationId = net.id("AllocateAddress", {}, "AllocationId");
    net.ask("AssociateAddress", { AllocationId, NetworkInterfaceId: from, PrivateIpAddress: address });
    expect(net.refusal("AssignPrivateIpAddresses", assign(to))).toMatch(/^InvalidIPAddress.InUse/);
    net.ask("AssignPrivateIpAddresses", assign(to, { AllowReassignment: true }));
    expect(look(from).PrivateIpAddresses).toHaveLength(1);
    expect(look(to).PrivateIpAddresses![1]).toMatchObject({
      PrivateIpAddress: address,
      Association: { AllocationId },
    });
    const primary = look(to).PrivateIpAddress;
    const stolen = { NetworkInterfaceId: from, PrivateIpAddresses: [primary], AllowReassignment: true };
    expect(net.refusal("AssignPrivateIpAddresses", stolen)).toMatch(/^InvalidIPAddress.InUse/);
  });

  it("lose an elastic IP with the secondary address it stands for", () => {
    const id = idOf();
    net.ask("AssignPrivateIpAddresses", { NetworkInterfaceId: id, PrivateIpAddresses: ["10.0.1.61"] });
    const AllocationId = net.id("AllocateAddress", {}, "AllocationId");
    net.ask("AssociateAddress", { AllocationId, NetworkInterfaceId: id, PrivateIpAddress: "10.0.1.61" });
    net.ask("UnassignPrivateIpAddresses", { NetworkInterfaceId: id, PrivateIpAddresses: ["10.0.1.61"] });
    const { Addresses } = net.ask<{ Addresses: { AssociationId?: string }[] }>("DescribeAddresses", {
      AllocationIds: [AllocationId],
    });
    expect(Addresses[0]!.AssociationId).toBeUndefined();
  });

  it("of instances reach the metadata service over IPv4 alone", () => {
    withIpv6();
    const { eniId } = net.instanceIn(net.publicSubnetId, { Ipv6AddressCount: 1 });
    const eni = net.model().enis.find(({ id }) => id === eniId);
    expect(eni?.ipv6s).toHaveLength(1);
    expect(eni?.metadata).toEqual({ enabled: true, hopLimit: 2, ipv6: false });
  });

  it("reset what they check of their packets", () => {
    const id = idOf();
    net.ask("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: id, SourceDestCheck: { Value: false } });
    net.ask("ResetNetworkInterfaceAttribute", { NetworkInterfaceId: id, SourceDestCheck: "true" });
    expect(look(id).SourceDestCheck).toBe(true);
  });

  it("of a running instance get a public address of Amazon's and lose it", () => {
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const set = (AssociatePublicIpAddress: boolean) =>
      net.ask("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: eniId, AssociatePublicIpAddress });
    set(true);
    expect(look(eniId).Association?.PublicIp).toMatch(/^203\.0\.113\./);
    set(false);
    expect(look(eniId).Association).toBeUndefined();
  });

  it("are attached by another account only while it is permitted, and stay their owner's", async () => {
    const id = idOf();
    net.ask("DescribeVpcs", {}, other);
    const theirs = net.launchOne({}, other);
    net.become(theirs, { state: "running", zone: "us-east-1a" });
    const input = { NetworkInterfaceId: id, InstanceId: theirs, DeviceIndex: 1 };
    expect(net.refusal("AttachNetworkInterface", input, other)).toBe(
      `InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${id}' does not exist`,
    );
    const permission = net.id(
      "CreateNetworkInterfacePermission",
      { NetworkInterfaceId: id, AwsAccountId: "444455556666", Permission: "INSTANCE-ATTACH" },
      "InterfacePermission.NetworkInterfacePermissionId",
    );
    const attachment = attach(id, theirs, 1, other);
    expect(look(id).Attachment).toMatchObject({ InstanceId: theirs, InstanceOwnerId: "444455556666" });
    const remove = { NetworkInterfacePermissionId: permission };
    expect(net.refusal("DeleteNetworkInterfacePermission", remove)).toMatch(/^OperationNotPermitted/);
    net.ask("DetachNetworkInterface", { AttachmentId: attachment }, other);
    await settle();
    expect(net.ask("DeleteNetworkInterfacePermission", remove)).toEqual({ Return: true });
    expect(net.refusal("AttachNetworkInterface", input, other)).toMatch(/NotFound/);
  });

  it("are nobody else's", () => {
    const id = idOf();
    for (const operation of ["DeleteNetworkInterface", "AssignPrivateIpAddresses", "AssignIpv6Addresses"]) {
      expect(net.refusal(operation, { NetworkInterfaceId: id, Ipv6AddressCount: 1 }, other)).toMatch(
        /NotFound/,
      );
    }
    const { NetworkInterfacePermissions } = net.ask<{ NetworkInterfacePermissions: object[] }>(
      "DescribeNetworkInterfacePermissions",
      {},
      other,
    );
    expect(NetworkInterfacePermissions).toEqual([]);
  });
});
