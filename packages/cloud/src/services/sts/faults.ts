/** Faults of the security token service. */
import { fault } from "../../kit/index.ts";

export const rootCannotAssume = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "Roles may not be assumed by root accounts.",
});
export const rootCannotAssumeRoot = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "AssumeRoot cannot be called by root accounts.",
});
export const targetPrincipalInvalid = fault({
  code: "ValidationError",
  message: (target: string) => `${target} is neither an account ID nor the ARN of the root of an account.`,
});
export const taskPolicyInvalid = fault({
  code: "ValidationError",
  message: (arn: string) => `${arn} is not one of the managed policies for privileged root tasks.`,
});
export const rootAccessDisabled = fault({
  code: "AccessDenied",
  status: 403,
  message: (feature: string) => `The feature ${feature} is not enabled in the organization.`,
});
export const durationBeyondRole = fault({
  code: "ValidationError",
  message: () => "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
});
export const durationBeyondChain = fault({
  code: "ValidationError",
  message: () =>
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
});
export const malformedPolicyDocument = fault({
  code: "MalformedPolicyDocument",
  message: (reason: string) => reason,
});
export const packedPolicyTooLarge = fault({
  code: "PackedPolicyTooLarge",
  message: (percent: string) =>
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
});
export const packedTagsTooLarge = fault({
  code: "PackedPolicyTooLarge",
  message: (percent: string) => `Packed size of session tags consumes ${percent}% of allotted space.`,
});
export const invalidRoleArn = fault({
  code: "ValidationError",
  message: (arn: string) => `${arn} is invalid`,
});
export const tooManySessionPolicies = fault({
  code: "ValidationError",
  message: () =>
    "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: " +
    "Member must have length less than or equal to 10",
});
export const sessionPolicyNotFound = fault({
  code: "ValidationError",
  message: (arn: string) => `The managed session policy ${arn} does not exist or is not attachable.`,
});
export const invalidSessionTag = fault({
  code: "ValidationError",
  message: (reason: string) => reason,
});
export const sourceIdentityFixed = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "The source identity that was set for this session cannot be changed.",
});
export const sessionCannotGetSession = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "Cannot call GetSessionToken with session credentials",
});
export const invalidAuthorizationMessage = fault({
  code: "InvalidAuthorizationMessageException",
  message: () => "Message is not valid",
});
export const sessionCallNotAllowed = fault({
  code: "AccessDenied",
  status: 403,
  message: (operation: string) => `Cannot call ${operation} with session credentials`,
});
export const mfaIncomplete = fault({
  code: "AccessDenied",
  status: 403,
  message: () =>
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
});
export const mfaDeviceInvalid = fault({
  code: "AccessDenied",
  status: 403,
  message: () =>
    "MultiFactorAuthentication failed, unable to validate MFA code.  " +
    "Please verify your MFA serial number is valid and associated with this user.",
});
export const mfaCodeInvalid = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
});
export const accessKeyIdInvalid = fault({
  code: "ValidationError",
  message: (id: string) => `${id} is not a valid access key ID.`,
});

export const stsFaults = [
  rootCannotAssume,
  rootCannotAssumeRoot,
  targetPrincipalInvalid,
  taskPolicyInvalid,
  rootAccessDisabled,
  durationBeyondRole,
  durationBeyondChain,
  malformedPolicyDocument,
  packedPolicyTooLarge,
  packedTagsTooLarge,
  invalidRoleArn,
  tooManySessionPolicies,
  sessionPolicyNotFound,
  invalidSessionTag,
  sourceIdentityFixed,
  sessionCannotGetSession,
  invalidAuthorizationMessage,
  sessionCallNotAllowed,
  mfaIncomplete,
  mfaDeviceInvalid,
  mfaCodeInvalid,
  accessKeyIdInvalid,
];
