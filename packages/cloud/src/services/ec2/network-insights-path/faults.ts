/** Faults of Network Insights paths. */
import { fault } from "../../../kit/index.ts";

export const insightsPathNotFound = fault({
  code: "InvalidNetworkInsightsPathId.NotFound",
  message: (id: string) => `The network insights path '${id}' does not exist`,
});
export const insightsPathMalformed = fault({
  code: "InvalidNetworkInsightsPathId.Malformed",
  message: (id: string) => `Invalid id: "${id}" (expecting "nip-...")`,
});
export const insightsPathsExceeded = fault({
  code: "NetworkInsightsPathLimitExceeded",
  message: () => "The maximum number of network insights paths has been reached.",
});
export const insightsPathInUse = fault({
  code: "AnalysisExistsForNetworkInsightsPath",
  message: (id: string) => `The network insights path ${id} has analyses; delete them first.`,
});
export const pathDestinationMissing = fault({
  code: "MissingParameter",
  message: () => "Either destination or a destination IP address must be specified",
});
export const pathWithFilters = fault({
  code: "InvalidParameterCombination",
  message: (parameter: string, filter: string) =>
    `The parameter ${parameter} cannot be used with the parameter ${filter}`,
});
export const pathAddressInvalid = fault({
  code: "InvalidParameterValue",
  message: (address: string) => `The IP address ${address} is not valid`,
});
export const pathPortsInvalid = fault({
  code: "InvalidParameterValue",
  message: (from: string, to: string) => `The port range ${from}-${to} is not valid`,
});

export const insightsPathFaults = [
  insightsPathNotFound,
  insightsPathMalformed,
  insightsPathsExceeded,
  insightsPathInUse,
  pathDestinationMissing,
  pathWithFilters,
  pathAddressInvalid,
  pathPortsInvalid,
];
