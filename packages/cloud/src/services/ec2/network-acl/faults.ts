/** Faults of network ACLs, of their entries and of what they hold for. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const networkAclNotFound = fault({
  code: "InvalidNetworkAclID.NotFound",
  message: (id: string) => `The networkAcl ID '${id}' does not exist`,
});
export const networkAclMalformed = malformedId("InvalidNetworkAclId.Malformed", "acl");
export const networkAclsExceeded = fault({
  code: "NetworkAclLimitExceeded",
  message: () => "The maximum number of network ACLs has been reached.",
});
export const networkAclInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The networkAcl '${id}' has dependencies and cannot be deleted.`,
});
export const defaultAclUndeletable = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `cannot delete default network ACL ${id}`,
});
export const aclElsewhere = fault({
  code: "InvalidParameterValue",
  message: (acl: string, subnet: string) =>
    `network ACL ${acl} and subnet ${subnet} belong to different networks`,
});
export const entryExists = fault({
  code: "NetworkAclEntryAlreadyExists",
  message: (ruleNumber: string) => `The network acl entry identified by ${ruleNumber} already exists.`,
});
export const entryNotFound = fault({
  code: "InvalidNetworkAclEntry.NotFound",
  message: (ruleNumber: string) => `The network acl entry identified by ${ruleNumber} does not exist.`,
});
export const entriesExceeded = fault({
  code: "NetworkAclEntryLimitExceeded",
  message: () => "The maximum number of network acl entries has been reached.",
});
export const ruleNumberInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string) =>
    `Value (${value}) for parameter ruleNumber is invalid. It must be between 1 and 32766.`,
});
export const entryBlockMissing = fault({
  code: "MissingParameter",
  message: () => "Either 'cidrBlock' or 'ipv6CidrBlock' must be specified.",
});
export const entryBlockTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter cidrBlock cannot be used with the parameter ipv6CidrBlock",
});
export const entryPortsInvalid = fault({
  code: "InvalidParameterValue",
  message: (from: string, to: string) => `Invalid port range: from ${from} to ${to}`,
});
export const entryIcmpInvalid = fault({
  code: "InvalidParameterValue",
  message: (type: string, code: string) => `Invalid ICMP type and code: type ${type}, code ${code}`,
});
export const entryFamilyInvalid = fault({
  code: "InvalidParameterValue",
  message: (protocol: string, family: string) =>
    `Invalid value '${protocol}' for IP protocol. It cannot be used with an ${family} CIDR block`,
});

export const networkAclFaults = [
  networkAclNotFound,
  networkAclMalformed,
  networkAclsExceeded,
  networkAclInUse,
  defaultAclUndeletable,
  aclElsewhere,
  entryExists,
  entryNotFound,
  entriesExceeded,
  ruleNumberInvalid,
  entryBlockMissing,
  entryBlockTwice,
  entryPortsInvalid,
  entryIcmpInvalid,
  entryFamilyInvalid,
];
