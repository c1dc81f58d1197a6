/** Faults of security groups and their rules. */
import { fault } from "../../../kit/index.ts";
import {
  securityGroupMalformed,
  securityGroupNotFound,
  securityGroupRuleMalformed,
  securityGroupRuleNotFound,
} from "./security-group.ts";

export const groupNameTaken = fault({
  code: "InvalidGroup.Duplicate",
  message: (name: string, vpcId: string) => `The security group '${name}' already exists for VPC '${vpcId}'`,
});
export const groupNameReserved = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `Cannot use reserved security group name: ${name}`,
});
export const groupNameLikeId = fault({
  code: "InvalidParameterValue",
  message: (name: string) =>
    `Invalid value '${name}' for groupName. Group names may not be in the format sg-*.`,
});
export const groupNameInvalid = fault({
  code: "InvalidParameterValue",
  message: (name: string) =>
    `Value (${name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.`,
});
export const groupDescriptionInvalid = fault({
  code: "InvalidParameterValue",
  message: () =>
    "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
});
export const groupsPerVpcExceeded = fault({
  code: "SecurityGroupLimitExceeded",
  message: (vpcId: string) => `The maximum number of security groups for VPC '${vpcId}' has been reached.`,
});
export const defaultGroupUndeletable = fault({
  code: "CannotDelete",
  message: (id: string) => `the specified group: "${id}" name: "default" cannot be deleted by a user`,
});
export const groupInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `resource ${id} has a dependent object`,
});
export const groupNotNamed = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter GroupName or GroupId",
});
export const groupNameNotFound = fault({
  code: "InvalidGroup.NotFound",
  message: (name: string) => `The security group '${name}' does not exist in default VPC`,
});
export const noDefaultVpc = fault({
  code: "VPCIdNotSpecified",
  message: () => "No default VPC for this user",
});
export const permissionsMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter ipPermissions",
});
export const permissionsGivenTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter ipPermissions may not be used with the parameter ipProtocol",
});
export const protocolUnknown = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `Invalid value '${name}' for IP protocol. Unknown protocol.`,
});
export const portsMissing = fault({
  code: "InvalidParameterValue",
  message: () => "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
});
export const portRangeInvalid = fault({
  code: "InvalidParameterValue",
  message: (from: string, to: string) => `Invalid TCP/UDP port range (${from}:${to})`,
});
export const icmpInvalid = fault({
  code: "InvalidParameterValue",
  message: (type: string, code: string) => `ICMP type (${type}) or code (${code}) out of range`,
});
export const cidrMalformed = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) => `CIDR block ${cidr} is malformed`,
});
export const peerMissing = fault({
  code: "MissingParameter",
  message: () =>
    "Either 'cidrIp', 'cidrIpv6', 'prefixListId' or a source security group must be provided for each permission",
});
export const peerAmbiguous = fault({
  code: "InvalidParameterCombination",
  message: () => "Only one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId may be given for a rule",
});
export const ruleDescriptionInvalid = fault({
  code: "InvalidParameterValue",
  message: () =>
    "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
});
export const ruleDuplicate = fault({
  code: "InvalidPermission.Duplicate",
  message: (rule: string) => `the specified rule "${rule}" already exists`,
});
export const ruleNotFound = fault({
  code: "InvalidPermission.NotFound",
  message: () => "The specified rule does not exist in this security group.",
});
export const rulesPerGroupExceeded = fault({
  code: "RulesPerSecurityGroupLimitExceeded",
  message: () => "The maximum number of rules per security group has been reached.",
});
export const ruleElsewhere = fault({
  code: "InvalidSecurityGroupRuleId.NotFound",
  message: (ruleId: string, groupId: string) =>
    `The security group rule ID '${ruleId}' does not exist in the security group '${groupId}'`,
});

export const associationDefaultGroup = fault({
  code: "InvalidParameterValue",
  message: (id: string) =>
    `The security group '${id}' cannot be associated: neither default groups nor default VPCs can be.`,
});
export const associationWithOwnVpc = fault({
  code: "InvalidParameterValue",
  message: (id: string, vpcId: string) => `The security group '${id}' belongs to the VPC '${vpcId}'`,
});
export const associationExists = fault({
  code: "InvalidParameterValue",
  message: (id: string, vpcId: string) =>
    `The security group '${id}' is already associated with the VPC '${vpcId}'`,
});
export const associationsExceeded = fault({
  code: "SecurityGroupVpcAssociationLimitExceeded",
  message: (id: string) =>
    `The maximum number of VPC associations of the security group '${id}' has been reached.`,
});
export const associationUnknown = fault({
  code: "InvalidSecurityGroupVpcAssociation.NotFound",
  message: (id: string, vpcId: string) =>
    `The security group '${id}' is not associated with the VPC '${vpcId}'`,
});
export const associationInUse = fault({
  code: "DependencyViolation",
  message: (id: string, vpcId: string) =>
    `The security group '${id}' is in use by network interfaces in the VPC '${vpcId}'`,
});

/** Every fault of this room. */
export const securityGroupFaults = [
  securityGroupNotFound,
  securityGroupMalformed,
  securityGroupRuleNotFound,
  securityGroupRuleMalformed,
  groupNameTaken,
  groupNameReserved,
  groupNameLikeId,
  groupNameInvalid,
  groupDescriptionInvalid,
  groupsPerVpcExceeded,
  defaultGroupUndeletable,
  groupInUse,
  groupNotNamed,
  groupNameNotFound,
  noDefaultVpc,
  permissionsMissing,
  permissionsGivenTwice,
  protocolUnknown,
  portsMissing,
  portRangeInvalid,
  icmpInvalid,
  cidrMalformed,
  peerMissing,
  peerAmbiguous,
  ruleDescriptionInvalid,
  ruleDuplicate,
  ruleNotFound,
  rulesPerGroupExceeded,
  ruleElsewhere,
  associationDefaultGroup,
  associationWithOwnVpc,
  associationExists,
  associationsExceeded,
  associationUnknown,
  associationInUse,
];
