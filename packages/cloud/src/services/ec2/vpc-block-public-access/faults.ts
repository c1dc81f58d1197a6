/** Faults of VPC Block Public Access and its exclusions. */
import { fault } from "../../../kit/index.ts";

export const exclusionNotFound = fault({
  code: "InvalidVpcBlockPublicAccessExclusionId.NotFound",
  message: (id: string) => `The VPC Block Public Access exclusion ID '${id}' does not exist`,
});
export const exclusionMalformed = fault({
  code: "InvalidVpcBlockPublicAccessExclusionId.Malformed",
  message: (id: string) => `Invalid id: "${id}" (expecting "vpcbpa-exclude-...")`,
});
export const exclusionsExceeded = fault({
  code: "VpcBlockPublicAccessExclusionLimitExceeded",
  message: () => "The maximum number of VPC Block Public Access exclusions has been reached.",
});
export const exclusionOfNothing = fault({
  code: "MissingParameter",
  message: () => "Either vpcId or subnetId must be specified",
});
export const exclusionOfBoth = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter vpcId cannot be used with the parameter subnetId",
});
export const exclusionTaken = fault({
  code: "InvalidParameterValue",
  message: (resourceId: string) => `${resourceId} already has a VPC Block Public Access exclusion`,
});
export const exclusionInWrongState = fault({
  code: "IncorrectState",
  message: (id: string, state: string) =>
    `The VPC Block Public Access exclusion ${id} cannot be changed in the state ${state}`,
});

export const publicAccessFaults = [
  exclusionNotFound,
  exclusionMalformed,
  exclusionsExceeded,
  exclusionOfNothing,
  exclusionOfBoth,
  exclusionTaken,
  exclusionInWrongState,
];
