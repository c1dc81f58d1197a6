/** Faults of the analyses of Network Insights paths. */
import { fault } from "../../../kit/index.ts";

export const insightsAnalysisNotFound = fault({
  code: "InvalidNetworkInsightsAnalysisId.NotFound",
  message: (id: string) => `The network insights analysis '${id}' does not exist`,
});
export const insightsAnalysisMalformed = fault({
  code: "InvalidNetworkInsightsAnalysisId.Malformed",
  message: (id: string) => `Invalid id: "${id}" (expecting "nia-...")`,
});
export const insightsAnalysesExceeded = fault({
  code: "NetworkInsightsAnalysisLimitExceeded",
  message: () => "The maximum number of network insights analyses has been reached.",
});
export const insightsAnalysisRunning = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `The analysis ${id} is running and cannot be deleted`,
});

export const insightsAnalysisFaults = [
  insightsAnalysisNotFound,
  insightsAnalysisMalformed,
  insightsAnalysesExceeded,
  insightsAnalysisRunning,
];
