import type {
  DescribeNetworkInsightsAnalysesResult,
  DescribeNetworkInsightsPathsResult,
  NetworkInsightsAnalysis,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { testAccount, testNow } from "../testing.ts";
import { insightsAnalysisReconciler } from "./reconciler.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const arn = (resource: string): string => `arn:aws:ec2:us-east-1:${testAccount}:${resource}`;
const newPath = (input: object): string =>
  net.id(
    "CreateNetworkInsightsPath",
    { Protocol: "tcp", ...input },
    "NetworkInsightsPath.NetworkInsightsPathId",
  );
const start = (NetworkInsightsPathId: string, input: object = {}): string =>
  net.id(
    "StartNetworkInsightsAnalysis",
    { NetworkInsightsPathId, ...input },
    "NetworkInsightsAnalysis.NetworkInsightsAnalysisId",
  );
const analyses = (input: object = {}): readonly NetworkInsightsAnalysis[] =>
  net.ask<DescribeNetworkInsightsAnalysesResult>("DescribeNetworkInsightsAnalyses", input)
    .NetworkInsightsAnalyses ?? [];
const pass = () => insightsAnalysisReconciler().run(net.store, net.environment);

async function analyze(path: object, input: object = {}): Promise<NetworkInsightsAnalysis> {
  const id = start(newPath(path), input);
  await pass();
  const [analysis] = analyses({ NetworkInsightsAnalysisIds: [id] });
  return analysis!;
}

const ids = (components: NetworkInsightsAnalysis["ForwardPathComponents"]) =>
  (components ?? []).map(({ Component }) => Component?.Id);
const told = ({ NetworkPathFound, Explanations }: NetworkInsightsAnalysis) =>
  NetworkPathFound === true ? "found" : Explanations?.[0]?.ExplanationCode;

/** A host in the public subnet with a group of its own and an elastic IP, open to nobody. */
function publicHost(): { readonly id: string; readonly eniId: string; readonly groupId: string } {
  const groupId = net.id(
    "CreateSecurityGroup",
    { GroupName: "web", Description: "d", VpcId: net.vpcId },
    "GroupId",
  );
  const host = net.instanceIn(net.publicSubnetId, { SecurityGroupIds: [groupId] });
  const AllocationId = net.id("AllocateAddress", {}, "AllocationId");
  net.ask("AssociateAddress", { AllocationId, InstanceId: host.id });
  return { ...host, groupId };
}

function open(GroupId: string, port: number, CidrIp = "0.0.0.0/0", to = port): void {
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: to, IpRanges: [{ CidrIp }] }];
  net.ask("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
}

describe("paths", () => {
  it("are kept as they were asked for, with their ARNs and tags", () => {
    const { id, eniId } = publicHost();
    const TagSpecifications = [{ ResourceType: "network-insights-path", Tags: [{ Key: "k", Value: "v" }] }];
    const input = { Source: id, Destination: arn(`network-interface/${eniId}`), DestinationPort: 443 };
    const path = newPath({ ...input, TagSpecifications, ClientToken: "t" });
    expect(newPath({ ...input, TagSpecifications, ClientToken: "t" })).toBe(path);
    const { NetworkInsightsPaths } = net.ask<DescribeNetworkInsightsPathsResult>(
      "DescribeNetworkInsightsPaths",
      { Filters: [{ Name: "source", Values: [id] }] },
    );
    expect(NetworkInsightsPaths).toEqual([
      {
        NetworkInsightsPathId: path,
        NetworkInsightsPathArn: arn(`network-insights-path/${path}`),
        CreatedDate: new Date(testNow),
        Source: id,
        SourceArn: arn(`instance/${id}`),
        Destination: eniId,
        DestinationArn: arn(`network-interface/${eniId}`),
        SourceIp: undefined,
        DestinationIp: undefined,
        Protocol: "tcp",
        DestinationPort: 443,
        FilterAtSource: undefined,
        FilterAtDestination: undefined,
        Tags: [{ Key: "k", Value: "v" }],
      },
    ]);
    expect(
      net.needs("CreateNetworkInsightsPath", { Source: id, Destination: eniId, Protocol: "tcp" }),
    ).toEqual([
      ["ec2:CreateNetworkInsightsPath", arn("network-insights-path/*")],
      ["ec2:CreateNetworkInsightsPath", arn(`instance/${id}`)],
      ["ec2:CreateNetworkInsightsPath", arn(`network-interface/${eniId}`)],
    ]);
    expect(net.needs("StartNetworkInsightsAnalysis", { NetworkInsightsPathId: path })).toEqual([
      ["ec2:StartNetworkInsightsAnalysis", arn("network-insights-analysis/*")],
      ["ec2:StartNetworkInsightsAnalysis", arn(`network-insights-path/${path}`)],
    ]);
  });

  it("are deleted only without analyses", async () => {
    const { id, eniId } = publicHost();
    const path = newPath({ Source: id, Destination: eniId });
    const analysis = start(path);
    expect(net.refusal("DeleteNetworkInsightsPath", { NetworkInsightsPathId: path })).toMatch(
      /^AnalysisExistsForNetworkInsightsPath/,
    );
    await pass();
    net.ask("DeleteNetworkInsightsAnalysis", { NetworkInsightsAnalysisId: analysis });
    net.ask("DeleteNetworkInsightsPath", { NetworkInsightsPathId: path });
    expect(net.refusal("DescribeNetworkInsightsPaths", { NetworkInsightsPathIds: [path] })).toMatch(
      /NotFound/,
    );
  });
});

describe("an analysis", () => {
  it("runs until it is found or explained, component by component, there and back", async () => {
    const { id, eniId, groupId } = publicHost();
    open(groupId, 443);
    const analysisId = start(newPath({ Source: net.gatewayId, Destination: id, DestinationPort: 443 }));
    expect(analyses()).toMatchObject([{ Status: "running", StartDate: new Date(testNow) }]);
    await pass();
    const [analysis] = analyses({ NetworkInsightsAnalysisIds: [analysisId] });
    expect(analysis).toMatchObject({ Status: "succeeded", NetworkPathFound: true, Explanations: [] });
    const { ForwardPathComponents: there = [], ReturnPathComponents: back = [] } = analysis!;
    expect(ids(there)).toEqual([net.gatewayId, expect.stringMatching(/^acl-/), groupId, eniId]);
    expect(there.at(0)).toMatchObject({ SequenceNumber: 1, Vpc: { Id: net.vpcId } });
    expect(there.at(1)).toMatchObject({ AclRule: { RuleNumber: 100, RuleAction: "allow", Egress: false } });
    expect(there.at(2)).toMatchObject({
      SecurityGroupRule: { Cidr: "0.0.0.0/0", Direction: "ingress", PortRange: { From: 443, To: 443 } },
    });
    expect(there.at(3)).toMatchObject({ AttachedTo: { Id: id, Arn: arn(`instance/${id}`) } });
    // The answer is of a known flow: no rule of a group is asked.
    expect(ids(back)).toContain(net.gatewayId);
    const route = back.find(({ RouteTableRoute }) => RouteTableRoute !== undefined)?.RouteTableRoute;
    expect(route).toMatchObject({ DestinationCidr: "0.0.0.0/0", GatewayId: net.gatewayId, State: "active" });
    // The public address is the private one's behind the gateway.
    const outside = there[0]?.InboundHeader?.DestinationAddresses?.[0];
    expect(outside).toMatch(/^203\.0\.113\./);
    expect(there[0]?.OutboundHeader?.DestinationAddresses?.[0]).toMatch(/^10\.0\.1\./);
  });

  it.each<[string, (host: ReturnType<typeof publicHost>) => void, string]>([
    ["no rule of the group admits it", () => undefined, "SG_HAS_NO_RULES"],
    ["another port is open", ({ groupId }) => open(groupId, 80), "ENI_SG_RULES_MISMATCH"],
    ["the port is open", ({ groupId }) => open(groupId, 443), "found"],
    ["the port is open to a single address", ({ groupId }) => open(groupId, 443, "192.0.2.77/32"), "found"],
    [
      "it is open to private addresses alone",
      ({ groupId }) => open(groupId, 443, "10.0.0.0/8"),
      "ENI_SG_RULES_MISMATCH",
    ],
    [
      "public access is blocked",
      ({ groupId }) => {
        open(groupId, 443);
        net.ask("ModifyVpcBlockPublicAccessOptions", { InternetGatewayBlockMode: "block-ingress" });
      },
      "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
    ],
    [
      "the route out is gone",
      ({ groupId }) => {
        open(groupId, 443);
        net.ask("DeleteRoute", { RouteTableId: net.publicTableId, DestinationCidrBlock: "0.0.0.0/0" });
      },
      "NO_ROUTE_TO_DESTINATION",
    ],
    [
      "a network ACL denies most of the world",
      ({ groupId }) => {
        open(groupId, 443);
        acl(90, "deny", "128.0.0.0/1");
        acl(91, "deny", "0.0.0.0/1");
      },
      "SUBNET_ACL_RESTRICTION",
    ],
    [
      "a network ACL lets one block through",
      ({ groupId }) => {
        open(groupId, 443);
        acl(80, "allow", "192.0.2.128/25");
        acl(90, "deny", "0.0.0.0/0");
      },
      "found",
    ],
  ])("from the internet says whether it gets through when %s", async (_when, arrange, wanted) => {
    const host = publicHost();
    arrange(host);
    const path = { Source: net.gatewayId, Destination: host.eniId, DestinationPort: 443 };
    const analysis = await analyze(path);
    expect(told(analysis)).toBe(wanted);
  });

  function acl(RuleNumber: number, RuleAction: string, CidrBlock: string): void {
    const Filters = [{ Name: "association.subnet-id", Values: [net.publicSubnetId] }];
    const NetworkAclId = net.id("DescribeNetworkAcls", { Filters }, "NetworkAcls.0.NetworkAclId");
    net.ask("CreateNetworkAclEntry", {
      NetworkAclId,
      RuleNumber,
      RuleAction,
      CidrBlock,
      Protocol: "-1",
      Egress: false,
    });
  }

  it("without a port finds the one that is open", async () => {
    const { eniId, groupId } = publicHost();
    open(groupId, 8443, "198.51.100.0/24", 8450);
    const analysis = await analyze({ Source: net.gatewayId, Destination: eniId });
    expect(told(analysis)).toBe("found");
    const header = analysis.ForwardPathComponents?.[0]?.InboundHeader;
    expect(header?.DestinationPortRanges).toEqual([{ From: 8443, To: 8443 }]);
    expect(header?.SourceAddresses?.[0]).toMatch(/^198\.51\.100\./);
  });

  it("between interfaces follows the rules of both, and explains at which", async () => {
    const { eniId, groupId } = publicHost();
    const inside = net.instanceIn(net.privateSubnetId);
    const path = { Source: inside.id, Destination: eniId, DestinationPort: 22 };
    const refused = await analyze(path);
    expect(told(refused)).toBe("SG_HAS_NO_RULES");
    expect(refused.Explanations).toMatchObject([
      {
        Direction: "ingress",
        NetworkInterface: { Id: eniId },
        SecurityGroups: [{ Id: groupId }],
        Port: 22,
        Protocols: ["tcp"],
      },
    ]);
    open(groupId, 22, "10.0.2.0/24");
    const found = await analyze(path);
    expect(told(found)).toBe("found");
    const passed = ids(found.ForwardPathComponents);
    expect(passed).toEqual([
      inside.eniId,
      net.model().enis.find(({ id }) => id === inside.eniId)?.securityGroupIds[0],
      expect.stringMatching(/^acl-/),
      net.mainTableId,
      expect.stringMatching(/^acl-/),
      groupId,
      eniId,
    ]);
  });

  it("out to the internet gateway or to an address says what the way out lacks", async () => {
    const inside = net.instanceIn(net.privateSubnetId);
    const out = { Source: inside.eniId, Destination: net.gatewayId, DestinationPort: 443 };
    expect(told(await analyze(out))).toBe("NO_ROUTE_TO_DESTINATION");
    const { eniId } = publicHost();
    expect(told(await analyze({ ...out, Source: eniId }))).toBe("found");
    const { DestinationPort } = out;
    const toAddress = { Source: eniId, DestinationIp: "192.0.2.1", DestinationPort };
    expect(told(await analyze(toAddress))).toBe("found");
    expect(told(await analyze({ ...toAddress, Source: inside.eniId }))).toBe("NO_ROUTE_TO_DESTINATION");
  });

  it("holds the packet to the filters at both ends, and the way to the ARNs", async () => {
    const { eniId, groupId } = publicHost();
    open(groupId, 443, "0.0.0.0/0", 500);
    const path = { Source: net.gatewayId, Destination: eniId };
    const from = (SourceAddress: string) => ({ ...path, FilterAtSource: { SourceAddress } });
    expect(told(await analyze(from("192.0.2.1")))).toBe("found");
    const ports = (FromPort: number, ToPort: number) => ({
      ...path,
      FilterAtDestination: { DestinationPortRange: { FromPort, ToPort } },
    });
    const within = await analyze(ports(480, 490));
    expect(within.ForwardPathComponents?.[0]?.InboundHeader?.DestinationPortRanges).toEqual([
      { From: 480, To: 480 },
    ]);
    expect((await analyze(ports(501, 600))).NetworkPathFound).toBe(false);
    const gateway = arn(`internet-gateway/${net.gatewayId}`);
    expect((await analyze(path, { FilterInArns: [gateway] })).NetworkPathFound).toBe(true);
    expect((await analyze(path, { FilterOutArns: [gateway] })).NetworkPathFound).toBe(false);
  });

  it("to a peering ends there", async () => {
    const other = net.id("CreateVpc", { CidrBlock: "10.9.0.0/16" }, "Vpc.VpcId");
    const pcx = net.id(
      "CreateVpcPeeringConnection",
      { VpcId: net.vpcId, PeerVpcId: other },
      "VpcPeeringConnection.VpcPeeringConnectionId",
    );
    net.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: pcx });
    const { eniId } = net.instanceIn(net.privateSubnetId);
    const path = { Source: eniId, Destination: pcx, DestinationPort: 80 };
    expect(told(await analyze(path))).toBe("NO_ROUTE_TO_DESTINATION");
    net.ask("CreateRoute", {
      RouteTableId: net.mainTableId,
      DestinationCidrBlock: "10.9.0.0/16",
      VpcPeeringConnectionId: pcx,
    });
    const found = await analyze(path);
    expect(told(found)).toBe("found");
    expect(ids(found.ForwardPathComponents).at(-1)).toBe(pcx);
    const back = { Source: pcx, Destination: eniId, DestinationPort: 80 };
    expect(told(await analyze(back))).toBe("ENI_SG_RULES_MISMATCH");
  });

  it("fails for an end that is not in use, and is listed by path, time and outcome", async () => {
    const { id, eniId } = publicHost();
    const path = newPath({ Source: id, Destination: eniId, DestinationPort: 1 });
    const gone = newPath({ Source: id, Destination: net.gatewayId });
    net.endInstance(id);
    start(path);
    start(gone);
    await pass();
    const [failed] = analyses({ NetworkInsightsPathId: path });
    expect(failed).toMatchObject({ Status: "failed", StatusMessage: `The source ${id} is not in use.` });
    expect(analyses({ AnalysisStartTime: new Date(testNow + 1) })).toEqual([]);
    expect(analyses({ Filters: [{ Name: "status", Values: ["failed"] }] })).toHaveLength(2);
  });
});
