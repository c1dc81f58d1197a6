import type {
  CreateVpcResult,
  DescribeNetworkAclsResult,
  DescribeRouteTablesResult,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsResult,
  DescribeVpcsResult,
  Vpc,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { hostNumbers } from "../host-number.ts";
import { networkTopic } from "../network/network-topic.ts";
import { openTestNetwork, operationNamed, type TestNetwork } from "../testing-network.ts";
import { rootOf } from "../testing.ts";
import { storedBlock, covers } from "../cidr-block.ts";
import { ipv6Pool } from "./ipv6-pool.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const create = (input: object = {}): Vpc =>
  net.ask<CreateVpcResult>("CreateVpc", { CidrBlock: "10.1.0.0/16", ...input }).Vpc ?? {};
const show = (VpcId: string | undefined): Vpc =>
  net.ask<DescribeVpcsResult>("DescribeVpcs", { VpcIds: [VpcId] }).Vpcs?.[0] ?? {};
const within = (VpcId: string | undefined) => ({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
const routesOf = (VpcId: string | undefined) =>
  net
    .ask<DescribeRouteTablesResult>("DescribeRouteTables", within(VpcId))
    .RouteTables?.map(({ Routes = [] }) =>
      Routes.map((route) => [route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock, route.GatewayId]),
    );
const aclEntriesOf = (VpcId: string | undefined) =>
  net
    .ask<DescribeNetworkAclsResult>("DescribeNetworkAcls", within(VpcId))
    .NetworkAcls?.[0]?.Entries?.filter(({ Egress }) => Egress === false)
    .map((entry) => [entry.RuleNumber, entry.RuleAction, entry.CidrBlock ?? entry.Ipv6CidrBlock]);
const groupsOf = (VpcId: string | undefined) =>
  net.ask<DescribeSecurityGroupsResult>("DescribeSecurityGroups", within(VpcId)).SecurityGroups ?? [];
const egressOf = (GroupId: string | undefined) =>
  net
    .ask<DescribeSecurityGroupRulesResult>("DescribeSecurityGroupRules", {
      Filters: [{ Name: "group-id", Values: [GroupId] }],
    })
    .SecurityGroupRules?.filter(({ IsEgress }) => IsEgress)
    .map(({ CidrIpv4, CidrIpv6 }) => CidrIpv4 ?? CidrIpv6)
    .toSorted();

describe("a new VPC", () => {
  it("is pending at first and available when it is looked at", () => {
    const made = create();
    expect(made).toMatchObject({
      CidrBlock: "10.1.0.0/16",
      InstanceTenancy: "default",
      IsDefault: false,
      OwnerId: "111122223333",
      State: "pending",
      Ipv6CidrBlockAssociationSet: [],
    });
    expect(show(made.VpcId)).toMatchObject({ ...made, State: "available" });
    expect(made.CidrBlockAssociationSet?.[0]?.AssociationId).toMatch(/^vpc-cidr-assoc-0[0-9a-f]{16}$/);
  });

  it("has a main route table, a default ACL and a default group, and no way out", () => {
    const { VpcId } = create();
    expect(routesOf(VpcId)).toEqual([[["10.1.0.0/16", "local"]]]);
    expect(aclEntriesOf(VpcId)).toEqual([
      [100, "allow", "0.0.0.0/0"],
      [32_767, "deny", "0.0.0.0/0"],
    ]);
    const [group, ...more] = groupsOf(VpcId);
    expect(more).toEqual([]);
    expect(group).toMatchObject({ GroupName: "default", Description: "default VPC security group" });
    expect(egressOf(group?.GroupId)).toEqual(["0.0.0.0/0"]);
  });

  it("takes its block in canonical form, its tenancy and its tags", () => {
    const Tags = [{ Key: "team", Value: "a" }];
    const made = create({
      CidrBlock: "100.68.0.18/18",
      InstanceTenancy: "dedicated",
      TagSpecifications: [{ ResourceType: "vpc", Tags }],
    });
    expect(made).toMatchObject({ CidrBlock: "100.68.0.0/18", InstanceTenancy: "dedicated", Tags });
  });

  it.each(["10.0.0.0/15", "10.0.0.0/29", "127.0.0.0/16", "169.254.0.0/24", "224.0.0.0/16", "0.1.0.0/16"])(
    "is refused with the block %s",
    (CidrBlock) => {
      const refusal = `InvalidVpc.Range: The CIDR '${CidrBlock}' is invalid.`;
      expect(net.refusal("CreateVpc", { CidrBlock })).toBe(refusal);
    },
  );

  it("may overlap with another one", () => {
    expect(create({ CidrBlock: "10.0.0.0/16" }).VpcId).not.toBe(net.vpcId);
  });

  it("gets a /56 of the cloud's pool that no other has, and rules that let IPv6 pass", () => {
    const made = create({ AmazonProvidedIpv6CidrBlock: true });
    const other = create({ AmazonProvidedIpv6CidrBlock: true });
    const blocks = [made, other].map(({ Ipv6CidrBlockAssociationSet: set }) => set?.[0]?.Ipv6CidrBlock ?? "");
    expect(new Set(blocks).size).toBe(2);
    for (const block of blocks) {
      expect(block).toMatch(/\/56$/);
      expect(covers(storedBlock(ipv6Pool), storedBlock(block))).toBe(true);
    }
    expect(made.Ipv6CidrBlockAssociationSet).toMatchObject([
      { Ipv6Pool: "Amazon", NetworkBorderGroup: "us-east-1", IpSource: "amazon" },
    ]);
    expect(routesOf(made.VpcId)).toEqual([
      [
        ["10.1.0.0/16", "local"],
        [blocks[0], "local"],
      ],
    ]);
    expect(aclEntriesOf(made.VpcId)).toEqual([
      [100, "allow", "0.0.0.0/0"],
      [101, "allow", "::/0"],
      [32_767, "deny", "0.0.0.0/0"],
      [32_768, "deny", "::/0"],
    ]);
    expect(egressOf(groupsOf(made.VpcId)[0]?.GroupId)).toEqual(["0.0.0.0/0", "::/0"]);
  });

  it("is refused where the account has as many as it may, and not for what others have", () => {
    for (const index of [1, 2, 3]) create({ CidrBlock: `10.${index}.0.0/16` });
    const input = { CidrBlock: "10.4.0.0/16" };
    expect(net.refusal("CreateVpc", input)).toBe(
      "VpcLimitExceeded: The maximum number of VPCs has been reached.",
    );
    net.ask("CreateVpc", input, { principal: rootOf("444455556666") });
    net.ask("CreateVpc", input, { region: "eu-west-1" });
  });

  it("needs its own ARN with tenancy and tags, and the permission to tag where tags are asked for", () => {
    const needs = (input: object) => net.needsOf(operationNamed("CreateVpc"), input);
    const [plain, ...rest] = needs({ CidrBlock: "10.1.0.0/16" });
    expect(rest).toEqual([]);
    expect(plain).toMatchObject({
      action: "ec2:CreateVpc",
      target: { arn: "arn:aws:ec2:us-east-1:111122223333:vpc/*" },
      keys: { "ec2:Tenancy": "default", "ec2:Region": "us-east-1" },
    });
    expect(plain?.keys).not.toHaveProperty("aws:TagKeys");
    const TagSpecifications = [{ ResourceType: "vpc", Tags: [{ Key: "team", Value: "" }] }];
    const tagged = needs({ InstanceTenancy: "dedicated", TagSpecifications });
    expect(tagged.map(({ action }) => action)).toEqual(["ec2:CreateVpc", "ec2:CreateTags"]);
    expect(tagged[0]?.keys).toMatchObject({ "ec2:Tenancy": "dedicated", "aws:RequestTag/team": "" });
    expect(tagged[1]?.keys).toMatchObject({ "ec2:CreateAction": "CreateVpc" });
  });
});

describe("deleting a VPC", () => {
  it("takes what it was born with along and gives its number back", () => {
    const { VpcId = "" } = create();
    const numbers = () =>
      net.store.read((tx) => [...tx.scan(hostNumbers)].filter(({ holder }) => holder === VpcId));
    expect(numbers()).toHaveLength(1);
    net.ask("DeleteVpc", { VpcId });
    expect(net.refusal("DescribeVpcs", { VpcIds: [VpcId] })).toBe(
      `InvalidVpcID.NotFound: The vpc ID '${VpcId}' does not exist`,
    );
    expect(groupsOf(VpcId)).toEqual([]);
    expect(routesOf(VpcId)).toEqual([]);
    expect(aclEntriesOf(VpcId)).toBeUndefined();
    expect(numbers()).toEqual([]);
  });

  it.each([
    ["CreateSubnet", { CidrBlock: "10.1.1.0/24" }],
    ["CreateRouteTable", {}],
    ["CreateNetworkAcl", {}],
    ["CreateSecurityGroup", { GroupName: "web", Description: "d" }],
  ] as const)("is refused while something made by %s is in it", (operation, input) => {
    const { VpcId } = create();
    net.ask(operation, { VpcId, ...input });
    expect(net.refusal("DeleteVpc", { VpcId })).toBe(
      `DependencyViolation: The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    );
  });

  it("is refused while an internet gateway is attached", () => {
    const { VpcId } = create();
    const InternetGatewayId = net.id("CreateInternetGateway", {}, "InternetGateway.InternetGatewayId");
    net.ask("AttachInternetGateway", { InternetGatewayId, VpcId });
    expect(net.refusal("DeleteVpc", { VpcId })).toContain("DependencyViolation");
    net.ask("DetachInternetGateway", { InternetGatewayId, VpcId });
    net.ask("DeleteVpc", { VpcId });
  });

  it("does not reach another account's", () => {
    const stranger = { principal: rootOf("444455556666") };
    expect(net.refusal("DeleteVpc", { VpcId: net.vpcId }, stranger)).toContain("InvalidVpcID.NotFound");
  });
});

describe("the attributes of a VPC", () => {
  const attribute = (Attribute: string) =>
    net.ask<object>("DescribeVpcAttribute", { VpcId: net.vpcId, Attribute });
  const set = (input: object) => net.ask("ModifyVpcAttribute", { VpcId: net.vpcId, ...input });

  it.each([
    ["enableDnsSupport", "EnableDnsSupport", true],
    ["enableDnsHostnames", "EnableDnsHostnames", false],
    ["enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics", false],
  ] as const)("%s is what it was set to", (name, member, first) => {
    expect(attribute(name)).toEqual({ VpcId: net.vpcId, [member]: { Value: first } });
    set({ [member]: { Value: !first } });
    expect(attribute(name)).toEqual({ VpcId: net.vpcId, [member]: { Value: !first } });
  });

  it("are changed one at a time", () => {
    const both = { EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true } };
    expect(net.refusal("ModifyVpcAttribute", { VpcId: net.vpcId, ...both })).toContain(
      "InvalidParameterCombination",
    );
    expect(net.refusal("ModifyVpcAttribute", { VpcId: net.vpcId })).toContain("No attributes specified");
    expect(net.refusal("ModifyVpcAttribute", { VpcId: net.vpcId, EnableDnsSupport: {} })).toContain(
      "MissingParameter",
    );
  });

  it("need the VPC with the attribute and its value as keys", () => {
    const input = { VpcId: net.vpcId, EnableDnsSupport: { Value: false } };
    const [need] = net.needsOf(operationNamed("ModifyVpcAttribute"), input);
    expect(need?.target.arn).toBe(`arn:aws:ec2:us-east-1:111122223333:vpc/${net.vpcId}`);
    expect(need?.target.keys).toMatchObject({ "ec2:VpcID": net.vpcId, "ec2:Tenancy": "default" });
    expect(need?.keys).toMatchObject({
      "ec2:Attribute": "EnableDnsSupport",
      "ec2:Attribute/EnableDnsSupport": false,
    });
    expect(need?.keys).not.toHaveProperty("ec2:Attribute/EnableDnsHostnames");
  });

  it("reach the model: without DNS support nobody is answered by the resolver", () => {
    expect(net.model().dnsSupport).toBe(true);
    set({ EnableDnsSupport: { Value: false } });
    expect(net.model().dnsSupport).toBe(false);
  });

  it("let a dedicated VPC be released, after which instances start in it", () => {
    const { VpcId } = create({ InstanceTenancy: "dedicated" });
    const SubnetId = net.id("CreateSubnet", { VpcId, CidrBlock: "10.1.1.0/24" }, "Subnet.SubnetId");
    expect(() => net.launch({ SubnetId })).toThrow("has the tenancy dedicated");
    expect(net.ask("ModifyVpcTenancy", { VpcId, InstanceTenancy: "default" })).toEqual({ ReturnValue: true });
    expect(show(VpcId).InstanceTenancy).toBe("default");
    net.launchOne({ SubnetId });
  });
});

/** What a call answers, or what it is refused with. */
function attempt(call: () => string): string {
  try {
    return call();
  } catch (refusal) {
    return refusal instanceof Error ? refusal.message : String(refusal);
  }
}

describe("further blocks of a VPC", () => {
  const further = (CidrBlock: string, VpcId: string | undefined = net.vpcId) =>
    net.id("AssociateVpcCidrBlock", { VpcId, CidrBlock }, "CidrBlockAssociation.AssociationId");
  const refused = (CidrBlock: string, VpcId: string | undefined = net.vpcId) =>
    net.refusal("AssociateVpcCidrBlock", { VpcId, CidrBlock });

  it("are associated beside the primary one, with a local route in every table", () => {
    const AssociationId = further("10.2.0.0/16");
    expect(show(net.vpcId)).toMatchObject({
      CidrBlock: "10.0.0.0/16",
      CidrBlockAssociationSet: [
        { CidrBlock: "10.0.0.0/16" },
        { AssociationId, CidrBlock: "10.2.0.0/16", CidrBlockState: { State: "associated" } },
      ],
    });
    for (const table of routesOf(net.vpcId) ?? []) expect(table[1]).toEqual(["10.2.0.0/16", "local"]);
    expect(net.model().cidrs).toEqual(["10.0.0.0/16", "10.2.0.0/16"]);
  });

  it("go again, with their routes, but not the primary one nor one that a subnet is in", () => {
    const AssociationId = further("10.2.0.0/16");
    const SubnetId = net.id(
      "CreateSubnet",
      { VpcId: net.vpcId, CidrBlock: "10.2.1.0/24" },
      "Subnet.SubnetId",
    );
    expect(net.refusal("DisassociateVpcCidrBlock", { AssociationId })).toContain("InvalidCidrBlock.InUse");
    net.ask("DeleteSubnet", { SubnetId });
    expect(net.ask("DisassociateVpcCidrBlock", { AssociationId })).toMatchObject({
      VpcId: net.vpcId,
      CidrBlockAssociation: { CidrBlock: "10.2.0.0/16", CidrBlockState: { State: "disassociating" } },
    });
    expect(show(net.vpcId).CidrBlockAssociationSet).toHaveLength(1);
    expect(routesOf(net.vpcId)?.flat().map(String)).not.toContain("10.2.0.0/16,local");
  });

  // The table of "IPv4 CIDR block association restrictions" in the user guide.
  it.each([
    ["10.0.0.0/16", "172.16.0.0/16", "restricted"],
    ["10.0.0.0/16", "192.168.0.0/24", "restricted"],
    ["10.0.0.0/16", "198.19.0.0/16", "restricted"],
    ["10.1.0.0/16", "10.0.0.0/24", "restricted"],
    ["10.2.0.0/16", "10.0.0.0/24", "permitted"],
    ["10.0.0.0/16", "10.1.0.0/16", "permitted"],
    ["10.0.0.0/16", "100.64.0.0/16", "permitted"],
    ["10.0.0.0/16", "198.18.0.0/16", "permitted"],
    ["10.0.0.0/16", "203.0.113.0/24", "permitted"],
    ["172.16.0.0/16", "10.0.0.0/16", "restricted"],
    ["172.16.0.0/16", "172.31.0.0/16", "restricted"],
    ["172.16.0.0/16", "172.20.0.0/16", "permitted"],
    ["172.16.0.0/16", "192.168.0.0/16", "restricted"],
    ["192.168.0.0/24", "192.168.1.0/24", "permitted"],
    ["192.168.0.0/24", "10.0.0.0/16", "restricted"],
    ["198.19.0.0/24", "198.19.1.0/24", "permitted"],
    ["198.19.0.0/24", "10.0.0.0/16", "restricted"],
    ["100.64.0.0/16", "100.65.0.0/16", "permitted"],
    ["100.64.0.0/16", "10.0.0.0/16", "restricted"],
    ["203.0.113.0/24", "198.19.0.0/24", "restricted"],
    ["203.0.113.0/24", "198.51.100.0/24", "permitted"],
  ] as const)("beside %s, %s is %s", (primary, second, verdict) => {
    const { VpcId } = create({ CidrBlock: primary });
    const answer = attempt(() => further(second, VpcId));
    expect(answer).toMatch(
      verdict === "permitted" ? /^vpc-cidr-assoc-/ : /^The CIDR '[^']+' is restricted\./,
    );
  });

  it("are refused where they overlap one that is there, or a route that leads elsewhere", () => {
    expect(refused("10.0.128.0/17")).toBe(
      "CidrConflict: The CIDR '10.0.128.0/17' conflicts with another CIDR '10.0.0.0/16'",
    );
    const input = {
      RouteTableId: net.publicTableId,
      DestinationCidrBlock: "10.2.0.0/24",
      GatewayId: net.gatewayId,
    };
    net.ask("CreateRoute", input);
    expect(refused("10.2.0.0/16")).toContain("CidrConflict");
    expect(refused("10.2.0.0/24")).toContain("CidrConflict");
    further("10.2.0.0/25");
  });

  it("are five at most in each family", () => {
    for (const index of [2, 3, 4, 5]) further(`10.${index}.0.0/16`);
    expect(refused("10.6.0.0/16")).toBe(
      `CidrLimitExceeded: This network '${net.vpcId}' has met its maximum number of allowed CIDRs: 5`,
    );
    const ipv6 = { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true };
    for (let made = 0; made < 5; made += 1) net.ask("AssociateVpcCidrBlock", ipv6);
    expect(net.refusal("AssociateVpcCidrBlock", ipv6)).toContain("CidrLimitExceeded");
  });

  it("of IPv6 open what nobody has changed, and leave alone what somebody has", () => {
    const GroupId = net.id(
      "CreateSecurityGroup",
      { VpcId: net.vpcId, GroupName: "strict", Description: "d" },
      "GroupId",
    );
    const everywhere = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    net.ask("RevokeSecurityGroupEgress", { GroupId, IpPermissions: [everywhere] });
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true });
    expect(egressOf(GroupId)).toEqual([]);
    const byDefault = groupsOf(net.vpcId).find(({ GroupName }) => GroupName === "default");
    expect(egressOf(byDefault?.GroupId)).toEqual(["0.0.0.0/0", "::/0"]);
    expect(aclEntriesOf(net.vpcId)).toContainEqual([101, "allow", "::/0"]);
  });

  it("of IPv6 let groups made later out to it as well", () => {
    const group = (GroupName: string) =>
      net.id("CreateSecurityGroup", { VpcId: net.vpcId, GroupName, Description: "d" }, "GroupId");
    expect(egressOf(group("before"))).toEqual(["0.0.0.0/0"]);
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true });
    expect(egressOf(group("after"))).toEqual(["0.0.0.0/0", "::/0"]);
  });

  it("need the VPC that the association is of, and every VPC where there is none", () => {
    const AssociationId = further("10.2.0.0/16");
    const needs = (id: string) => net.needs("DisassociateVpcCidrBlock", { AssociationId: id });
    const arn = "arn:aws:ec2:us-east-1:111122223333:vpc";
    expect(needs(AssociationId)).toEqual([["ec2:DisassociateVpcCidrBlock", `${arn}/${net.vpcId}`]]);
    expect(needs("vpc-cidr-assoc-0aaaaaaaaaaaaaaaa")).toEqual([["ec2:DisassociateVpcCidrBlock", `${arn}/*`]]);
  });
});

describe("the list of VPCs", () => {
  it.each([
    ["cidr", "10.0.0.0/16"],
    ["cidr-block-association.cidr-block", "10.2.0.0/16"],
    ["cidr-block-association.state", "associated"],
    ["ipv6-cidr-block-association.ipv6-pool", "Amazon"],
    ["ipv6-cidr-block-association.state", "associated"],
    ["is-default", "false"],
    ["tag:team", "net"],
  ])("is found by %s", (Name, value) => {
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, CidrBlock: "10.2.0.0/16" });
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true });
    net.ask("CreateTags", { Resources: [net.vpcId], Tags: [{ Key: "team", Value: "net" }] });
    const found = (Values: readonly string[]) =>
      net
        .ask<DescribeVpcsResult>("DescribeVpcs", { Filters: [{ Name, Values }] })
        .Vpcs?.map(({ VpcId }) => VpcId);
    expect(found([value])).toContain(net.vpcId);
    expect(found(["other"])).toEqual([]);
  });

  it("comes in pages, each VPC once", () => {
    for (const index of [1, 2, 3]) create({ CidrBlock: `10.${index}.0.0/16` });
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const input = { MaxResults: 2, ...(NextToken === undefined ? {} : { NextToken }) };
      const page = net.ask<DescribeVpcsResult>("DescribeVpcs", input);
      seen.push(...(page.Vpcs ?? []).map(({ VpcId }) => VpcId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });
});

describe("a default VPC", () => {
  it("is made anew once the first one was deleted, and no second one beside it", () => {
    const old = net.ask<DescribeVpcsResult>("DescribeVpcs", {
      Filters: [{ Name: "is-default", Values: ["true"] }],
    });
    const VpcId = old.Vpcs?.[0]?.VpcId;
    expect(net.refusal("CreateDefaultVpc")).toContain("DefaultVpcAlreadyExists");
    for (const SubnetId of net.subnetIds()) {
      if (SubnetId !== net.publicSubnetId && SubnetId !== net.privateSubnetId)
        net.ask("DeleteSubnet", { SubnetId });
    }
    const InternetGatewayId = net.id(
      "DescribeInternetGateways",
      { Filters: [{ Name: "attachment.vpc-id", Values: [VpcId] }] },
      "InternetGateways.0.InternetGatewayId",
    );
    net.ask("DetachInternetGateway", { InternetGatewayId, VpcId });
    net.ask("DeleteVpc", { VpcId });
    const made = net.ask<CreateVpcResult>("CreateDefaultVpc").Vpc;
    expect(made).toMatchObject({ IsDefault: true, CidrBlock: "172.31.0.0/16" });
    net.launchOne();
  });
});

it("wakes the network when a VPC, its blocks or its DNS change", async () => {
  let woken = 0;
  net.store.onWish(networkTopic, () => (woken += 1));
  const wakes = async (operation: string, input: object): Promise<void> => {
    const before = woken;
    net.ask(operation, input);
    await net.store.settled(net.store.transaction(() => undefined).seq);
    expect([operation, woken > before]).toEqual([operation, true]);
  };
  const vpc = { VpcId: net.vpcId };
  await wakes("CreateVpc", { CidrBlock: "10.1.0.0/16" });
  await wakes("AssociateVpcCidrBlock", { ...vpc, CidrBlock: "10.2.0.0/16" });
  await wakes("AssociateVpcCidrBlock", { ...vpc, AmazonProvidedIpv6CidrBlock: true });
  await wakes("ModifyVpcAttribute", { ...vpc, EnableDnsSupport: { Value: false } });
  await wakes("CreateSubnet", { ...vpc, CidrBlock: "10.2.1.0/24" });
});
