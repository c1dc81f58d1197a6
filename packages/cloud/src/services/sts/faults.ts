/** Faults of the security token service. */
import { fault } from "../../kit/index.ts";

export const rootCannotAssume = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "Roles may not be assumed by root accounts.",
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
  message: (percent: string) => `Packed size of session tags consumes ${percent}% of allotted space.`,
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
  message: () => "The encoded message is not one that this account can decode.",
});
export const sessionCallNotAllowed = fault({
  code: "AccessDenied",
  status: 403,
  message: (operation: string) => `Cannot call ${operation} with session credentials`,
});

export const stsFaults = [
  rootCannotAssume,
  durationBeyondRole,
  durationBeyondChain,
  malformedPolicyDocument,
  packedPolicyTooLarge,
  sessionPolicyNotFound,
  invalidSessionTag,
  sourceIdentityFixed,
  sessionCannotGetSession,
  invalidAuthorizationMessage,
  sessionCallNotAllowed,
];
