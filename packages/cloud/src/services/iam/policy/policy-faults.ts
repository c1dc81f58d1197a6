/** Faults about policies, managed and inline. */
import { fault } from "../../../kit/index.ts";

export const policyNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string) => `Policy ${arn} was not found.`,
});
export const policyNotAttachable = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string) => `Policy ${arn} does not exist or is not attachable.`,
});
export const serviceRolePolicyNotAttachable = fault({
  code: "PolicyNotAttachable",
  message: () => "Cannot attach a Service Role Policy to a Customer Role.",
});
export const boundaryNotAttachable = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string) => `Scope ARN: ${arn} does not exist or is not attachable.`,
});
export const versionNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string, version: string) =>
    `Policy ${arn} version ${version} does not exist or is not attachable.`,
});
export const inlinePolicyNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (holder: string, name: string) => `The ${holder} policy with name ${name} cannot be found.`,
});
export const inlinePoliciesTooLong = fault({
  code: "LimitExceeded",
  status: 409,
  message: (limit: string, holder: string, name: string) =>
    `Maximum policy size of ${limit} bytes exceeded for ${holder} ${name}`,
});
export const policyExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
});
export const policyInUse = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete a policy attached to entities.",
});
export const policyHasVersions = fault({
  code: "DeleteConflict",
  status: 409,
  message: () =>
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
    "The default version is deleted with the policy.",
});
export const versionIsDefault = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete the default version of a policy.",
});
export const tooManyVersions = fault({
  code: "LimitExceeded",
  status: 409,
  message: () =>
    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing " +
    "version.",
});

export const policyFaults = [
  policyNotFound,
  policyNotAttachable,
  serviceRolePolicyNotAttachable,
  boundaryNotAttachable,
  versionNotFound,
  inlinePolicyNotFound,
  inlinePoliciesTooLong,
  policyExists,
  policyInUse,
  policyHasVersions,
  versionIsDefault,
  tooManyVersions,
];
