import type { CreateKeyPairRequest, DescribeTagsResult, TagDescription } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { describeInternetGateways } from "../internet-gateway/operations.ts";
import { createKeyPair } from "../key-pair/operations.ts";
import { createLaunchTemplate } from "../launch-template/template-operations.ts";
import { describeNetworkAcls } from "../network-acl/operations.ts";
import { describeNetworkInterfaces } from "../network-interface/operations.ts";
import { describeRouteTables } from "../route-table/operations.ts";
import { describeSecurityGroupRules } from "../security-group/rule-operations.ts";
import { operationNamed } from "../testing-network.ts";
import { openTestWorld, testImage, type TestWorld } from "../testing-world.ts";
import { rootOf, testAccount } from "../testing.ts";
import { describeVpcs } from "../vpc/operations.ts";
import { volumes } from "../volume/volume.ts";
import { createTags, deleteTags, describeTags } from "./operations.ts";
import { taggableResources } from "./taggable-resources.ts";

describe("tags", () => {
  let world: TestWorld;
  let id: string;

  beforeEach(async () => {
    world = await openTestWorld();
    id = world.launchOne();
  });

  const tag = (tags: Readonly<Record<string, string>>, ...Resources: string[]) =>
    world.run(createTags, {
      Resources,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
  const list = (input: object = {}): DescribeTagsResult => world.run(describeTags, input);
  const tagsOf = (resource: string) =>
    Object.fromEntries(
      list({ Filters: [{ Name: "resource-id", Values: [resource] }] }).Tags!.map(({ Key, Value }) => [
        Key,
        Value,
      ]),
    );

  /** An id of every kind that has tags. */
  function oneOfEach(): Readonly<Record<string, string>> {
    const first = (operation: Parameters<TestWorld["run"]>[0], set: string, key: string): string => {
      const output = world.run<Record<string, Record<string, string>[]>>(operation, {});
      return output[set]?.[0]?.[key] ?? "";
    };
    const row = world.row(id);
    const key: Partial<CreateKeyPairRequest> = { KeyName: "k", KeyType: "ed25519" };
    const { vpcId: VpcId, subnetId: SubnetId } = row;
    /** Runs an operation and gives the id that its answer holds under these names. */
    const made = (operation: string, input: object, ...path: readonly string[]): string => {
      const answer = world.run<unknown>(operationNamed(operation), input);
      return String(path.reduce((part, name) => (part as Record<string, unknown>)[name], answer));
    };
    const eniId = made("DescribeNetworkInterfaces", {}, "NetworkInterfaces", "0", "NetworkInterfaceId");
    const other = made("CreateVpc", { CidrBlock: "10.0.0.0/16" }, "Vpc", "VpcId");
    const list = { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 1 };
    const reservation = { SubnetId, Cidr: "172.31.0.64/28", ReservationType: "prefix" };
    const insightsPath = made(
      "CreateNetworkInsightsPath",
      { Source: eniId, Destination: id, Protocol: "tcp" },
      "NetworkInsightsPath",
      "NetworkInsightsPathId",
    );
    const insightsScope = made(
      "CreateNetworkInsightsAccessScope",
      { MatchPaths: [{ Source: { ResourceStatement: { ResourceTypes: ["AWS::EC2::InternetGateway"] } } }] },
      "NetworkInsightsAccessScope",
      "NetworkInsightsAccessScopeId",
    );
    return {
      "dhcp-options": made("DescribeDhcpOptions", {}, "DhcpOptions", "0", "DhcpOptionsId"),
      "egress-only-internet-gateway": made(
        "CreateEgressOnlyInternetGateway",
        { VpcId },
        "EgressOnlyInternetGateway",
        "EgressOnlyInternetGatewayId",
      ),
      "elastic-ip": made("AllocateAddress", {}, "AllocationId"),
      natgateway: made(
        "CreateNatGateway",
        { SubnetId, ConnectivityType: "private" },
        "NatGateway",
        "NatGatewayId",
      ),
      "prefix-list": made("CreateManagedPrefixList", list, "PrefixList", "PrefixListId"),
      "subnet-cidr-reservation": made(
        "CreateSubnetCidrReservation",
        reservation,
        "SubnetCidrReservation",
        "SubnetCidrReservationId",
      ),
      "network-insights-path": insightsPath,
      "network-insights-analysis": made(
        "StartNetworkInsightsAnalysis",
        { NetworkInsightsPathId: insightsPath },
        "NetworkInsightsAnalysis",
        "NetworkInsightsAnalysisId",
      ),
      "network-insights-access-scope": insightsScope,
      "network-insights-access-scope-analysis": made(
        "StartNetworkInsightsAccessScopeAnalysis",
        { NetworkInsightsAccessScopeId: insightsScope },
        "NetworkInsightsAccessScopeAnalysis",
        "NetworkInsightsAccessScopeAnalysisId",
      ),
      "vpc-endpoint": made(
        "CreateVpcEndpoint",
        { VpcId, VpcEndpointType: "Interface", ServiceName: "com.amazonaws.us-east-1.ec2" },
        "VpcEndpoint",
        "VpcEndpointId",
      ),
      "vpc-endpoint-service": made(
        "CreateVpcEndpointServiceConfiguration",
        {
          NetworkLoadBalancerArns: [`arn:aws:ec2:us-east-1:${testAccount}:network-interface/${eniId}/tcp/80`],
        },
        "ServiceConfiguration",
        "ServiceId",
      ),
      "vpc-block-public-access-exclusion": made(
        "CreateVpcBlockPublicAccessExclusion",
        { VpcId, InternetGatewayExclusionMode: "allow-egress" },
        "VpcBlockPublicAccessExclusion",
        "ExclusionId",
      ),
      "vpc-peering-connection": made(
        "CreateVpcPeeringConnection",
        { VpcId, PeerVpcId: other },
        "VpcPeeringConnection",
        "VpcPeeringConnectionId",
      ),
      instance: id,
      "internet-gateway": first(describeInternetGateways, "InternetGateways", "InternetGatewayId"),
      "key-pair": world.run<{ KeyPairId: string }>(createKeyPair, key).KeyPairId,
      "launch-template": world.run<{ LaunchTemplate: { LaunchTemplateId: string } }>(createLaunchTemplate, {
        LaunchTemplateName: "tagged",
        LaunchTemplateData: {},
      }).LaunchTemplate.LaunchTemplateId,
      "network-acl": first(describeNetworkAcls, "NetworkAcls", "NetworkAclId"),
      "network-interface": first(describeNetworkInterfaces, "NetworkInterfaces", "NetworkInterfaceId"),
      "route-table": first(describeRouteTables, "RouteTables", "RouteTableId"),
      "security-group": world.defaultGroupId(),
      "security-group-rule": first(describeSecurityGroupRules, "SecurityGroupRules", "SecurityGroupRuleId"),
      subnet: row.subnetId,
      volume: world.store.read((tx) => [...tx.scan(volumes.collection)][0]!.id),
      vpc: first(describeVpcs, "Vpcs", "VpcId"),
    };
  }

  it("refuses a tag beside one that differs from it in case only, which conditions could not tell apart", () => {
    tag({ env: "prod" }, id);
    const again = { Resources: [id], Tags: [{ Key: "ENV", Value: "test" }] };
    expect(world.faultOf(createTags, again).code).toBe("InvalidParameterValue");
    const both = ["env", "Env"].map((Key) => ({ Key, Value: "test" }));
    expect(world.faultOf(createTags, { Resources: [id], Tags: both }).code).toBe("InvalidParameterValue");
    expect(tagsOf(id)).toEqual({ env: "prod" });
  });

  it("are put on every kind of resource, in one request", () => {
    const each = oneOfEach();
    expect(Object.keys(each).toSorted()).toEqual(taggableResources.map(({ type }) => type).toSorted());
    tag({ team: "a" }, ...Object.values(each));
    const shown = list({ Filters: [{ Name: "key", Values: ["team"] }] }).Tags!;
    expect(Object.fromEntries(shown.map((row) => [row.ResourceType, row.ResourceId]))).toEqual(each);
  });

  it("overwrite a tag of the same key and keep the others", () => {
    tag({ a: "1", b: "2" }, id);
    tag({ b: "3", c: "" }, id);
    expect(tagsOf(id)).toEqual({ a: "1", b: "3", c: "" });
  });

  it.each<[string, object[] | undefined, object]>([
    ["by key whatever the value", [{ Key: "a" }], { b: "2", c: "" }],
    [
      "by key and value when both match",
      [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "x" },
      ],
      { b: "2", c: "" },
    ],
    [
      "by an empty value only where it is empty",
      [
        { Key: "a", Value: "" },
        { Key: "c", Value: "" },
      ],
      { a: "1", b: "2" },
    ],
    ["of a key that is not there without complaint", [{ Key: "z" }], { a: "1", b: "2", c: "" }],
    ["altogether when none is named", undefined, {}],
  ])("are deleted %s", (_how, Tags, left) => {
    tag({ a: "1", b: "2", c: "" }, id);
    world.run(deleteTags, { Resources: [id], Tags });
    expect(tagsOf(id)).toEqual(left);
  });

  it.each<[object, string, string]>([
    [{ Resources: ["nonsense"] }, "InvalidID", "The ID 'nonsense' is not valid"],
    [
      { Resources: ["iip-assoc-0aaaaaaaaaaaaaaaa"] },
      "InvalidID",
      "The ID 'iip-assoc-0aaaaaaaaaaaaaaaa' is not valid",
    ],
    [
      { Resources: [testImage] },
      "UnsupportedOperation",
      `The image '${testImage}' is provided by Casemate and cannot be tagged.`,
    ],
    [
      { Resources: ["i-0aaaaaaaaaaaaaaaa"] },
      "InvalidInstanceID.NotFound",
      "The instance ID 'i-0aaaaaaaaaaaaaaaa' does not exist",
    ],
    [
      { Resources: ["vol-0aaaaaaaaaaaaaaaa"] },
      "InvalidVolume.NotFound",
      "The volume 'vol-0aaaaaaaaaaaaaaaa' does not exist.",
    ],
    [{ Resources: ["vol-xyz"] }, "InvalidVolumeID.Malformed", 'Invalid id: "vol-xyz" (expecting "vol-...")'],
    [{ Tags: [] }, "MissingParameter", "The request must contain the parameter tag"],
    [
      { Tags: [{ Key: "aws:x", Value: "" }] },
      "InvalidParameterValue",
      "Value ( aws:x ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use",
    ],
    [{ Tags: [{ Key: "", Value: "" }] }, "InvalidParameterValue", "Tag key cannot be empty"],
    [
      { Tags: [{ Key: "k".repeat(129), Value: "" }] },
      "InvalidParameterValue",
      "Tag key exceeds the maximum length of 128 characters",
    ],
    [
      { Tags: [{ Key: "k", Value: "v".repeat(257) }] },
      "InvalidParameterValue",
      "Tag value exceeds the maximum length of 256 characters",
    ],
    [
      {
        Tags: [
          { Key: "k", Value: "1" },
          { Key: "k", Value: "2" },
        ],
      },
      "InvalidParameterValue",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    [
      { Resources: Array.from({ length: 1001 }, (_, index) => `i-${String(index).padStart(17, "0")}`) },
      "InvalidParameterValue",
      "The maximum number of resources that can be tagged in one request is 1000",
    ],
  ])("are refused: %j", (input, code, message) => {
    const whole = { Resources: [id], Tags: [{ Key: "k", Value: "v" }], ...input };
    expect(world.faultOf(createTags, whole)).toEqual({ code, message });
  });

  it("change every named resource or none", () => {
    tag({ a: "1" }, id);
    const subnet = world.row(id).subnetId;
    const Resources = [id, subnet, "vpc-0aaaaaaaaaaaaaaaa"];
    const input = { Resources, Tags: [{ Key: "k", Value: "v" }] };
    expect(world.faultOf(createTags, input).code).toBe("InvalidVpcID.NotFound");
    expect(world.faultOf(deleteTags, { Resources }).code).toBe("InvalidVpcID.NotFound");
    expect([tagsOf(id), tagsOf(subnet)]).toEqual([{ a: "1" }, {}]);
  });

  it("are fifty at most, counted with those that are there", () => {
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${from + index}`, ""]));
    tag(many(0, 49), id);
    tag(many(48, 2), id);
    expect(world.faultOf(createTags, { Resources: [id], Tags: [{ Key: "one-more" }] })).toEqual({
      code: "TagLimitExceeded",
      message: "The maximum number of tags for a resource has been reached",
    });
    tag({ k0: "changed" }, id);
    expect(Object.keys(tagsOf(id))).toHaveLength(50);
  });

  it("of an instance that shows them to its metadata must fit into a path", () => {
    const open = world.launchOne({ MetadataOptions: { InstanceMetadataTags: "enabled" } });
    const input = (Resources: string[]) => ({ Resources, Tags: [{ Key: "a/b", Value: "" }] });
    expect(world.faultOf(createTags, input([open])).code).toBe("InvalidParameterValue");
    world.run(createTags, input([id]));
    expect(tagsOf(id)).toEqual({ "a/b": "" });
  });

  it("of a stranger can be neither changed nor seen", () => {
    tag({ a: "1" }, id);
    const stranger = { principal: rootOf("444455556666") };
    const input = { Resources: [id], Tags: [{ Key: "a", Value: "2" }] };
    expect(world.faultOf(createTags, input, stranger).code).toBe("InvalidInstanceID.NotFound");
    expect(world.faultOf(deleteTags, { Resources: [id] }, stranger).code).toBe("InvalidInstanceID.NotFound");
    expect(world.run<DescribeTagsResult>(describeTags, {}, stranger).Tags).toEqual([]);
    expect(tagsOf(id)).toEqual({ a: "1" });
  });

  it.each<[string, string[], string[]]>([
    ["key", ["te*"], ["team=a", "team=b"]],
    ["value", ["a", "x"], ["env=x", "team=a"]],
    ["resource-type", ["subnet"], ["team=b"]],
    ["tag:team", ["b"], ["team=b"]],
  ])("are found by %s", (Name, Values, expected) => {
    tag({ team: "a", env: "x" }, id);
    tag({ team: "b" }, world.row(id).subnetId);
    const text = ({ Key, Value }: TagDescription) => `${Key}=${Value}`;
    expect(
      list({ Filters: [{ Name, Values }] })
        .Tags!.map(text)
        .toSorted(),
    ).toEqual(expected);
  });

  it("are listed in pages, each once", () => {
    tag(Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`k${index}`, ""])), id);
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page: DescribeTagsResult = list({ MaxResults: 5, NextToken });
      seen.push(...page.Tags!.map(({ Key }) => Key));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
    expect(world.faultOf(describeTags, { NextToken: "forged" }).code).toBe("InvalidNextToken");
    expect(world.faultOf(describeTags, { Filters: [{ Name: "color", Values: ["x"] }] })).toEqual({
      code: "InvalidParameterValue",
      message: "The filter 'color' is invalid",
    });
  });

  it("need each named resource, once, with the tags asked for and those that are there", () => {
    tag({ team: "a" }, id);
    const vpc = world.row(id).vpcId;
    const needs = world.needsOf(createTags, {
      Resources: [id, vpc, id],
      Tags: [{ Key: "env", Value: "" }],
    });
    expect(needs.map(({ action, target }) => [action, target.arn])).toEqual([
      ["ec2:CreateTags", `arn:aws:ec2:us-east-1:111122223333:instance/${id}`],
      ["ec2:CreateTags", `arn:aws:ec2:us-east-1:111122223333:vpc/${vpc}`],
    ]);
    expect(needs[0]?.keys).toEqual({
      "ec2:Region": "us-east-1",
      "aws:RequestTag/env": "",
      "aws:TagKeys": ["env"],
    });
    expect(needs[0]?.target.keys).toMatchObject({ "aws:ResourceTag/team": "a", "ec2:ResourceTag/team": "a" });
    expect(needs[1]?.target.keys).not.toHaveProperty("aws:ResourceTag/team");
  });

  it("need, to be deleted, the keys that are named, or all that are there", () => {
    tag({ team: "a", env: "x" }, id);
    const keys = (Tags?: object[], resource = id) =>
      world.needsOf(deleteTags, { Resources: [resource], Tags })[0]?.keys;
    expect(keys([{ Key: "team" }])).toEqual({ "ec2:Region": "us-east-1", "aws:TagKeys": ["team"] });
    expect(keys([{ Key: "team", Value: "" }])).toMatchObject({
      "aws:RequestTag/team": "",
      "aws:TagKeys": ["team"],
    });
    expect(keys()?.["aws:TagKeys"]).toEqual(["team", "env"]);
    expect(keys(undefined, world.row(id).vpcId)).not.toHaveProperty("aws:TagKeys");
  });

  it("need everything for an id of no known kind", () => {
    const [need] = world.needsOf(createTags, { Resources: ["nonsense"], Tags: [{ Key: "a", Value: "" }] });
    expect(need?.target.arn).toBe("*");
  });
});
