import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AuthorizeSecurityGroupIngressResult } from "@casemate/wire/ec2";
import { describe, expect, it } from "vitest";
import type { DeclaredFault, Operation } from "../../kit/index.ts";
import { connectionRefusals } from "./connection-refusals.ts";
import { networkRefusals } from "./gateway-refusals.ts";
import { hostNumbers, numberSpaces, type NumberSpace } from "./host-number.ts";
import { ec2Service } from "./index.ts";
import { insightRefusals } from "./insight-refusals.ts";
import { instances } from "./instance/instance.ts";
import { launchRefusals } from "./interface-refusals.ts";
import { interfacesOf } from "./instance/instance-view.ts";
import { instancesPerRegionMax } from "./instance/launch/run-instances.ts";
import { keyPairs, keyPairsPerRegionMax } from "./key-pair/key-pair.ts";
import { networkInterfaces } from "./network-interface/network-interface.ts";
import { securityGroupsPerVpcMax } from "./security-group/group-operations.ts";
import { rulesPerDirectionMax } from "./security-group/rule-weight.ts";
import { securityGroups } from "./security-group/security-group.ts";
import { subnets } from "./subnet/subnet.ts";
import { openConnectedWorld } from "./testing-connections.ts";
import { openTestNetwork } from "./testing-network.ts";
import { openTestWorld, testImage, type TestWorld } from "./testing-world.ts";
import type { Caller } from "./testing.ts";
import { vpcRefusals } from "./vpc-refusals.ts";
import { vpcs } from "./vpc/vpc.ts";

const operations = new Map(ec2Service.operations.map((each) => [each.name, each]));

function operationNamed(name: string): Operation {
  const found = operations.get(name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found;
}

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;
const launch = { ImageId: testImage, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
const one = { DeviceIndex: 0 };
const anyTag = [{ Key: "k", Value: "" }];

const tcp = (more: object) => ({ IpProtocol: "tcp", FromPort: 80, ToPort: 80, ...more });
const anyone = { IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

/** Makes a group and asks to add these permissions to it. */
const permit =
  (...IpPermissions: object[]) =>
  (world: TestWorld) => ({ GroupId: group(world, "web"), IpPermissions });

function group(world: TestWorld, GroupName: string): string {
  const input = { GroupName, Description: "d" };
  return world.run<{ GroupId: string }>(operationNamed("CreateSecurityGroup"), input).GroupId;
}

function ruleOf(world: TestWorld, GroupId: string, port: number): string {
  const permission = { ...tcp(anyone), FromPort: port, ToPort: port };
  const input = { GroupId, IpPermissions: [permission] };
  const added = world.run<AuthorizeSecurityGroupIngressResult>(
    operationNamed("AuthorizeSecurityGroupIngress"),
    input,
  );
  return added.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
}

function fill(world: TestWorld, space: NumberSpace): void {
  world.store.transaction((tx) => {
    for (let number = 1; number <= numberSpaces[space]; number += 1) {
      tx.put(hostNumbers, { key: `${space}/${number}`, space, number, holder: "test" });
    }
  });
}

function removeDefaults(world: TestWorld, what: "subnets" | "vpc"): void {
  world.launchOne();
  world.store.transaction((tx) => {
    for (const row of tx.scan(subnets.collection)) subnets.remove(tx, row);
    if (what === "vpc") for (const row of tx.scan(vpcs.collection)) vpcs.remove(tx, row);
  });
}

/** A running instance. */
function running(world: TestWorld, input: object = {}): string {
  const id = world.launchOne(input);
  world.become(id, { state: "running" });
  return id;
}

function associated(world: TestWorld): { readonly id: string; readonly AssociationId: string } {
  world.makeProfile("web");
  const id = running(world);
  const input = { InstanceId: id, IamInstanceProfile: { Name: "web" } };
  const made = world.run<{ IamInstanceProfileAssociation: { AssociationId: string } }>(
    operationNamed("AssociateIamInstanceProfile"),
    input,
  );
  return { id, AssociationId: made.IamInstanceProfileAssociation.AssociationId };
}

type Case = readonly [name: string, input: object | ((world: TestWorld) => object), caller?: Caller];

/** Requests that are refused; together they meet every fault that the service declares. */
const cases: readonly Case[] = [
  // Tags, filters, pages and client tokens, wherever they appear.
  ["CreateTags", { Resources: [unknown("i")], Tags: [{ Key: "aws:x", Value: "" }] }],
  ["CreateTags", { Resources: [unknown("i")], Tags: [{ Key: "k".repeat(129), Value: "" }] }],
  ["CreateTags", { Resources: [unknown("i")], Tags: [{ Key: "", Value: "" }] }],
  ["CreateTags", { Resources: [unknown("i")], Tags: [{ Key: "k", Value: "v".repeat(257) }] }],
  ["CreateTags", { Resources: [unknown("i")], Tags: [...anyTag, ...anyTag] }],
  [
    "CreateTags",
    { Resources: [unknown("i")], Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}` })) },
  ],
  ["CreateTags", { Resources: [unknown("i")], Tags: [] }],
  ["CreateTags", { Resources: ["nonsense"], Tags: anyTag }],
  ["CreateTags", { Resources: [testImage], Tags: anyTag }],
  ["CreateTags", { Resources: Array.from({ length: 1001 }, (_, i) => numbered("i", i)), Tags: anyTag }],
  ["CreateTags", { Resources: [unknown("vol")], Tags: anyTag }],
  ["CreateTags", { Resources: ["vol-x"], Tags: anyTag }],
  ["RunInstances", { ...launch, TagSpecifications: [{ ResourceType: "image", Tags: anyTag }] }],
  ["RunInstances", { ...launch, TagSpecifications: [{ Tags: anyTag }] }],
  ["RunInstances", { ...launch, TagSpecifications: [{ ResourceType: "instance" }] }],
  ["DescribeVpcs", { Filters: [{ Name: "color", Values: ["x"] }] }],
  ["DescribeVpcs", { Filters: [{ Values: ["x"] }] }],
  ["DescribeVpcs", { Filters: [{ Name: "vpc-id" }] }],
  ["DescribeVpcs", { Filters: [{ Name: "vpc-id", Values: Array.from({ length: 201 }, String) }] }],
  ["DescribeVpcs", { NextToken: "forged" }],
  ["DescribeVpcs", { VpcIds: [unknown("vpc")], MaxResults: 5 }],
  [
    "RunInstances",
    (world) => {
      world.launch({ ClientToken: "t" });
      return { ...launch, ClientToken: "t", EbsOptimized: true };
    },
  ],
  // Regions, zones and the default network.
  ["DescribeRegions", { RegionNames: ["mars-1"] }],
  ["DescribeAvailabilityZones", { ZoneNames: ["mars-1a"] }],
  ["DescribeAccountAttributes", { AttributeNames: ["color"] }],
  [
    "DescribeVpcs",
    (world) => {
      fill(world, "vpc");
      return {};
    },
    { region: "eu-west-1" },
  ],
  ["DescribeVpcs", { VpcIds: [unknown("vpc")] }],
  ["DescribeVpcs", { VpcIds: ["x"] }],
  ["DescribeSubnets", { SubnetIds: [unknown("subnet")] }],
  ["DescribeSubnets", { SubnetIds: ["x"] }],
  ["DescribeRouteTables", { RouteTableIds: [unknown("rtb")] }],
  ["DescribeRouteTables", { RouteTableIds: ["x"] }],
  ["DescribeInternetGateways", { InternetGatewayIds: [unknown("igw")] }],
  ["DescribeInternetGateways", { InternetGatewayIds: ["x"] }],
  ["DescribeNetworkAcls", { NetworkAclIds: [unknown("acl")] }],
  ["DescribeNetworkAcls", { NetworkAclIds: ["x"] }],
  ["DescribeNetworkInterfaces", { NetworkInterfaceIds: [unknown("eni")] }],
  ["DescribeNetworkInterfaces", { NetworkInterfaceIds: ["x"] }],
  [
    "ModifyNetworkInterfaceAttribute",
    (world) => {
      const id = world.launchOne();
      const [eni] = world.store.read((tx) => interfacesOf(tx, id));
      const Attachment = { AttachmentId: unknown("eni-attach"), DeleteOnTermination: true };
      return { NetworkInterfaceId: eni?.id, Attachment };
    },
  ],
  [
    "ModifyNetworkInterfaceAttribute",
    (world) => {
      const id = world.launchOne();
      const [eni] = world.store.read((tx) => interfacesOf(tx, id));
      const requester = {
        interfaceType: "nat_gateway",
        resourceId: "",
        attachmentId: "",
        attachedAt: 0,
      } as const;
      world.store.transaction((tx) => networkInterfaces.change(tx, eni!, { requester }));
      return { NetworkInterfaceId: eni?.id, SourceDestCheck: { Value: true } };
    },
  ],
  // Security groups.
  ["DescribeSecurityGroups", { GroupIds: [unknown("sg")] }],
  ["DescribeSecurityGroups", { GroupIds: ["x"] }],
  ["DescribeSecurityGroups", { GroupNames: ["absent"] }],
  ["DescribeSecurityGroupRules", { SecurityGroupRuleIds: [unknown("sgr")] }],
  ["DescribeSecurityGroupRules", { SecurityGroupRuleIds: ["x"] }],
  ["CreateSecurityGroup", { GroupName: "default", Description: "d" }],
  ["CreateSecurityGroup", { GroupName: "sg-x", Description: "d" }],
  ["CreateSecurityGroup", { GroupName: "wéb", Description: "d" }],
  ["CreateSecurityGroup", { GroupName: "web", Description: "<" }],
  [
    "CreateSecurityGroup",
    (world) => {
      group(world, "web");
      return { GroupName: "web", Description: "d" };
    },
  ],
  [
    "CreateSecurityGroup",
    (world) => {
      const id = world.defaultGroupId();
      world.store.transaction((tx) => {
        const row = tx.get(securityGroups.collection, id)!;
        for (let index = 1; index < securityGroupsPerVpcMax; index += 1) {
          securityGroups.put(tx, { ...row, id: numbered("sg", index), name: `g${index}` });
        }
      });
      return { GroupName: "web", Description: "d" };
    },
  ],
  [
    "CreateSecurityGroup",
    (world) => {
      removeDefaults(world, "vpc");
      return { GroupName: "web", Description: "d" };
    },
  ],
  ["DeleteSecurityGroup", {}],
  ["DeleteSecurityGroup", { GroupName: "default" }],
  [
    "DeleteSecurityGroup",
    (world) => {
      const GroupId = group(world, "web");
      world.launch({ SecurityGroupIds: [GroupId] });
      return { GroupId };
    },
  ],
  ["AuthorizeSecurityGroupIngress", permit()],
  [
    "AuthorizeSecurityGroupIngress",
    (world) => ({ ...permit(tcp(anyone))(world), IpProtocol: "tcp", CidrIp: "0.0.0.0/0" }),
  ],
  ["AuthorizeSecurityGroupIngress", permit({ IpProtocol: "carrier-pigeon", ...anyone })],
  ["AuthorizeSecurityGroupIngress", permit({ IpProtocol: "tcp", ...anyone })],
  ["AuthorizeSecurityGroupIngress", permit({ ...tcp(anyone), FromPort: 81 })],
  ["AuthorizeSecurityGroupIngress", permit({ IpProtocol: "icmp", FromPort: 300, ToPort: 0, ...anyone })],
  ["AuthorizeSecurityGroupIngress", permit(tcp({ IpRanges: [{ CidrIp: "10.0.0.0/40" }] }))],
  ["AuthorizeSecurityGroupIngress", permit(tcp({}))],
  [
    "AuthorizeSecurityGroupIngress",
    permit(tcp({ UserIdGroupPairs: [{ GroupId: unknown("sg"), VpcPeeringConnectionId: "pcx-1" }] })),
  ],
  ["AuthorizeSecurityGroupIngress", permit(tcp({ PrefixListIds: [{ PrefixListId: "pl-1" }] }))],
  ["AuthorizeSecurityGroupIngress", permit(tcp({ IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "<" }] }))],
  ["AuthorizeSecurityGroupIngress", permit(tcp(anyone), tcp(anyone))],
  [
    "AuthorizeSecurityGroupIngress",
    permit(
      ...Array.from({ length: rulesPerDirectionMax + 1 }, (_, port) => ({
        ...tcp(anyone),
        FromPort: port,
        ToPort: port,
      })),
    ),
  ],
  ["RevokeSecurityGroupIngress", permit(tcp(anyone))],
  [
    "RevokeSecurityGroupIngress",
    (world) => {
      const rule = ruleOf(world, group(world, "web"), 80);
      return { GroupId: group(world, "other"), SecurityGroupRuleIds: [rule] };
    },
  ],
  [
    "ModifySecurityGroupRules",
    (world) => {
      const GroupId = group(world, "web");
      const SecurityGroupRule = { ...tcp({}), CidrIpv4: "10.0.0.0/8", CidrIpv6: "::/0" };
      const rule = { SecurityGroupRuleId: ruleOf(world, GroupId, 80), SecurityGroupRule };
      return { GroupId, SecurityGroupRules: [rule] };
    },
  ],
  // Images, types and key pairs.
  ["DescribeImages", { ImageIds: [unknown("ami")] }],
  ["DescribeImages", { ImageIds: ["x"] }],
  ["DescribeInstanceTypes", { InstanceTypes: ["z9.huge"] }],
  ["DescribeKeyPairs", { KeyNames: ["absent"] }],
  ["DescribeKeyPairs", { KeyPairIds: ["x"] }],
  ["CreateKeyPair", { KeyName: "" }],
  ["DeleteKeyPair", {}],
  ["ImportKeyPair", { KeyName: "k", PublicKeyMaterial: new Uint8Array([1]) }],
  [
    "CreateKeyPair",
    (world) => {
      const input = { KeyName: "mine", KeyType: "ed25519" };
      world.run(operationNamed("CreateKeyPair"), input);
      return input;
    },
  ],
  [
    "CreateKeyPair",
    (world) => {
      world.run(operationNamed("CreateKeyPair"), { KeyName: "mine", KeyType: "ed25519" });
      world.store.transaction((tx) => {
        const [row] = [...tx.scan(keyPairs.collection)];
        for (let index = 1; index < keyPairsPerRegionMax; index += 1) {
          keyPairs.put(tx, { ...row!, id: numbered("key", index), name: `k${index}` });
        }
      });
      return { KeyName: "more" };
    },
  ],
  // Launches.
  ["RunInstances", { ...launch, ImageId: undefined }],
  ["RunInstances", { ...launch, InstanceType: "z9.huge" }],
  ["RunInstances", { ...launch, MinCount: 0 }],
  ["RunInstances", { ...launch, Placement: { GroupName: "g" } }],
  ["RunInstances", { ...launch, NetworkInterfaces: [one], SubnetId: unknown("subnet") }],
  ["RunInstances", { ...launch, NetworkInterfaces: [one], SecurityGroups: ["default"] }],
  ["RunInstances", { ...launch, NetworkInterfaces: [one], PrivateIpAddress: "172.31.0.9" }],
  ["RunInstances", { ...launch, NetworkInterfaces: [one, one] }],
  ["RunInstances", { ...launch, NetworkInterfaces: [{ ...one, ConnectionTrackingSpecification: {} }] }],
  ["RunInstances", { ...launch, PrivateIpAddress: "10.0.0.1" }],
  ["RunInstances", { ...launch, PrivateIpAddress: "172.31.0.1" }],
  ["RunInstances", { ...launch, PrivateIpAddress: "172.31.0.9", MaxCount: 2 }],
  ["RunInstances", { ...launch, UserData: "%" }],
  ["RunInstances", { ...launch, UserData: "A".repeat(30_000) }],
  ["RunInstances", { ...launch, IamInstanceProfile: { Name: "a", Arn: "b" } }],
  ["RunInstances", { ...launch, IamInstanceProfile: { Name: "a" } }],
  ["RunInstances", { ...launch, MetadataOptions: { HttpProtocolIpv6: "enabled" } }],
  ["RunInstances", { ...launch, MetadataOptions: { HttpEndpoint: "disabled", HttpTokens: "required" } }],
  ["RunInstances", { ...launch, MetadataOptions: { HttpPutResponseHopLimit: 65 } }],
  [
    "RunInstances",
    {
      ...launch,
      MetadataOptions: { InstanceMetadataTags: "enabled" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a/b", Value: "" }] }],
    },
  ],
  [
    "RunInstances",
    (world) => {
      world.run(operationNamed("ModifyInstanceMetadataDefaults"), { HttpTokensEnforced: "enabled" });
      return { ...launch, MetadataOptions: { HttpTokens: "optional" } };
    },
  ],
  [
    "ModifyInstanceMetadataDefaults",
    (world) => {
      const value = { http_tokens: "required" };
      world.declare("instance_metadata_defaults", { value, exceptionMessage: "Ask the platform team." });
      return { HttpTokens: "optional" };
    },
  ],
  [
    "RunInstances",
    (world) => {
      world.makeProfile("bare", "nothing");
      return { ...launch, IamInstanceProfile: { Name: "bare" } };
    },
  ],
  [
    "RunInstances",
    (world) => {
      world.launch({ PrivateIpAddress: "172.31.0.9" });
      return { ...launch, PrivateIpAddress: "172.31.0.9" };
    },
  ],
  ["RunInstances", (world) => ({ ...launch, SubnetId: world.subnetIds()[0], SecurityGroups: ["default"] })],
  [
    "RunInstances",
    (world) => ({
      ...launch,
      SubnetId: world.subnetIds()[1],
      Placement: { AvailabilityZone: "us-east-1a" },
    }),
  ],
  [
    "RunInstances",
    (world) => ({
      ...launch,
      SecurityGroupIds: ["a", "b", "c", "d", "e", "f"].map((name) => group(world, name)),
    }),
  ],
  [
    "RunInstances",
    (world) => {
      const id = world.defaultGroupId();
      world.store.transaction((tx) => {
        const row = tx.get(securityGroups.collection, id)!;
        securityGroups.put(tx, { ...row, id: numbered("sg", 1), vpcId: unknown("vpc") });
      });
      return { ...launch, SecurityGroupIds: [numbered("sg", 1)] };
    },
  ],
  [
    "RunInstances",
    (world) => {
      const row = world.row(world.launchOne());
      world.store.transaction((tx) => {
        for (let index = 1; index < instancesPerRegionMax; index += 1) {
          instances.put(tx, { ...row, id: numbered("i", index) });
        }
      });
      return launch;
    },
  ],
  [
    "RunInstances",
    (world) => {
      removeDefaults(world, "subnets");
      return launch;
    },
  ],
  [
    "RunInstances",
    (world) => {
      removeDefaults(world, "vpc");
      return launch;
    },
  ],
  [
    "RunInstances",
    (world) => {
      const id = world.launchOne();
      world.store.transaction((tx) => {
        const [eni] = interfacesOf(tx, id);
        const privateIps = Array.from({ length: 4096 }, (_, index) => `172.31.${index >> 8}.${index & 255}`);
        networkInterfaces.change(tx, eni!, { privateIps });
      });
      return { ...launch, SubnetId: world.row(id).subnetId };
    },
  ],
  [
    "RunInstances",
    (world) => {
      const id = world.launchOne();
      world.store.transaction((tx) => {
        const [eni] = interfacesOf(tx, id);
        for (let index = 1; index < 255; index += 1) {
          const publicIps = [{ publicIp: `203.0.113.${index}`, privateIp: "" }];
          networkInterfaces.put(tx, { ...eni!, id: numbered("eni", index), publicIps, privateIps: [] });
        }
      });
      return launch;
    },
  ],
  [
    "RunInstances",
    (world) => {
      fill(world, "eni");
      return launch;
    },
  ],
  // Instances that are there.
  ["GetConsoleOutput", { InstanceId: unknown("i") }],
  ["GetConsoleOutput", { InstanceId: "x" }],
  ["RebootInstances", (world) => ({ InstanceIds: [world.launchOne()] })],
  ["TerminateInstances", (world) => ({ InstanceIds: [running(world, { DisableApiTermination: true })] })],
  ["StopInstances", (world) => ({ InstanceIds: [running(world, { DisableApiStop: true })] })],
  ["ModifyInstanceAttribute", (world) => ({ InstanceId: running(world) })],
  [
    "ModifyInstanceAttribute",
    (world) => ({
      InstanceId: running(world),
      EbsOptimized: { Value: true },
      DisableApiStop: { Value: true },
    }),
  ],
  ["ModifyInstanceAttribute", (world) => ({ InstanceId: running(world), Attribute: "instanceType" })],
  [
    "ModifyInstanceAttribute",
    (world) => ({ InstanceId: running(world), Attribute: "disableApiStop", Value: "x" }),
  ],
  ["ModifyInstanceAttribute", (world) => ({ InstanceId: running(world), Attribute: "kernel", Value: "x" })],
  [
    "ModifyInstanceAttribute",
    (world) => {
      const InstanceId = running(world);
      world.store.transaction((tx) => {
        const [eni] = interfacesOf(tx, InstanceId);
        networkInterfaces.put(tx, { ...eni!, id: numbered("eni", 1), privateIps: [], publicIps: [] });
      });
      return { InstanceId, SourceDestCheck: { Value: false } };
    },
  ],
  ["DisassociateIamInstanceProfile", { AssociationId: unknown("iip-assoc") }],
  ["DisassociateIamInstanceProfile", { AssociationId: "x" }],
  [
    "AssociateIamInstanceProfile",
    (world) => ({ InstanceId: associated(world).id, IamInstanceProfile: { Name: "web" } }),
  ],
  [
    "ReplaceIamInstanceProfileAssociation",
    (world) => {
      const { id, AssociationId } = associated(world);
      world.become(id, { state: "stopped" });
      return { AssociationId, IamInstanceProfile: { Name: "web" } };
    },
  ],
];

/** The declared fault that a refusal is: of those that fit, the one that leaves least to its arguments. */
function declaredAs(refusal: { readonly code: string; readonly message: string }): DeclaredFault | undefined {
  const literal = ({ pattern }: DeclaredFault): number => pattern.replaceAll(/\{\d+\}/g, "").length;
  return ec2Service.faults
    .filter(({ code, pattern }) => code === refusal.code && patternOf(pattern).test(refusal.message))
    .toSorted((a, b) => literal(b) - literal(a))[0];
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split(/\{\d+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`);
}

const identity = ({ code, pattern }: DeclaredFault): string => `${code}: ${pattern}`;

describe("the service", () => {
  it("declares every fault once", () => {
    const declared = ec2Service.faults.map(identity);
    expect(declared.filter((each, index) => declared.indexOf(each) !== index)).toEqual([]);
  });

  it("refuses each case with a fault that it declares, and has a case for every fault", async () => {
    const met = new Set<string>();
    const undeclared: unknown[] = [];
    const all = [
      ...cases.map((each) => [openTestWorld, each] as const),
      ...[...insightRefusals, ...launchRefusals, ...networkRefusals, ...vpcRefusals].map(
        (each) => [openTestNetwork, each] as const,
      ),
      ...connectionRefusals.map((each) => [openConnectedWorld, each] as const),
    ];
    for (const [open, [name, input, caller]] of all) {
      const world = await open();
      const asked = typeof input === "function" ? (input as (world: TestWorld) => object)(world) : input;
      const refusal = world.faultOf(operationNamed(name), asked, caller);
      const declared = declaredAs(refusal);
      if (declared === undefined) undeclared.push([name, refusal]);
      else met.add(identity(declared));
    }
    expect(undeclared).toEqual([]);
    expect(ec2Service.faults.map(identity).filter((each) => !met.has(each))).toEqual([]);
  });

  it("lists its operations by name, each once, all of its own", () => {
    const names = ec2Service.operations.map(({ name }) => name);
    const sorted = names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    expect(names).toEqual(sorted);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ec2Service.operations.map(({ service }) => service))).toEqual(new Set(["ec2"]));
  });

  it("lists every operation that its rooms define", () => {
    const room = fileURLToPath(new URL(".", import.meta.url));
    const sources = readdirSync(room, { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
    );
    const defined = sources.flatMap((path) =>
      Array.from(
        readFileSync(join(room, path), "utf8").matchAll(/= operation\(\s*"(\w+)"/g),
        ([, name]) => name,
      ),
    );
    expect(defined.length).toBeGreaterThan(50);
    expect(new Set(defined)).toEqual(new Set(operations.keys()));
  });

  it("keeps every collection once", () => {
    const kinds = ec2Service.collections.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});
