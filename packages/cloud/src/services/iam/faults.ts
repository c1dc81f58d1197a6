/** Faults that several rooms of IAM share; each room declares its own beside its resource. */
import { fault } from "../../kit/index.ts";

export const malformedPolicyDocument = fault({
  code: "MalformedPolicyDocument",
  message: (reason: string) => reason,
});
export const invalidPolicyArn = fault({
  code: "InvalidInput",
  message: (arn: string) => `ARN ${arn} is not valid.`,
});
export const quotaExceeded = fault({
  code: "LimitExceeded",
  status: 409,
  message: (quota: string, limit: string) => `Cannot exceed quota for ${quota}: ${limit}`,
});
export const policiesAttached = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must detach all policies first.",
});
export const inlinePoliciesLeft = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete policies first.",
});
export const usersInGroup = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must remove users from group first.",
});
export const roleInInstanceProfile = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must remove roles from instance profile first.",
});
export const invalidMarker = fault({
  code: "ValidationError",
  message: () => "Invalid Marker.",
});
export const sessionWithoutMfa = fault({
  code: "InvalidClientTokenId",
  status: 403,
  message: () => "The security token included in the request is invalid",
});

export const sharedFaults = [
  malformedPolicyDocument,
  invalidPolicyArn,
  quotaExceeded,
  policiesAttached,
  inlinePoliciesLeft,
  usersInGroup,
  roleInInstanceProfile,
  invalidMarker,
  sessionWithoutMfa,
];
