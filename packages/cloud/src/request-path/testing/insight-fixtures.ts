/** Test support of the ledgers: exclusions, paths, scopes and flow logs for the examples to ask about. */
import { insightsAnalysisReconciler, scopeAnalysisReconciler } from "../../services/ec2/index.ts";
import type { Answer, TestCloud } from "../testing.ts";

/** Names of what is made. */
export interface InsightFixtures {
  readonly exclusionId: string;
  /** A path without analyses, and an analysis of another that has ended. */
  readonly insightsPathId: string;
  readonly insightsAnalysisId: string;
  readonly accessScopeId: string;
  readonly scopeAnalysisId: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

/** Makes them. */
export async function makeInsights(
  cloud: TestCloud,
  make: Make,
  standing: { readonly gatewayVpcId: string; readonly attachedGatewayId: string },
): Promise<InsightFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  const path = {
    Source: standing.attachedGatewayId,
    Destination: standing.attachedGatewayId,
    Protocol: "tcp",
  };
  const newPath = () => idIn("CreateNetworkInsightsPath", "networkInsightsPathId", path);
  const newScope = () =>
    idIn("CreateNetworkInsightsAccessScope", "networkInsightsAccessScopeId", {
      "MatchPath.1.Source.ResourceStatement.ResourceType.1": "AWS::EC2::InternetGateway",
    });
  const insightsAnalysisId = await idIn("StartNetworkInsightsAnalysis", "networkInsightsAnalysisId", {
    NetworkInsightsPathId: await newPath(),
  });
  const scopeAnalysisId = await idIn(
    "StartNetworkInsightsAccessScopeAnalysis",
    "networkInsightsAccessScopeAnalysisId",
    { NetworkInsightsAccessScopeId: await newScope() },
  );
  await insightsAnalysisReconciler().run(cloud.store, cloud.environment);
  await scopeAnalysisReconciler().run(cloud.store, cloud.environment);
  return {
    insightsPathId: await newPath(),
    insightsAnalysisId,
    accessScopeId: await newScope(),
    scopeAnalysisId,
    exclusionId: await idIn("CreateVpcBlockPublicAccessExclusion", "exclusionId", {
      VpcId: standing.gatewayVpcId,
      InternetGatewayExclusionMode: "allow-egress",
    }),
  };
}
