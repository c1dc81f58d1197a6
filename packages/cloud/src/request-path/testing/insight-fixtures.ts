/** Test support of the ledgers: exclusions, paths, scopes and flow logs for the examples to ask about. */
import type { Answer } from "../testing.ts";

/** Names of what is made. */
export interface InsightFixtures {
  readonly exclusionId: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

/** Makes them. */
export async function makeInsights(
  make: Make,
  standing: { readonly gatewayVpcId: string },
): Promise<InsightFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  return {
    exclusionId: await idIn("CreateVpcBlockPublicAccessExclusion", "exclusionId", {
      VpcId: standing.gatewayVpcId,
      InternetGatewayExclusionMode: "allow-egress",
    }),
  };
}
