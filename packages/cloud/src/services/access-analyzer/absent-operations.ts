/** Operations of Access Analyzer that are left out, with the reason of each. */

const previews = "previews findings of resources of many types, of which only roles exist here";
const recommendations =
  "recommends how to take unused permissions from a policy; StartPolicyGeneration makes one";

/** By name; the reason completes "because it ..". */
export const absentAccessAnalyzerOperations: Readonly<Record<string, string>> = {
  CreateAccessPreview: previews,
  CreateServiceLinkedAnalyzer: "is for AWS's own services alone",
  DeleteServiceLinkedAnalyzer: "deletes what CreateServiceLinkedAnalyzer makes",
  GenerateFindingRecommendation: recommendations,
  GetAccessPreview: previews,
  GetFindingRecommendation: recommendations,
  ListAccessPreviewFindings: previews,
  ListAccessPreviews: previews,
};
