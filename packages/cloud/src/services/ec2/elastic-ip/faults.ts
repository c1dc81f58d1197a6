/** Faults of elastic IPs and their transfers. */
import { fault } from "../../../kit/index.ts";

export const allocationNotFound = fault({
  code: "InvalidAllocationID.NotFound",
  message: (id: string) => `The allocation ID '${id}' does not exist`,
});
export const addressNotFound = fault({
  code: "InvalidAddress.NotFound",
  message: (address: string) => `Address '${address}' not found.`,
});
export const addressesExceeded = fault({
  code: "AddressLimitExceeded",
  message: () => "The maximum number of addresses has been reached.",
});
export const domainUnsupported = fault({
  code: "InvalidParameterValue",
  message: (domain: string) => `Invalid value '${domain}' for domain. Addresses are for use in a VPC.`,
});
export const poolNotFound = fault({
  code: "InvalidPublicIpv4PoolID.NotFound",
  message: (id: string) => `The public IPv4 pool ID '${id}' does not exist`,
});
export const borderGroupUnknown = fault({
  code: "InvalidParameterValue",
  message: (group: string) => `Invalid value '${group}' for networkBorderGroup.`,
});

export const addressUnnamed = fault({
  code: "MissingParameter",
  message: () => "Either public IP or allocation id must be specified",
});
export const addressNamedTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "You may specify public IP or allocation id, but not both in the same call",
});
export const associationUnnamed = fault({
  code: "MissingParameter",
  message: () => "Either public IP or association id must be specified",
});
export const associationNamedTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "You may specify public IP or association id, but not both in the same call",
});
export const associateeUnnamed = fault({
  code: "MissingParameter",
  message: () => "Either instance ID or network interface id must be specified",
});
export const associateeNamedTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "You may specify instance ID or network interface id, but not both in the same call",
});
export const privateAddressElsewhere = fault({
  code: "InvalidParameterValue",
  message: (address: string, id: string) =>
    `The private IP address ${address} is not assigned to the network interface ${id}`,
});
export const networkWithoutGateway = fault({
  code: "Gateway.NotAttached",
  message: (vpcId: string) => `Network ${vpcId} is not attached to any internet gateway`,
});
export const addressAssociated = fault({
  code: "Resource.AlreadyAssociated",
  message: (id: string, associationId: string) =>
    `resource ${id} is already associated with associate-id ${associationId}`,
});

export const transferAccountMalformed = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `Value (${id}) for parameter transferAccountId is invalid.`,
});
export const transferToSelf = fault({
  code: "InvalidParameterValue",
  message: (id: string) => `The address is already owned by the account ${id}`,
});
export const transferNotFound = fault({
  code: "InvalidTransfer.NotFound",
  message: (address: string) => `There is no pending transfer of the address ${address}`,
});
export const transferOfAssociated = fault({
  code: "InvalidTransfer.AddressAssociated",
  message: (address: string) => `The address ${address} is associated and cannot be transferred.`,
});

export const elasticIpFaults = [
  allocationNotFound,
  addressNotFound,
  addressesExceeded,
  domainUnsupported,
  poolNotFound,
  borderGroupUnknown,
  addressUnnamed,
  addressNamedTwice,
  associationUnnamed,
  associationNamedTwice,
  associateeUnnamed,
  associateeNamedTwice,
  privateAddressElsewhere,
  networkWithoutGateway,
  addressAssociated,
  transferAccountMalformed,
  transferToSelf,
  transferNotFound,
  transferOfAssociated,
];
