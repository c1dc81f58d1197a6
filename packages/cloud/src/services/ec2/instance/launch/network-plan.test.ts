import type { Instance, InstanceNetworkInterface } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { hostNumbers, numberSpaces } from "../../host-number.ts";
import { networkInterfaces, primaryPublicIp } from "../../network-interface/network-interface.ts";
import { createSecurityGroup } from "../../security-group/group-operations.ts";
import { securityGroups } from "../../security-group/security-group.ts";
import { subnets } from "../../subnet/subnet.ts";
import { openTestWorld, testImage, type TestWorld } from "../../testing-world.ts";
import { rootOf } from "../../testing.ts";
import { vpcs } from "../../vpc/vpc.ts";
import { interfacesOf } from "../instance-view.ts";
import { runInstances } from "./run-instances.ts";

describe("the network of a launch", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const refused = (input: object, caller = {}) =>
    world.faultOf(
      runInstances,
      { ImageId: testImage, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...input },
      caller,
    );
  const launched = (input: object = {}): Instance => world.launch(input).Instances![0]!;
  const group = (GroupName: string): string =>
    world.run<{ GroupId: string }>(createSecurityGroup, { GroupName, Description: "d" }).GroupId;
  const interfaceOf = (spec: object): InstanceNetworkInterface =>
    launched({ NetworkInterfaces: [{ DeviceIndex: 0, ...spec }] }).NetworkInterfaces![0]!;
  const row = (id: string) => world.store.read((tx) => interfacesOf(tx, id)[0]!);

  /** A second VPC with a subnet that gives no public addresses, and a group of its own. */
  function makePrivateVpc(): { readonly subnetId: string; readonly groupId: string } {
    const [subnetId] = world.subnetIds();
    const defaultGroup = world.defaultGroupId();
    const made = {
      vpc: "vpc-0bbbbbbbbbbbbbbbb",
      subnet: "subnet-0bbbbbbbbbbbbbbbb",
      group: "sg-0bbbbbbbbbbbbbbbb",
    };
    world.store.transaction((tx) => {
      const subnet = tx.get(subnets.collection, subnetId!)!;
      const vpc = tx.get(vpcs.collection, subnet.vpcId)!;
      const sg = tx.get(securityGroups.collection, defaultGroup)!;
      vpcs.put(tx, { ...vpc, id: made.vpc, number: 9, isDefault: false });
      subnets.put(tx, {
        ...subnet,
        id: made.subnet,
        vpcId: made.vpc,
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
      });
      securityGroups.put(tx, { ...sg, id: made.group, vpcId: made.vpc });
    });
    return { subnetId: made.subnet, groupId: made.group };
  }

  it("is the subnet, the groups and the address of the request, in either form", () => {
    const [, second] = world.subnetIds();
    const groups = [group("a"), group("b")];
    const plain = launched({ SubnetId: second, SecurityGroupIds: groups, PrivateIpAddress: "172.31.16.10" });
    expect(plain).toMatchObject({ SubnetId: second, PrivateIpAddress: "172.31.16.10" });
    expect(plain.SecurityGroups?.map(({ GroupId }) => GroupId)).toEqual(groups);
    const spec = interfaceOf({
      SubnetId: second,
      Groups: groups,
      PrivateIpAddress: "172.31.16.11",
      Description: "front",
      DeleteOnTermination: false,
      InterfaceType: "interface",
      NetworkCardIndex: 0,
    });
    expect(spec).toMatchObject({
      SubnetId: second,
      PrivateIpAddress: "172.31.16.11",
      Description: "front",
      Attachment: { DeleteOnTermination: false },
    });
    expect(spec.Groups?.map(({ GroupId }) => GroupId)).toEqual(groups);
  });

  it("is found by the names of groups in the default VPC", () => {
    const id = group("web");
    expect(launched({ SecurityGroups: ["web"] }).SecurityGroups).toEqual([{ GroupId: id, GroupName: "web" }]);
    expect(refused({ SecurityGroups: ["absent"] })).toEqual({
      code: "InvalidGroup.NotFound",
      message: "The security group 'absent' does not exist in default VPC",
    });
  });

  it.each([
    [{}, /^203\.0\.113\.\d+$/],
    [{ AssociatePublicIpAddress: true }, /^203\.0\.113\.\d+$/],
    [{ AssociatePublicIpAddress: false }, /^none$/],
  ])("of a default subnet with %j has the public address %s", (spec, expected) => {
    expect(interfaceOf(spec).Association?.PublicIp ?? "none").toMatch(expected);
  });

  it.each([
    [undefined, false],
    [true, true],
  ])("of a private subnet has a public address only when it is asked for: %s", (asked, expected) => {
    const { subnetId } = makePrivateVpc();
    const made = interfaceOf({ SubnetId: subnetId, AssociatePublicIpAddress: asked });
    expect(made.Association?.PublicIp !== undefined).toBe(expected);
    expect(made.VpcId).toBe("vpc-0bbbbbbbbbbbbbbbb");
    expect(made.Groups).toEqual([{ GroupId: "sg-0bbbbbbbbbbbbbbbb", GroupName: "default" }]);
  });

  it("gives every interface a MAC, a number and a private address of its own", () => {
    const made = world
      .launch({ MinCount: 20, MaxCount: 20 })
      .Instances!.map(({ InstanceId }) => row(InstanceId!));
    for (const key of ["mac", "number"] as const)
      expect(new Set(made.map((each) => each[key])).size).toBe(20);
    expect(new Set(made.map(({ privateIps }) => privateIps[0])).size).toBe(20);
    expect(new Set(made.map(primaryPublicIp)).size).toBe(20);
    for (const { mac, privateIps } of made) {
      expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
      expect(privateIps[0]).toMatch(/^172\.31\.(?:[0-9]|1[0-5])\.\d+$/);
    }
  });

  it.each<[string, string, string]>([
    [
      "172.31.16.10",
      "InvalidParameterValue",
      "Address 172.31.16.10 does not fall within the subnet's address range",
    ],
    ["10.0.0.1", "InvalidParameterValue", "Address 10.0.0.1 does not fall within the subnet's address range"],
    ["fd00::1", "InvalidParameterValue", "Address fd00::1 does not fall within the subnet's address range"],
    ["nonsense", "InvalidParameterValue", "Address nonsense does not fall within the subnet's address range"],
    ["172.31.0.0", "InvalidParameterValue", "Address 172.31.0.0 is in subnet's reserved address range"],
    ["172.31.0.3", "InvalidParameterValue", "Address 172.31.0.3 is in subnet's reserved address range"],
    ["172.31.15.255", "InvalidParameterValue", "Address 172.31.15.255 is in subnet's reserved address range"],
    ["172.31.0.77", "InvalidIPAddress.InUse", "Address 172.31.0.77 is in use."],
  ])("refuses the private address %s", (PrivateIpAddress, code, message) => {
    launched({ PrivateIpAddress: "172.31.0.77" });
    expect(refused({ PrivateIpAddress })).toEqual({ code, message });
  });

  it.each(["172.31.0.4", "172.31.15.254"])("gives the outermost usable address %s", (PrivateIpAddress) => {
    expect(launched({ PrivateIpAddress }).PrivateIpAddress).toBe(PrivateIpAddress);
  });

  it("finds the last free address of a subnet, and then none", () => {
    const { SubnetId } = launched({ PrivateIpAddress: "172.31.0.4" });
    const taken = Array.from({ length: 4091 - 2 }, (_, index) => {
      const number = index + 5;
      return `172.31.${number >> 8}.${number & 255}`;
    });
    const [first] = world.store.read((tx) => [...tx.scan(networkInterfaces.collection)]);
    world.store.transaction((tx) =>
      networkInterfaces.put(tx, {
        ...first!,
        id: "eni-0cccccccccccccccc",
        privateIps: taken,
        publicIps: [],
      }),
    );
    expect(launched({ SubnetId }).PrivateIpAddress).toBe("172.31.15.254");
    expect(refused({ SubnetId })).toEqual({
      code: "InsufficientFreeAddressesInSubnet",
      message: `Not enough free addresses in subnet '${SubnetId}'`,
    });
  });

  it("finds the last free public address, and then none", () => {
    const [subnetId] = world.subnetIds();
    const first = row(launched({ SubnetId: subnetId }).InstanceId!);
    const free = new Set(Array.from({ length: 254 }, (_, index) => `203.0.113.${index + 1}`));
    free.delete(primaryPublicIp(first)!);
    const last = [...free].at(-1)!;
    free.delete(last);
    world.store.transaction((tx) => {
      for (const [index, publicIp] of [...free].entries()) {
        const id = `eni-1${String(index).padStart(16, "0")}`;
        networkInterfaces.put(tx, { ...first, id, publicIps: [{ publicIp, privateIp: "" }], privateIps: [] });
      }
    });
    expect(launched().PublicIpAddress).toBe(last);
    expect(refused({})).toEqual({
      code: "InsufficientAddressCapacity",
      message: "There are not enough free public IPv4 addresses to satisfy the request.",
    });
  });

  it("is refused when the host has no number left for an interface", () => {
    world.store.transaction((tx) => {
      for (let number = 1; number <= numberSpaces.eni; number += 1) {
        tx.put(hostNumbers, { key: `eni/${number}`, space: "eni", number, holder: "test" });
      }
    });
    expect(refused({}).code).toBe("InsufficientInstanceCapacity");
  });

  it.each<[object, string, string]>([
    [
      { SubnetId: "subnet-0aaaaaaaaaaaaaaaa" },
      "InvalidSubnetID.NotFound",
      "The subnet ID 'subnet-0aaaaaaaaaaaaaaaa' does not exist",
    ],
    [{ SubnetId: "net" }, "InvalidSubnetId.Malformed", 'Invalid id: "net" (expecting "subnet-...")'],
    [
      { SecurityGroupIds: ["sg-0aaaaaaaaaaaaaaaa"] },
      "InvalidGroup.NotFound",
      "The security group 'sg-0aaaaaaaaaaaaaaaa' does not exist",
    ],
    [
      { Placement: { AvailabilityZone: "us-east-1z" } },
      "InvalidParameterValue",
      "Invalid availability zone: [us-east-1z]",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SubnetId: "subnet-0aaaaaaaaaaaaaaaa" },
      "InvalidParameterCombination",
      "Network interfaces and an instance-level subnet ID may not be specified on the same request",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SecurityGroups: ["default"] },
      "InvalidParameterCombination",
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SecurityGroupIds: ["sg-0aaaaaaaaaaaaaaaa"] },
      "InvalidParameterCombination",
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], PrivateIpAddress: "172.31.0.9" },
      "InvalidParameterCombination",
      "Network interfaces and an instance-level private address may not be specified on the same request",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 0 }] },
      "InvalidParameterCombination",
      "Each network interface requires a unique device index.",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 1 }] },
      "InvalidParameterCombination",
      "A network interface at device index 0 is required.",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: "eni-0aaaaaaaaaaaaaaaa" }] },
      "InvalidNetworkInterfaceID.NotFound",
      "The networkInterface ID 'eni-0aaaaaaaaaaaaaaaa' does not exist",
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0, InterfaceType: "efa" }] },
      "UnsupportedOperation",
      "The network interface attribute InterfaceType is not supported by Casemate.",
    ],
    [
      { PrivateIpAddress: "172.31.0.9", MaxCount: 2 },
      "InvalidParameterCombination",
      "A private IP address cannot be specified when launching more than one instance",
    ],
  ])("is refused: %j", (input, code, message) => {
    expect(refused(input)).toEqual({ code, message });
  });

  it("is refused where zone, subnet and groups do not belong together", () => {
    const [first, second] = world.subnetIds();
    const { subnetId, groupId } = makePrivateVpc();
    const zone = { Placement: { AvailabilityZone: "us-east-1a" }, SubnetId: second };
    expect(refused(zone).message).toBe(
      `Value (us-east-1a) for parameter availabilityZone is invalid. Subnet '${second}' is in another availability zone.`,
    );
    expect(refused({ SubnetId: first, SecurityGroupIds: [groupId] })).toEqual({
      code: "InvalidParameter",
      message: `Security group ${groupId} and subnet ${first} belong to different networks.`,
    });
    expect(refused({ SubnetId: subnetId, SecurityGroups: ["default"] })).toEqual({
      code: "InvalidParameterCombination",
      message: "The parameter groupName cannot be used with the parameter subnet",
    });
    const groups = ["a", "b", "c", "d", "e", "f"].map(group);
    expect(launched({ SecurityGroupIds: groups.slice(1) }).SecurityGroups).toHaveLength(5);
    expect(refused({ SecurityGroupIds: groups }).code).toBe("SecurityGroupsPerInterfaceLimitExceeded");
  });

  it("is refused without a default subnet, and without a default VPC", () => {
    const vpcId = row(launched().InstanceId!).vpcId;
    world.store.transaction((tx) => {
      for (const subnet of tx.by(subnets.collection, "vpc", vpcId)) subnets.remove(tx, subnet);
    });
    expect(refused({})).toEqual({
      code: "MissingInput",
      message: `No subnets found for the default VPC '${vpcId}'. Please specify a subnet.`,
    });
    world.store.transaction((tx) => vpcs.remove(tx, tx.get(vpcs.collection, vpcId)!));
    expect(refused({}).code).toBe("VPCIdNotSpecified");
  });

  it("never is a stranger's", () => {
    const [subnetId] = world.subnetIds();
    const stranger = { principal: rootOf("444455556666") };
    expect(refused({ SubnetId: subnetId }, stranger).code).toBe("InvalidSubnetID.NotFound");
    const own = world.defaultGroupId();
    expect(refused({ SecurityGroupIds: [own] }, stranger).code).toBe("InvalidGroup.NotFound");
  });
});
