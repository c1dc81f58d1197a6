/** Faults of AWS Organizations. Those with a Reason carry it as a member of the exception, as AWS does. */
import { fault, type DeclaredFault } from "../../kit/index.ts";

const declared: DeclaredFault[] = [];

/** A fault that only its text tells about. */
function plain(code: string, text: string) {
  const made = fault({ code: `${code}Exception`, message: () => text });
  declared.push(made);
  return made;
}

/** A fault of a kind that has many reasons. */
function reasoned(code: string, Reason: string, text: string) {
  const made = fault({ code: `${code}Exception`, message: () => text, details: () => ({ Reason }) });
  declared.push(made);
  return made;
}

export const notInUse = plain("AWSOrganizationsNotInUse", "Your account is not a member of an organization.");
export const accessDenied = plain("AccessDenied", "You don't have permissions to access this resource.");
export const alreadyInOrganization = plain(
  "AlreadyInOrganization",
  "The AWS account is already a member of an organization.",
);
export const organizationNotEmpty = plain(
  "OrganizationNotEmpty",
  "To delete an organization, you must first remove all accounts except the management account.",
);
export const managementCannotLeave = plain(
  "MasterCannotLeaveOrganization",
  "You can't remove the management account from an organization.",
);

export const accountNotFound = plain("AccountNotFound", "You specified an account that doesn't exist.");
export const accountAlreadyClosed = plain(
  "AccountAlreadyClosed",
  "You attempted to close an account that is already closed.",
);
export const createAccountStatusNotFound = plain(
  "CreateAccountStatusNotFound",
  "You specified a create account request that doesn't exist.",
);
export const duplicateAccount = plain(
  "DuplicateAccount",
  "That account is already present in the specified destination.",
);
export const sourceParentNotFound = plain(
  "SourceParentNotFound",
  "You specified a source parent that doesn't exist.",
);
export const destinationParentNotFound = plain(
  "DestinationParentNotFound",
  "You specified a destination parent that doesn't exist.",
);
export const parentNotFound = plain("ParentNotFound", "You specified a parent that doesn't exist.");
export const childNotFound = plain("ChildNotFound", "You specified a child that doesn't exist.");
export const rootNotFound = plain("RootNotFound", "You specified a root that doesn't exist.");
export const targetNotFound = plain("TargetNotFound", "You specified a target that doesn't exist.");
export const unitNotFound = plain(
  "OrganizationalUnitNotFound",
  "You specified an organizational unit that doesn't exist.",
);
export const unitNotEmpty = plain("OrganizationalUnitNotEmpty", "The specified OU is not empty.");
export const duplicateUnit = plain("DuplicateOrganizationalUnit", "An OU with the same name already exists.");

export const policyNotFound = plain("PolicyNotFound", "You specified a policy that doesn't exist.");
export const policyInUse = plain(
  "PolicyInUse",
  "The policy is attached to one or more entities. " +
    "You must detach it from all roots, OUs, and accounts before performing this operation.",
);
export const policyNotAttached = plain(
  "PolicyNotAttached",
  "The policy isn't attached to the specified target in the specified root.",
);
export const duplicatePolicy = plain("DuplicatePolicy", "A policy with the same name already exists.");
export const duplicateAttachment = plain(
  "DuplicatePolicyAttachment",
  "The selected policy is already attached to the specified target.",
);
export const policyTypeAlreadyEnabled = plain(
  "PolicyTypeAlreadyEnabled",
  "The specified policy type is already enabled.",
);
export const policyTypeNotEnabled = plain(
  "PolicyTypeNotEnabled",
  "This operation can be performed only for enabled policy types.",
);
export const policyTypeNotAvailable = plain(
  "PolicyTypeNotAvailableForOrganization",
  "The specified policy type isn't available for this organization.",
);
export const effectivePolicyNotFound = plain(
  "EffectivePolicyNotFound",
  "There is no effective policy of the specified type for the target.",
);
export const resourcePolicyNotFound = plain(
  "ResourcePolicyNotFound",
  "The organization doesn't have a resource policy.",
);
export const malformedPolicyDocument = fault({
  code: "MalformedPolicyDocumentException",
  message: (reason: string) =>
    `The provided policy document does not meet the requirements of the specified policy type. ${reason}`,
});

export const handshakeNotFound = plain("HandshakeNotFound", "You specified a handshake that doesn't exist.");
export const handshakeAlreadyInState = plain(
  "HandshakeAlreadyInState",
  "The specified handshake is already in the requested state.",
);
export const invalidHandshakeTransition = plain(
  "InvalidHandshakeTransition",
  "You can't perform the operation on the handshake in its current state.",
);
export const duplicateHandshake = plain(
  "DuplicateHandshake",
  "A handshake with the same action and target already exists.",
);
export const alreadyRegistered = plain(
  "AccountAlreadyRegistered",
  "The provided account is already a delegated administrator for your organization.",
);
export const notRegistered = plain(
  "AccountNotRegistered",
  "The provided account is not a registered delegated administrator for your organization.",
);

const violation = (reason: string, text: string) => reasoned("ConstraintViolation", reason, text);
const handshakeViolation = (reason: string, text: string) =>
  reasoned("HandshakeConstraintViolation", reason, text);
const badInput = (reason: string, text: string) => reasoned("InvalidInput", reason, text);

export const allFeaturesRequired = violation(
  "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
  "To complete this operation, the organization must be configured to support all features.",
);
export const tooManyAccounts = violation(
  "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
  "You have exceeded the allowed number of AWS accounts.",
);
export const cannotCloseManagement = violation(
  "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
  "You attempted to close the management account.",
);
export const closeQuotaExceeded = violation(
  "CLOSE_ACCOUNT_QUOTA_EXCEEDED",
  "You have exceeded close account quota for the past 30 days.",
);
export const delegatedCannotLeave = violation(
  "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
  "You can't remove an account that is registered as a delegated administrator from the organization.",
);
export const unitsTooDeep = violation(
  "OU_DEPTH_LIMIT_EXCEEDED",
  "You cannot add an organizational unit to the specified parent because it would exceed the max depth allowed.",
);
export const tooManyUnits = violation(
  "OU_NUMBER_LIMIT_EXCEEDED",
  "You have exceeded the allowed number of organizational units.",
);
export const policyTooLong = violation(
  "POLICY_CONTENT_LIMIT_EXCEEDED",
  "You have exceeded the maximum policy size.",
);
export const tooManyPolicies = violation(
  "POLICY_NUMBER_LIMIT_EXCEEDED",
  "You have exceeded the allowed number of policies.",
);
export const tooManyAttached = violation(
  "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
  "You have attached the maximum number of policies to the specified target.",
);
export const lastAttached = violation(
  "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
  "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.",
);
export const tooManyTags = violation(
  "MAX_TAG_LIMIT_EXCEEDED",
  "You have exceeded the number of tags allowed on this resource.",
);
export const managementCannotBeDelegated = violation(
  "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
  "You cannot register the management account as a delegated administrator for your organization.",
);
export const closedCannotBeDelegated = violation(
  "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
  "You cannot register a suspended account as a delegated administrator.",
);
export const tooManyDelegated = violation(
  "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
  "You have exceeded the number of delegated administrators for the service.",
);
export const serviceAccessNotEnabled = violation(
  "SERVICE_ACCESS_NOT_ENABLED",
  "You must first enable service access for the specified service principal.",
);
export const tooManyHandshakes = violation(
  "HANDSHAKE_RATE_LIMIT_EXCEEDED",
  "You have exceeded the number of handshakes that you can send in one day.",
);

export const invitedIsMember = handshakeViolation(
  "ALREADY_IN_AN_ORGANIZATION",
  "The account is already a member of an organization.",
);
export const tooManyAccountsToJoin = handshakeViolation(
  "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
  "You have exceeded the allowed number of AWS accounts.",
);

export const invalidToken = badInput(
  "INVALID_PAGINATION_TOKEN",
  "You specified an invalid value for nextToken. You must get the value from the response to a previous call to the API.",
);
export const duplicateTagKey = badInput(
  "DUPLICATE_TAG_KEY",
  "Tag keys must be unique among the tags attached to the same entity.",
);
export const systemTag = badInput(
  "INVALID_SYSTEM_TAGS_PARAMETER",
  "You specified a tag key that is a system tag.",
);
export const invalidRoleName = badInput(
  "INVALID_ROLE_NAME",
  "You provided a role name that isn't valid. A role name can't begin with the reserved prefix AWSServiceRoleFor.",
);
export const immutablePolicy = badInput(
  "IMMUTABLE_POLICY",
  "You specified a policy that is managed by AWS and can't be modified.",
);
export const undetachablePolicy = badInput(
  "NON_DETACHABLE_POLICY",
  "You can't detach this AWS managed policy.",
);
export const unrecognizedService = badInput(
  "UNRECOGNIZED_SERVICE_PRINCIPAL",
  "You specified an unrecognized service principal.",
);
export const unsupportedTarget = badInput(
  "TARGET_NOT_SUPPORTED",
  "You can't perform the specified operation on that target entity.",
);
export const invalidParty = badInput(
  "INVALID_PARTY_TYPE_TARGET",
  "You specified the wrong type of entity as a party.",
);
export const invalidPartyId = badInput(
  "INVALID_PATTERN_TARGET_ID",
  "You specified a target ID that doesn't match the required pattern.",
);
export const invalidPartyEmail = badInput(
  "INVALID_EMAIL_ADDRESS_TARGET",
  "You specified an invalid email address for the invited account owner.",
);
export const invalidPrincipal = badInput(
  "INVALID_PRINCIPAL",
  "You specified an invalid principal element in the policy.",
);
export const invalidResourcePolicy = fault({
  code: "InvalidInputException",
  message: (reason: string) => `You specified an invalid resource policy. ${reason}`,
  details: () => ({ Reason: "INVALID_RESOURCE_POLICY_JSON" }),
});

/** Every fault of the service. */
export const organizationsFaults: readonly DeclaredFault[] = [
  ...declared,
  malformedPolicyDocument,
  invalidResourcePolicy,
];
