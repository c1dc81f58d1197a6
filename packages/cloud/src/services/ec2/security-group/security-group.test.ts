import type {
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsResult,
  SecurityGroup,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { ec2Service } from "../index.ts";
import { openTestCloud, rootOf, type TestCloud } from "../testing.ts";
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from "./group-operations.ts";
import { describeSecurityGroupReferences } from "./peer-references.ts";
import { modifySecurityGroupRules, updateSecurityGroupRuleDescriptionsIngress } from "./rule-changes.ts";
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from "./rule-operations.ts";

const tcp = (port: number, cidr = "0.0.0.0/0") => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: cidr }],
});

describe("security groups", () => {
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await openTestCloud(ec2Service.collections);
  });

  const create = (name: string, more: object = {}): string =>
    cloud.run<{ GroupId: string }>(createSecurityGroup, {
      GroupName: name,
      Description: "for tests",
      ...more,
    }).GroupId;
  const groups = (input: object = {}): readonly SecurityGroup[] =>
    cloud.run<DescribeSecurityGroupsResult>(describeSecurityGroups, input).SecurityGroups ?? [];
  const allow = (GroupId: string, ...IpPermissions: object[]) =>
    cloud.run<AuthorizeSecurityGroupIngressResult>(authorizeSecurityGroupIngress, { GroupId, IpPermissions });

  it("gives every region a default group that lets itself in and everything out", () => {
    const [group] = groups();
    expect(group?.GroupName).toBe("default");
    expect(group?.IpPermissions).toMatchObject([
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: group?.GroupId }] },
    ]);
    expect(group?.IpPermissionsEgress).toMatchObject([
      { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ]);
    expect(cloud.faultOf(deleteSecurityGroup, { GroupId: group?.GroupId }).code).toBe("CannotDelete");
  });

  it("creates a group in the default VPC with an egress rule for everything and the tags asked for", () => {
    const id = create("web", {
      TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "team", Value: "a" }] }],
    });
    const [group] = groups({ GroupNames: ["web"] });
    expect(group).toMatchObject({ GroupId: id, IpPermissions: [], Tags: [{ Key: "team", Value: "a" }] });
    expect(group?.IpPermissionsEgress).toHaveLength(1);
  });

  it.each([
    [{ GroupName: "default" }, "InvalidParameterValue"],
    [{ GroupName: "sg-mine" }, "InvalidParameterValue"],
    [{ GroupName: "wéb" }, "InvalidParameterValue"],
    [{ Description: "<b>" }, "InvalidParameterValue"],
    [{ VpcId: "vpc-0aaaaaaaaaaaaaaaa" }, "InvalidVpcID.NotFound"],
    [{ VpcId: "nonsense" }, "InvalidVpcId.Malformed"],
    [{ GroupName: "taken" }, "InvalidGroup.Duplicate"],
  ])("refuses to create %j with %s", (input, code) => {
    create("taken");
    const whole = { GroupName: "new", Description: "d", ...input };
    expect(cloud.faultOf(createSecurityGroup, whole).code).toBe(code);
  });

  it("needs the group, its VPC and, with tags, CreateTags with the creating action", () => {
    const plain = cloud.needsOf(createSecurityGroup, { GroupName: "a", Description: "d" });
    expect(plain.map(({ action, target }) => [action, target.arn.split(":")[5]?.split("/")[0]])).toEqual([
      ["ec2:CreateSecurityGroup", "security-group"],
      ["ec2:CreateSecurityGroup", "vpc"],
    ]);
    expect(plain[0]?.keys).not.toHaveProperty("aws:TagKeys");
    const tagged = cloud.needsOf(createSecurityGroup, {
      GroupName: "a",
      Description: "d",
      TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "team", Value: "" }] }],
    });
    expect(tagged[0]?.keys).toMatchObject({ "aws:RequestTag/team": "", "aws:TagKeys": ["team"] });
    expect(tagged[2]).toMatchObject({
      action: "ec2:CreateTags",
      keys: { "ec2:CreateAction": "CreateSecurityGroup" },
    });
  });

  it("authorizes rules, clears host bits and shows them gathered and one by one", () => {
    const id = create("web");
    const added = allow(id, tcp(80), tcp(22, "10.1.2.3/8"), {
      IpProtocol: "icmp",
      FromPort: 8,
      ToPort: -1,
      IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "ping" }],
    });
    expect(added.SecurityGroupRules).toHaveLength(3);
    const [group] = groups({ GroupIds: [id] });
    expect(group?.IpPermissions).toHaveLength(3);
    expect(JSON.stringify(group?.IpPermissions)).toContain("10.0.0.0/8");
    const rules = cloud.run<DescribeSecurityGroupRulesResult>(describeSecurityGroupRules, {
      Filters: [{ Name: "group-id", Values: [id] }],
    }).SecurityGroupRules;
    expect(
      rules
        ?.filter(({ IsEgress }) => !IsEgress)
        .map(({ CidrIpv4 }) => CidrIpv4)
        .toSorted(),
    ).toEqual(["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/8"]);
  });

  it.each([
    [tcp(80, "10.0.0.0/33"), "InvalidParameterValue"],
    [{ ...tcp(80), ToPort: 22 }, "InvalidParameterValue"],
    [{ ...tcp(80), ToPort: undefined }, "InvalidParameterValue"],
    [{ ...tcp(80), ToPort: 70_000 }, "InvalidParameterValue"],
    [{ ...tcp(80), IpProtocol: "tcpip" }, "InvalidParameterValue"],
    [{ ...tcp(80), IpProtocol: "icmp", FromPort: 300 }, "InvalidParameterValue"],
    [{ ...tcp(80), IpRanges: [] }, "MissingParameter"],
    [{ ...tcp(80), IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "<" }] }, "InvalidParameterValue"],
    [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-0aaaaaaaaaaaaaaaa" }] }, "InvalidGroup.NotFound"],
    [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId: "pl-1" }] }, "InvalidPrefixListID.NotFound"],
    [
      { IpProtocol: "-1", UserIdGroupPairs: [{ VpcPeeringConnectionId: "pcx-1" }] },
      "InvalidVpcPeeringConnectionID.NotFound",
    ],
    [tcp(443), "InvalidPermission.Duplicate"],
  ])("refuses to authorize %j with %s and adds nothing", (permission, code) => {
    const id = create("web");
    allow(id, tcp(443));
    const fault = cloud.faultOf(authorizeSecurityGroupIngress, { GroupId: id, IpPermissions: [permission] });
    expect(fault.code).toBe(code);
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions).toHaveLength(1);
  });

  it("refuses what neither the older nor the newer form of a permission says", () => {
    const id = create("web");
    expect(cloud.faultOf(authorizeSecurityGroupIngress, { GroupId: id }).code).toBe("MissingParameter");
    const both = { GroupId: id, IpProtocol: "tcp", CidrIp: "0.0.0.0/0", IpPermissions: [tcp(80)] };
    expect(cloud.faultOf(authorizeSecurityGroupIngress, both).code).toBe("InvalidParameterCombination");
    cloud.run(authorizeSecurityGroupIngress, {
      GroupName: "web",
      IpProtocol: "tcp",
      FromPort: 80,
      ToPort: 80,
      CidrIp: "0.0.0.0/0",
    });
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions).toHaveLength(1);
    expect(cloud.faultOf(authorizeSecurityGroupIngress, { GroupName: "none" }).code).toBe(
      "InvalidGroup.NotFound",
    );
    expect(cloud.faultOf(authorizeSecurityGroupIngress, {}).code).toBe("MissingParameter");
  });

  it("takes 60 rules in one direction and family, and not one more", () => {
    const id = create("web");
    allow(id, ...Array.from({ length: 60 }, (_, index) => tcp(1000 + index)));
    const more = { GroupId: id, IpPermissions: [tcp(2000)] };
    expect(cloud.faultOf(authorizeSecurityGroupIngress, more).code).toBe(
      "RulesPerSecurityGroupLimitExceeded",
    );
    allow(id, { IpProtocol: "tcp", FromPort: 1, ToPort: 1, Ipv6Ranges: [{ CidrIpv6: "::/0" }] });
    cloud.run(authorizeSecurityGroupEgress, { GroupId: id, IpPermissions: [tcp(2000)] });
  });

  it("revokes by content and by id, in its own direction only", () => {
    const id = create("web");
    const added = allow(id, tcp(80), tcp(22));
    cloud.run(revokeSecurityGroupIngress, { GroupId: id, IpPermissions: [tcp(80)] });
    const gone = { GroupId: id, IpPermissions: [tcp(80)] };
    expect(cloud.faultOf(revokeSecurityGroupIngress, gone).code).toBe("InvalidPermission.NotFound");
    const SecurityGroupRuleIds = [added.SecurityGroupRules?.[1]?.SecurityGroupRuleId];
    const wrongWay = cloud.faultOf(revokeSecurityGroupEgress, { GroupId: id, SecurityGroupRuleIds });
    expect(wrongWay.code).toBe("InvalidSecurityGroupRuleId.NotFound");
    cloud.run(revokeSecurityGroupIngress, { GroupId: id, SecurityGroupRuleIds });
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions).toEqual([]);
  });

  it("replaces a rule whole and keeps its id", () => {
    const id = create("web");
    const [rule, other] = allow(id, tcp(80), tcp(81)).SecurityGroupRules ?? [];
    const modify = (SecurityGroupRule: object) => ({
      GroupId: id,
      SecurityGroupRules: [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId, SecurityGroupRule }],
    });
    const udp = { IpProtocol: "udp", FromPort: 53, ToPort: 53, CidrIpv4: "10.0.0.0/8" };
    cloud.run(modifySecurityGroupRules, modify(udp));
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions).toContainEqual(
      expect.objectContaining({ IpProtocol: "udp", FromPort: 53 }),
    );
    const twice = { IpProtocol: "tcp", FromPort: 81, ToPort: 81, CidrIpv4: "0.0.0.0/0" };
    expect(cloud.faultOf(modifySecurityGroupRules, modify(twice)).code).toBe("InvalidPermission.Duplicate");
    const two = { ...udp, CidrIpv6: "::/0" };
    expect(cloud.faultOf(modifySecurityGroupRules, modify(two)).code).toBe("InvalidParameterCombination");
    expect(cloud.faultOf(modifySecurityGroupRules, modify({ IpProtocol: "-1" })).code).toBe(
      "MissingParameter",
    );
    expect(other).toBeDefined();
  });

  it("changes descriptions by content and by id, and takes one away when none is given", () => {
    const id = create("web");
    const [rule] = allow(id, tcp(80)).SecurityGroupRules ?? [];
    const described = { ...tcp(80), IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "everyone" }] };
    cloud.run(updateSecurityGroupRuleDescriptionsIngress, { GroupId: id, IpPermissions: [described] });
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions?.[0]?.IpRanges?.[0]?.Description).toBe("everyone");
    cloud.run(updateSecurityGroupRuleDescriptionsIngress, {
      GroupId: id,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId }],
    });
    expect(groups({ GroupIds: [id] })[0]?.IpPermissions?.[0]?.IpRanges?.[0]).not.toHaveProperty(
      "Description",
    );
    const absent = { GroupId: id, IpPermissions: [tcp(99)] };
    expect(cloud.faultOf(updateSecurityGroupRuleDescriptionsIngress, absent).code).toBe(
      "InvalidPermission.NotFound",
    );
  });

  it("keeps a group that another one's rule names, and deletes it with its rules otherwise", () => {
    const web = create("web");
    const app = create("app");
    allow(app, { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: web }] });
    expect(cloud.faultOf(deleteSecurityGroup, { GroupId: web }).code).toBe("DependencyViolation");
    cloud.run(deleteSecurityGroup, { GroupId: app });
    cloud.run(deleteSecurityGroup, { GroupName: "web" });
    expect(groups()).toHaveLength(1);
    expect(cloud.run(describeSecurityGroupReferences, { GroupId: [] })).toEqual({
      SecurityGroupReferenceSet: [],
    });
  });

  it("filters by name, by wildcard and by rule content, and refuses a filter it does not know", () => {
    const id = create("web-1");
    create("db-1");
    allow(id, tcp(443));
    const ids = (Name: string, Values: string[]) =>
      groups({ Filters: [{ Name, Values }] }).map(({ GroupId }) => GroupId);
    expect(ids("group-name", ["web-*"])).toEqual([id]);
    expect(ids("ip-permission.from-port", ["443"])).toEqual([id]);
    expect(ids("egress.ip-permission.cidr", ["0.0.0.0/0"])).toHaveLength(3);
    const unknown = { Filters: [{ Name: "colour", Values: ["red"] }] };
    expect(cloud.faultOf(describeSecurityGroups, unknown)).toEqual({
      code: "InvalidParameterValue",
      message: "The filter 'colour' is invalid",
    });
  });

  it("pages through groups with tokens that are good for the same question only", () => {
    for (let index = 0; index < 11; index += 1) create(`g${index}`);
    const first = cloud.run<DescribeSecurityGroupsResult>(describeSecurityGroups, { MaxResults: 5 });
    expect(first.SecurityGroups).toHaveLength(5);
    const { NextToken } = first;
    const second = cloud.run<DescribeSecurityGroupsResult>(describeSecurityGroups, {
      MaxResults: 5,
      NextToken,
    });
    const third = cloud.run<DescribeSecurityGroupsResult>(describeSecurityGroups, {
      MaxResults: 5,
      NextToken: second.NextToken,
    });
    expect(third.SecurityGroups).toHaveLength(2);
    expect(third.NextToken).toBeUndefined();
    const other = { MaxResults: 5, NextToken, Filters: [{ Name: "vpc-id", Values: ["*"] }] };
    expect(cloud.faultOf(describeSecurityGroups, other).code).toBe("InvalidNextToken");
    const ids = { GroupIds: [create("x")], MaxResults: 5 };
    expect(cloud.faultOf(describeSecurityGroups, ids).code).toBe("InvalidParameterCombination");
  });

  it("hides another account's groups", () => {
    const id = create("web");
    const principal = rootOf("444455556666");
    expect(cloud.faultOf(describeSecurityGroups, { GroupIds: [id] }, { principal }).code).toBe(
      "InvalidGroup.NotFound",
    );
    expect(cloud.faultOf(deleteSecurityGroup, { GroupId: id }, { principal }).code).toBe(
      "InvalidGroup.NotFound",
    );
    const [need] = cloud.needsOf(deleteSecurityGroup, { GroupId: id }, { principal });
    expect(need?.target).toMatchObject({ accountId: "444455556666", keys: {} });
  });
});
