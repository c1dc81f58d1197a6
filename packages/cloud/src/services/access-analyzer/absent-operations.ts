/** Operations of Access Analyzer that are left out, with the reason of each. */

const recommendations =
  "recommends how to take unused permissions from a policy; StartPolicyGeneration makes one";

/** By name; the reason completes "because it ..". */
export const absentAccessAnalyzerOperations: Readonly<Record<string, string>> = {
  CreateServiceLinkedAnalyzer: "is for AWS's own services alone",
  DeleteServiceLinkedAnalyzer: "deletes what CreateServiceLinkedAnalyzer makes",
  GenerateFindingRecommendation: recommendations,
  GetFindingRecommendation: recommendations,
};
