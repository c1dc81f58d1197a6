/** Faults of Access Analyzer that several of its rooms share. Each carries the members of its exception. */
import { fault } from "../../kit/index.ts";

export const resourceNotFound = fault({
  code: "ResourceNotFoundException",
  status: 404,
  message: (_type: string, id: string) => `The specified resource could not be found: ${id}`,
  details: (resourceType, resourceId) => ({ resourceId, resourceType }),
});
export const conflict = fault({
  code: "ConflictException",
  status: 409,
  message: (_type: string, id: string) => `A resource with this name already exists: ${id}`,
  details: (resourceType, resourceId) => ({ resourceId, resourceType }),
});
export const tokenConflict = fault({
  code: "ConflictException",
  status: 409,
  message: () => "The client token was used before, for a request with other parameters.",
  details: () => ({ resourceId: "clientToken", resourceType: "ClientToken" }),
});
export const quotaExceeded = fault({
  code: "ServiceQuotaExceededException",
  status: 402,
  message: (_type: string, _id: string, quota: string) => `You have reached the maximum number of ${quota}.`,
  details: (resourceType, resourceId) => ({ resourceId, resourceType }),
});
export const invalidField = fault({
  code: "ValidationException",
  message: (_field: string, text: string) => text,
  details: (name, message) => ({ reason: "fieldValidationFailed", fieldList: [{ name, message }] }),
});
/** What exists on AWS, but not here, or not for this kind of analyzer. */
export const notSupported = fault({
  code: "ValidationException",
  message: (what: string) => `${what} is not supported.`,
  details: () => ({ reason: "notSupported" }),
});
export const invalidToken = fault({
  code: "ValidationException",
  message: () => "The nextToken is not valid.",
  details: () => ({ reason: "fieldValidationFailed" }),
});
export const notOrganizationAdministrator = fault({
  code: "AccessDeniedException",
  status: 403,
  message: (accountId: string) => `Account ${accountId} is not a delegated administrator`,
});
export const organizationAccessDisabled = fault({
  code: "ValidationException",
  message: () => "Service not enabled for AWS Organizations",
  details: () => ({ reason: "fieldValidationFailed" }),
});
export const unreadablePolicy = fault({
  code: "InvalidParameterException",
  message: (text: string) => `The policy document is not valid: ${text}`,
});

export const previewFailed = fault({
  code: "ConflictException",
  status: 409,
  message: (id: string) => `The access preview ${id} has failed`,
  details: (resourceId) => ({ resourceId, resourceType: "AccessPreview" }),
});

/** Every fault of the service. */
export const accessAnalyzerFaults = [
  resourceNotFound,
  conflict,
  tokenConflict,
  quotaExceeded,
  invalidField,
  notSupported,
  invalidToken,
  notOrganizationAdministrator,
  organizationAccessDisabled,
  unreadablePolicy,
  previewFailed,
];
