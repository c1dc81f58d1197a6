/** Faults about centralized root access. */
import { fault } from "../../../kit/index.ts";

export const organizationNotFound = fault({
  code: "OrganizationNotFoundException",
  message: () => "No organization is associated with your account.",
});
export const notManagementOrDelegated = fault({
  code: "AccountNotManagementOrDelegatedAdministratorException",
  message: () =>
    "The account making the request is not the management account or delegated administrator account for " +
    "centralized root access.",
});
export const notManagementAccount = fault({
  code: "CallerIsNotManagementAccountException",
  message: () => "The account making the request is not the management account for the organization.",
});
export const notAllFeatures = fault({
  code: "OrganizationNotInAllFeaturesModeException",
  message: () => "Your organization does not have All features enabled.",
});
export const iamAccessNotEnabled = fault({
  code: "ServiceAccessNotEnabledException",
  message: () => "Trusted access is not enabled for IAM in Organizations.",
});

export const rootAccessFaults = [
  organizationNotFound,
  notManagementOrDelegated,
  notManagementAccount,
  notAllFeatures,
  iamAccessNotEnabled,
];
