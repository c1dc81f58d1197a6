import type {
  AccessScopeAnalysisFinding,
  DescribeNetworkInsightsAccessScopeAnalysesResult,
  GetNetworkInsightsAccessScopeAnalysisFindingsResult,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { testAccount } from "../testing.ts";
import { scopeAnalysisReconciler } from "./reconciler.ts";
import { scopeAnalyses } from "./scope-analysis.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const arn = (resource: string): string => `arn:aws:ec2:us-east-1:${testAccount}:${resource}`;
const scope = (input: object): string =>
  net.id(
    "CreateNetworkInsightsAccessScope",
    input,
    "NetworkInsightsAccessScope.NetworkInsightsAccessScopeId",
  );
const start = (NetworkInsightsAccessScopeId: string): string =>
  net.id(
    "StartNetworkInsightsAccessScopeAnalysis",
    { NetworkInsightsAccessScopeId },
    "NetworkInsightsAccessScopeAnalysis.NetworkInsightsAccessScopeAnalysisId",
  );
const shown = (id: string) =>
  net.ask<DescribeNetworkInsightsAccessScopeAnalysesResult>("DescribeNetworkInsightsAccessScopeAnalyses", {
    NetworkInsightsAccessScopeAnalysisIds: [id],
  }).NetworkInsightsAccessScopeAnalyses?.[0];
const findings = (NetworkInsightsAccessScopeAnalysisId: string, more: object = {}) =>
  net.ask<GetNetworkInsightsAccessScopeAnalysisFindingsResult>(
    "GetNetworkInsightsAccessScopeAnalysisFindings",
    { NetworkInsightsAccessScopeAnalysisId, ...more },
  );

/** Passes until nothing runs any more. */
async function finish(): Promise<number> {
  let passes = 0;
  while (net.store.read((tx) => tx.by(scopeAnalyses.collection, "status", "running").length > 0)) {
    await scopeAnalysisReconciler().run(net.store, net.environment);
    passes += 1;
  }
  return passes;
}

async function found(input: object): Promise<readonly AccessScopeAnalysisFinding[]> {
  const id = start(scope(input));
  await finish();
  expect(shown(id)?.Status).toBe("succeeded");
  return findings(id).AnalysisFindings ?? [];
}

const ends = (found: readonly AccessScopeAnalysisFinding[]) =>
  found.map(({ FindingComponents: components = [] }) => [
    components[0]?.Component?.Id,
    components.at(-1)?.Component?.Id,
  ]);

/** A host with an elastic IP in a group of its own. */
function publicHost(name: string): { readonly eniId: string; readonly groupId: string } {
  const group = { GroupName: name, Description: "d", VpcId: net.vpcId };
  const groupId = net.id("CreateSecurityGroup", group, "GroupId");
  const { id, eniId } = net.instanceIn(net.publicSubnetId, { SecurityGroupIds: [groupId] });
  net.ask("AssociateAddress", {
    AllocationId: net.id("AllocateAddress", {}, "AllocationId"),
    InstanceId: id,
  });
  return { eniId, groupId };
}

function open(GroupId: string, port: number, CidrIp = "0.0.0.0/0"): void {
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] }];
  net.ask("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
}

const types = (...ResourceTypes: string[]) => ({ ResourceStatement: { ResourceTypes } });
const fromInternet = {
  Source: types("AWS::EC2::InternetGateway"),
  Destination: types("AWS::EC2::NetworkInterface"),
};

describe("an access scope", () => {
  it("tells who can be reached from the internet, and who cannot", async () => {
    const [web, closed] = [publicHost("web"), publicHost("closed")];
    const inside = net.instanceIn(net.privateSubnetId);
    open(web.groupId, 443);
    const reached = await found({ MatchPaths: [fromInternet] });
    expect(ends(reached)).toEqual([[net.gatewayId, web.eniId]]);
    expect(reached[0]?.FindingId).toBe("AnalysisFinding-1");
    open(closed.groupId, 22, "192.0.2.4/32");
    expect(ends(await found({ MatchPaths: [fromInternet] }))).toHaveLength(2);
    const one = { ...fromInternet, Destination: { ResourceStatement: { Resources: [inside.eniId] } } };
    expect(await found({ MatchPaths: [one] })).toEqual([]);
  });

  it("leaves out what is excluded, header by header", async () => {
    const web = publicHost("web");
    open(web.groupId, 443);
    const port = (DestinationPorts: string) => ({
      ...fromInternet,
      Destination: {
        ...fromInternet.Destination,
        PacketHeaderStatement: { DestinationPorts: [DestinationPorts] },
      },
    });
    expect(await found({ MatchPaths: [fromInternet], ExcludePaths: [port("443")] })).toEqual([]);
    expect(await found({ MatchPaths: [fromInternet], ExcludePaths: [port("80-90")] })).toHaveLength(1);
    // One other port is open: the exclusion covers only one of the two.
    open(web.groupId, 8080);
    const rest = await found({ MatchPaths: [fromInternet], ExcludePaths: [port("443")] });
    const header = rest[0]?.FindingComponents?.[0]?.InboundHeader;
    expect(header?.DestinationPortRanges).toEqual([{ From: 8080, To: 8080 }]);
    const sources = (...SourceAddresses: string[]) => ({
      ...fromInternet,
      Source: { ...fromInternet.Source, PacketHeaderStatement: { SourceAddresses } },
    });
    const everyone = sources("0.0.0.0/1", "128.0.0.0/1");
    expect(await found({ MatchPaths: [fromInternet], ExcludePaths: [everyone] })).toEqual([]);
  });

  it("asks for what paths go through", async () => {
    const web = publicHost("web");
    open(web.groupId, 443);
    const through = (...ResourceTypes: string[]) => ({
      Source: types("AWS::EC2::InternetGateway"),
      ThroughResources: [{ ResourceStatement: { ResourceTypes } }],
    });
    expect(await found({ MatchPaths: [through("AWS::EC2::NatGateway")] })).toEqual([]);
    const own = {
      Source: types("AWS::EC2::InternetGateway"),
      Destination: { ResourceStatement: { Resources: [net.vpcId] } },
    };
    expect(await found({ MatchPaths: [own] })).toHaveLength(1);
  });

  it("goes on in slices, and begins again when the ends become others", async () => {
    open(publicHost("one").groupId, 443);
    open(publicHost("two").groupId, 443);
    const id = start(scope({ MatchPaths: [fromInternet] }));
    // Every look at the clock takes longer than a slice.
    const slow = { ...net.environment, clock: () => (net.advance(60), net.environment.clock()) };
    const step = () => scopeAnalysisReconciler().run(net.store, slow);
    await step();
    expect(shown(id)).toMatchObject({ Status: "running", FindingsFound: "true" });
    open(publicHost("three").groupId, 443);
    for (let passes = 0; shown(id)?.Status === "running"; passes += 1) {
      expect(passes).toBeLessThan(10);
      await step();
    }
    expect(shown(id)).toMatchObject({ Status: "succeeded", AnalyzedEniCount: 3 });
    expect(findings(id).AnalysisFindings).toHaveLength(3);
  });

  it("shows what it says, its analyses and their findings in pages, to those who may", async () => {
    const web = publicHost("web");
    open(web.groupId, 443);
    const MatchPaths = [fromInternet];
    const id = scope({ MatchPaths });
    expect(net.ask("GetNetworkInsightsAccessScopeContent", { NetworkInsightsAccessScopeId: id })).toEqual({
      NetworkInsightsAccessScopeContent: { NetworkInsightsAccessScopeId: id, MatchPaths, ExcludePaths: [] },
    });
    const analysis = start(id);
    await finish();
    expect(findings(analysis, { MaxResults: 1 })).toMatchObject({ AnalysisStatus: "succeeded" });
    expect(
      net.needs("GetNetworkInsightsAccessScopeAnalysisFindings", {
        NetworkInsightsAccessScopeAnalysisId: analysis,
      }),
    ).toEqual([
      [
        "ec2:GetNetworkInsightsAccessScopeAnalysisFindings",
        arn(`network-insights-access-scope-analysis/${analysis}`),
      ],
    ]);
    const gone = { NetworkInsightsAccessScopeId: id };
    expect(net.refusal("DeleteNetworkInsightsAccessScope", gone)).toMatch(/^AnalysisExists/);
    net.ask("DeleteNetworkInsightsAccessScopeAnalysis", { NetworkInsightsAccessScopeAnalysisId: analysis });
    net.ask("DeleteNetworkInsightsAccessScope", gone);
    expect(net.refusal("GetNetworkInsightsAccessScopeContent", gone)).toMatch(/NotFound/);
  });
});
