/** Faults of network interfaces, their addresses, attachments and permissions. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const networkInterfaceNotFound = fault({
  code: "InvalidNetworkInterfaceID.NotFound",
  message: (id: string) => `The networkInterface ID '${id}' does not exist`,
});
export const networkInterfaceMalformed = malformedId("InvalidNetworkInterfaceId.Malformed", "eni");
export const interfaceNotOwn = fault({
  code: "AuthFailure",
  message: () => "You do not have permission to access the specified resource.",
});
export const interfacesExceeded = fault({
  code: "NetworkInterfaceLimitExceeded",
  message: (limit: string) => `The maximum number of network interfaces (${limit}) has been reached.`,
});
export const interfaceTypeUnsupported = fault({
  code: "UnsupportedOperation",
  message: (type: string) => `Casemate makes no network interfaces of the type ${type}.`,
});
export const interfaceInUse = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `Network interface '${id}' is currently in use.`,
});
export const interfaceTaken = fault({
  code: "InvalidNetworkInterface.InUse",
  message: (id: string) => `Interface: [${id}] in use.`,
});
export const primaryTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "Only one private IP address can be the primary address of a network interface",
});
export const addressFormsTwice = fault({
  code: "InvalidParameterCombination",
  message: (named: string, counted: string) =>
    `The parameters ${named} and ${counted} cannot be used together`,
});
export const addressesMissing = fault({
  code: "MissingParameter",
  message: () => "The request must name addresses or prefixes, or say how many",
});
export const privateAddressesExceeded = fault({
  code: "PrivateIpAddressLimitExceeded",
  message: () => "Number of private addresses will exceed limit.",
});
export const ipv6AddressesExceeded = fault({
  code: "Ipv6AddressLimitExceeded",
  message: () => "Number of IPv6 addresses will exceed limit.",
});
export const addressNotAssigned = fault({
  code: "InvalidParameterValue",
  message: (address: string, id: string) => `Address ${address} is not assigned to interface ${id}`,
});
export const primaryUnassignable = fault({
  code: "InvalidParameterValue",
  message: (address: string, id: string) =>
    `Address ${address} is the primary address of the interface ${id} and cannot be unassigned`,
});
export const prefixMalformed = fault({
  code: "InvalidParameterValue",
  message: (prefix: string, length: string) =>
    `Invalid prefix '${prefix}': a prefix of length ${length} is wanted`,
});
export const prefixesExhausted = fault({
  code: "InsufficientCidrBlocks",
  message: () => "The specified subnet does not have enough free cidr blocks to satisfy the request.",
});
export const prefixesUnsupported = fault({
  code: "UnsupportedOperation",
  message: (type: string) => `Instances of the type ${type} cannot have prefixes.`,
});
export const attachmentNotFound = fault({
  code: "InvalidAttachmentID.NotFound",
  message: (id: string) => `The attachment ID '${id}' does not exist`,
});
export const attachmentMalformed = malformedId("InvalidAttachmentID.Malformed", "eni-attach");
export const attachmentLimitExceeded = fault({
  code: "AttachmentLimitExceeded",
  message: (count: string, type: string) => `Interface count ${count} exceeds the limit for ${type}`,
});
export const deviceIndexTaken = fault({
  code: "InvalidParameterValue",
  message: (instance: string, index: string) =>
    `Instance '${instance}' already has an interface attached at device index '${index}'.`,
});
export const deviceIndexInvalid = fault({
  code: "InvalidParameterValue",
  message: (index: string) => `Value (${index}) for parameter deviceIndex is invalid.`,
});
export const networkCardInvalid = fault({
  code: "InvalidParameterValue",
  message: (index: string) =>
    `Value (${index}) for parameter networkCardIndex is invalid. The instance has one network card.`,
});
export const attachedElsewhere = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "You may not attach a network interface to an instance if they are not in the same availability zone",
});
export const primaryUndetachable = fault({
  code: "OperationNotPermitted",
  message: () => "The network interface at device index 0 and networkCard index 0 cannot be detached.",
});
export const attachmentForeign = fault({
  code: "OperationNotPermitted",
  message: () => "You are not allowed to manage 'ela-attach' attachments.",
});
export const instanceNotReady = fault({
  code: "IncorrectState",
  message: (id: string) => `Instance '${id}' is not 'running' or 'stopped'.`,
});
export const attachmentUnsettled = fault({
  code: "IncorrectState",
  message: (id: string, state: string) => `The attachment '${id}' is in the state '${state}'`,
});
export const interfacePermissionNotFound = fault({
  code: "InvalidNetworkInterfacePermissionID.NotFound",
  message: (id: string) => `The network interface permission ID '${id}' does not exist`,
});
export const interfacePermissionMalformed = malformedId(
  "InvalidNetworkInterfacePermissionId.Malformed",
  "eni-perm",
);
export const permissionExists = fault({
  code: "InvalidParameterValue",
  message: (id: string, account: string) =>
    `The interface '${id}' has such a permission for ${account} already`,
});
export const permissionWithoutGrantee = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter AwsAccountId",
});
export const permissionAccountInvalid = fault({
  code: "InvalidParameterValue",
  message: (account: string) => `Invalid account ID '${account}'`,
});
export const permissionUnsupported = fault({
  code: "UnsupportedOperation",
  message: (what: string) => `Permissions of network interfaces for ${what} are not supported by Casemate.`,
});
export const permissionInUse = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `The permission '${id}' is in use: the interface is attached to an instance of that account. ` +
    "Detach it first, or force the deletion.",
});

/** Every fault of this room. */
export const networkInterfaceFaults = [
  networkInterfaceNotFound,
  networkInterfaceMalformed,
  interfaceNotOwn,
  interfacesExceeded,
  interfaceTypeUnsupported,
  interfaceInUse,
  interfaceTaken,
  primaryTwice,
  addressFormsTwice,
  addressesMissing,
  privateAddressesExceeded,
  ipv6AddressesExceeded,
  addressNotAssigned,
  primaryUnassignable,
  prefixMalformed,
  prefixesExhausted,
  prefixesUnsupported,
  attachmentNotFound,
  attachmentMalformed,
  attachmentLimitExceeded,
  deviceIndexTaken,
  deviceIndexInvalid,
  networkCardInvalid,
  attachedElsewhere,
  primaryUndetachable,
  attachmentForeign,
  instanceNotReady,
  attachmentUnsettled,
  interfacePermissionNotFound,
  interfacePermissionMalformed,
  permissionExists,
  permissionWithoutGrantee,
  permissionAccountInvalid,
  permissionUnsupported,
  permissionInUse,
];
