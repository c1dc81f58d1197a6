/**
 * Test support: requests about Block Public Access, Network Insights and flow logs that are refused; together
 * they meet every fault of these rooms.
 */
import { accessScopes, accessScopesPerRegionMax } from "./network-insights-access-scope/access-scope.ts";
import {
  scopeAnalyses,
  scopeAnalysesPerRegionMax,
} from "./network-insights-access-scope-analysis/scope-analysis.ts";
import {
  insightsAnalyses,
  insightsAnalysesPerRegionMax,
} from "./network-insights-analysis/insights-analysis.ts";
import { insightsPaths, insightsPathsPerRegionMax } from "./network-insights-path/insights-path.ts";
import type { TestNetwork } from "./testing-network.ts";
import { exclusionsPerRegionMax, publicAccessExclusions } from "./vpc-block-public-access/exclusion.ts";
import type { NetworkRefusal } from "./gateway-refusals.ts";
import { testAccount, testNow } from "./testing.ts";

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;
const allow = { InternetGatewayExclusionMode: "allow-bidirectional" };

const exclude = (net: TestNetwork): string =>
  net.id(
    "CreateVpcBlockPublicAccessExclusion",
    { ...allow, VpcId: net.vpcId },
    "VpcBlockPublicAccessExclusion.ExclusionId",
  );

const publicAccessRefusals: readonly NetworkRefusal[] = [
  ["CreateVpcBlockPublicAccessExclusion", allow],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => ({ ...allow, VpcId: net.vpcId, SubnetId: net.publicSubnetId }),
  ],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => {
      exclude(net);
      return { ...allow, VpcId: net.vpcId };
    },
  ],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => {
      net.store.transaction((tx) => {
        for (let index = 0; index < exclusionsPerRegionMax; index += 1) {
          publicAccessExclusions.put(tx, {
            id: numbered("vpcbpa-exclude", index),
            accountId: testAccount,
            region: "us-east-1",
            tags: {},
            mode: "allow-egress",
            resourceId: net.publicSubnetId,
            resourceArn: "",
            vpcId: net.vpcId,
            state: "create-complete",
            createdAt: testNow,
          });
        }
      });
      return { ...allow, VpcId: net.vpcId };
    },
  ],
  ["ModifyVpcBlockPublicAccessExclusion", { ...allow, ExclusionId: unknown("vpcbpa-exclude") }],
  ["DeleteVpcBlockPublicAccessExclusion", { ExclusionId: "vpcbpa-exclude-x" }],
  [
    "DeleteVpcBlockPublicAccessExclusion",
    (net) => {
      const ExclusionId = exclude(net);
      net.ask("DeleteVpcBlockPublicAccessExclusion", { ExclusionId });
      return { ExclusionId };
    },
  ],
];

const owned = { accountId: testAccount, region: "us-east-1", tags: {} };
const gateway = (net: TestNetwork) => ({ id: net.gatewayId, arn: "" });
const aPath = (net: TestNetwork): object => ({
  Source: net.gatewayId,
  Destination: net.gatewayId,
  Protocol: "tcp",
});
const newPath = (net: TestNetwork): string =>
  net.id("CreateNetworkInsightsPath", aPath(net), "NetworkInsightsPath.NetworkInsightsPathId");
const newAnalysis = (net: TestNetwork): string =>
  net.id(
    "StartNetworkInsightsAnalysis",
    { NetworkInsightsPathId: newPath(net) },
    "NetworkInsightsAnalysis.NetworkInsightsAnalysisId",
  );
const newScope = (net: TestNetwork): string =>
  net.id(
    "CreateNetworkInsightsAccessScope",
    { MatchPaths: [{}] },
    "NetworkInsightsAccessScope.NetworkInsightsAccessScopeId",
  );
const newScopeAnalysis = (net: TestNetwork): string =>
  net.id(
    "StartNetworkInsightsAccessScopeAnalysis",
    { NetworkInsightsAccessScopeId: newScope(net) },
    "NetworkInsightsAccessScopeAnalysis.NetworkInsightsAccessScopeAnalysisId",
  );
const match = (path: object): object => ({ MatchPaths: [path] });
const header = (PacketHeaderStatement: object): object => match({ Source: { PacketHeaderStatement } });
const resources = (ResourceStatement: object): object => match({ Source: { ResourceStatement } });

const pathRefusals: readonly NetworkRefusal[] = [
  ["CreateNetworkInsightsPath", (net) => ({ ...aPath(net), Destination: undefined })],
  ["CreateNetworkInsightsPath", (net) => ({ ...aPath(net), Destination: net.publicSubnetId })],
  ["CreateNetworkInsightsPath", (net) => ({ ...aPath(net), SourceIp: "here" })],
  [
    "CreateNetworkInsightsPath",
    (net) => ({ ...aPath(net), SourceIp: "192.0.2.1", FilterAtSource: { SourceAddress: "192.0.2.1" } }),
  ],
  [
    "CreateNetworkInsightsPath",
    (net) => ({ ...aPath(net), FilterAtSource: { SourcePortRange: { FromPort: 9, ToPort: 8 } } }),
  ],
  [
    "CreateNetworkInsightsPath",
    (net) => {
      net.store.transaction((tx) => {
        for (let index = 0; index < insightsPathsPerRegionMax; index += 1) {
          const id = numbered("nip", index);
          insightsPaths.put(tx, { ...owned, id, source: gateway(net), protocol: "tcp", createdAt: testNow });
        }
      });
      return aPath(net);
    },
  ],
  ["DeleteNetworkInsightsPath", { NetworkInsightsPathId: unknown("nip") }],
  ["DeleteNetworkInsightsPath", { NetworkInsightsPathId: "nip-x" }],
  [
    "DeleteNetworkInsightsPath",
    (net) => {
      const NetworkInsightsPathId = newPath(net);
      net.ask("StartNetworkInsightsAnalysis", { NetworkInsightsPathId });
      return { NetworkInsightsPathId };
    },
  ],
  ["DeleteNetworkInsightsAnalysis", { NetworkInsightsAnalysisId: unknown("nia") }],
  ["DeleteNetworkInsightsAnalysis", { NetworkInsightsAnalysisId: "nia-x" }],
  ["DeleteNetworkInsightsAnalysis", (net) => ({ NetworkInsightsAnalysisId: newAnalysis(net) })],
  [
    "StartNetworkInsightsAnalysis",
    (net) => {
      const pathId = newPath(net);
      net.store.transaction((tx) => {
        for (let index = 0; index < insightsAnalysesPerRegionMax; index += 1) {
          const filters = { filterInArns: [], filterOutArns: [] };
          const ran = { startedAt: testNow, status: "failed" } as const;
          insightsAnalyses.put(tx, { ...owned, ...filters, ...ran, id: numbered("nia", index), pathId });
        }
      });
      return { NetworkInsightsPathId: pathId };
    },
  ],
];

const scopeRefusals: readonly NetworkRefusal[] = [
  ["CreateNetworkInsightsAccessScope", {}],
  ["CreateNetworkInsightsAccessScope", resources({ ResourceTypes: ["AWS::EC2::TransitGatewayAttachment"] })],
  ["CreateNetworkInsightsAccessScope", header({ SourcePorts: ["90-80"] })],
  ["CreateNetworkInsightsAccessScope", header({ SourcePrefixLists: ["pl-1"] })],
  [
    "CreateNetworkInsightsAccessScope",
    (net) => {
      const empty = { match: [], exclude: [], written: {}, createdAt: testNow };
      net.store.transaction((tx) => {
        for (let index = 0; index < accessScopesPerRegionMax; index += 1) {
          accessScopes.put(tx, { ...owned, ...empty, id: numbered("nis", index) });
        }
      });
      return { MatchPaths: [{}] };
    },
  ],
  ["DeleteNetworkInsightsAccessScope", { NetworkInsightsAccessScopeId: unknown("nis") }],
  ["DeleteNetworkInsightsAccessScope", { NetworkInsightsAccessScopeId: "nis-x" }],
  [
    "DeleteNetworkInsightsAccessScope",
    (net) => {
      const NetworkInsightsAccessScopeId = newScope(net);
      net.ask("StartNetworkInsightsAccessScopeAnalysis", { NetworkInsightsAccessScopeId });
      return { NetworkInsightsAccessScopeId };
    },
  ],
  ["DeleteNetworkInsightsAccessScopeAnalysis", { NetworkInsightsAccessScopeAnalysisId: unknown("nisa") }],
  ["DeleteNetworkInsightsAccessScopeAnalysis", { NetworkInsightsAccessScopeAnalysisId: "nisa-x" }],
  [
    "DeleteNetworkInsightsAccessScopeAnalysis",
    (net) => ({ NetworkInsightsAccessScopeAnalysisId: newScopeAnalysis(net) }),
  ],
  [
    "StartNetworkInsightsAccessScopeAnalysis",
    (net) => {
      const scopeId = newScope(net);
      const ran = { startedAt: testNow, status: "failed", pairs: 0, looked: 0, findings: 0 } as const;
      net.store.transaction((tx) => {
        for (let index = 0; index < scopeAnalysesPerRegionMax; index += 1) {
          scopeAnalyses.put(tx, { ...owned, ...ran, id: numbered("nisa", index), scopeId });
        }
      });
      return { NetworkInsightsAccessScopeId: scopeId };
    },
  ],
];

/** The requests. */
export const insightRefusals: readonly NetworkRefusal[] = [
  ...publicAccessRefusals,
  ...pathRefusals,
  ...scopeRefusals,
];
