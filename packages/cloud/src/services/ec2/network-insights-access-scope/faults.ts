/** Faults of Network Insights access scopes and their analyses. */
import { fault } from "../../../kit/index.ts";

export const accessScopeNotFound = fault({
  code: "InvalidNetworkInsightsAccessScopeId.NotFound",
  message: (id: string) => `The network insights access scope '${id}' does not exist`,
});
export const accessScopeMalformed = fault({
  code: "InvalidNetworkInsightsAccessScopeId.Malformed",
  message: (id: string) => `Invalid id: "${id}" (expecting "nis-...")`,
});
export const accessScopesExceeded = fault({
  code: "NetworkInsightsAccessScopeLimitExceeded",
  message: () => "The maximum number of network insights access scopes has been reached.",
});
export const accessScopeInUse = fault({
  code: "AnalysisExistsForNetworkInsightsAccessScope",
  message: (id: string) => `The network insights access scope ${id} has analyses; delete them first.`,
});
export const accessScopeWithoutPaths = fault({
  code: "MissingParameter",
  message: () => "At least one path to match must be specified",
});
export const scopeResourceInvalid = fault({
  code: "InvalidParameterValue",
  message: (resource: string) =>
    `The resource or resource type ${resource} is not supported in an access scope`,
});
export const scopeHeaderInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string) => `The value ${value} of the packet header statement is not valid`,
});
export const scopePrefixListsUnsupported = fault({
  code: "UnsupportedOperation",
  message: () =>
    "Prefix lists in the packet header statements of access scopes are not supported by Casemate.",
});
export const scopeAnalysisNotFound = fault({
  code: "InvalidNetworkInsightsAccessScopeAnalysisId.NotFound",
  message: (id: string) => `The network insights access scope analysis '${id}' does not exist`,
});
export const scopeAnalysisMalformed = fault({
  code: "InvalidNetworkInsightsAccessScopeAnalysisId.Malformed",
  message: (id: string) => `Invalid id: "${id}" (expecting "nisa-...")`,
});
export const scopeAnalysesExceeded = fault({
  code: "NetworkInsightsAccessScopeAnalysisLimitExceeded",
  message: () => "The maximum number of network insights access scope analyses has been reached.",
});
export const scopeAnalysisRunning = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `The access scope analysis ${id} is running and cannot be deleted`,
});

export const accessScopeFaults = [
  accessScopeNotFound,
  accessScopeMalformed,
  accessScopesExceeded,
  accessScopeInUse,
  accessScopeWithoutPaths,
  scopeResourceInvalid,
  scopeHeaderInvalid,
  scopePrefixListsUnsupported,
  scopeAnalysisNotFound,
  scopeAnalysisMalformed,
  scopeAnalysesExceeded,
  scopeAnalysisRunning,
];
