/** Test support of the ledgers: examples of Block Public Access, Network Insights and flow logs. */
import type { InsightFixtures } from "./insight-fixtures.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (
  fixtures: InsightFixtures & { readonly bareVpcId: string; readonly attachedGatewayId: string },
) => Parameters;

/** Values of required parameters, by name. */
export const insightMembers: Readonly<Record<string, Example>> = {
  "ec2:ExclusionId": ({ exclusionId }) => ({ ExclusionId: exclusionId }),
  "ec2:InternetGatewayBlockMode": () => ({ InternetGatewayBlockMode: "block-ingress" }),
  "ec2:InternetGatewayExclusionMode": () => ({ InternetGatewayExclusionMode: "allow-bidirectional" }),
  "ec2:NetworkInsightsAccessScopeAnalysisId": ({ scopeAnalysisId }) => ({
    NetworkInsightsAccessScopeAnalysisId: scopeAnalysisId,
  }),
  "ec2:NetworkInsightsAccessScopeId": ({ accessScopeId }) => ({
    NetworkInsightsAccessScopeId: accessScopeId,
  }),
  "ec2:NetworkInsightsAnalysisId": ({ insightsAnalysisId }) => ({
    NetworkInsightsAnalysisId: insightsAnalysisId,
  }),
  "ec2:NetworkInsightsPathId": ({ insightsPathId }) => ({ NetworkInsightsPathId: insightsPathId }),
};

const tagged = (type: string) => ({
  "TagSpecification.1.ResourceType": type,
  "TagSpecification.1.Tag.1.Key": "purpose",
  "TagSpecification.1.Tag.1.Value": "ledger",
});

/** What an operation wants beside or instead of those. */
export const insightOperations: Readonly<Record<string, Example>> = {
  "ec2:CreateNetworkInsightsAccessScope": () => ({
    "MatchPath.1.Destination.ResourceStatement.ResourceType.1": "AWS::EC2::NetworkInterface",
    ...tagged("network-insights-access-scope"),
  }),
  "ec2:CreateNetworkInsightsPath": ({ attachedGatewayId }) => ({
    Source: attachedGatewayId,
    Destination: attachedGatewayId,
    Protocol: "tcp",
    ...tagged("network-insights-path"),
  }),
  "ec2:CreateVpcBlockPublicAccessExclusion": ({ bareVpcId }) => ({
    VpcId: bareVpcId,
    ...tagged("vpc-block-public-access-exclusion"),
  }),
  "ec2:DescribeVpcBlockPublicAccessExclusions": ({ exclusionId }) => ({ "ExclusionId.1": exclusionId }),
};
