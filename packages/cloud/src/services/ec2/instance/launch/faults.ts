/** Faults of launching instances. */
import { fault } from "../../../../kit/index.ts";

export const imageMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter ImageId",
});
export const countInvalid = fault({
  code: "InvalidParameterValue",
  message: (name: string, value: string) => `Value (${value}) for parameter ${name} is invalid.`,
});
export const instancesExceeded = fault({
  code: "InstanceLimitExceeded",
  message: (asked: string, limit: string) =>
    `You have requested more instances (${asked}) than your current instance limit of ${limit} allows ` +
    "for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
});
export const noDefaultVpc = fault({
  code: "VPCIdNotSpecified",
  message: () => "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
});
export const noDefaultSubnet = fault({
  code: "MissingInput",
  message: (vpcId: string) => `No subnets found for the default VPC '${vpcId}'. Please specify a subnet.`,
});
export const zoneMismatch = fault({
  code: "InvalidParameterValue",
  message: (zone: string, subnet: string) =>
    `Value (${zone}) for parameter availabilityZone is invalid. ` +
    `Subnet '${subnet}' is in another availability zone.`,
});
export const placementUnsupported = fault({
  code: "UnsupportedOperation",
  message: (name: string) => `The placement attribute ${name} is not supported by Casemate.`,
});
export const subnetTwice = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "Network interfaces and an instance-level subnet ID may not be specified on the same request",
});
export const groupsTwice = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "Network interfaces and an instance-level security groups may not be specified on the same request",
});
export const addressTwice = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "Network interfaces and an instance-level private address may not be specified on the same request",
});
export const groupFormsTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter groupName cannot be used with the parameter subnet",
});
export const interfaceUnsupported = fault({
  code: "UnsupportedOperation",
  message: (name: string) => `The network interface attribute ${name} is not supported by Casemate.`,
});
export const deviceIndexMissing = fault({
  code: "InvalidParameterValue",
  message: () => "Each network interface requires a device index.",
});
export const deviceIndexTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "Each network interface requires a unique device index.",
});
export const primaryInterfaceMissing = fault({
  code: "InvalidParameterCombination",
  message: () => "A network interface at device index 0 is required.",
});
export const publicIpForMany = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.",
});
export const existingInterfaceForMany = fault({
  code: "InvalidParameterCombination",
  message: () => "A network interface ID cannot be specified when launching more than one instance",
});
export const existingInterfaceTwice = fault({
  code: "InvalidParameterValue",
  message: () => "A network interface ID may be specified only once",
});
export const existingInterfaceWith = fault({
  code: "InvalidParameterCombination",
  message: (member: string) =>
    `A network interface may not specify both a network interface ID and ${member}`,
});
export const existingKept = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "A network interface may not specify a network interface ID and delete on termination as true",
});
export const groupElsewhere = fault({
  code: "InvalidParameter",
  message: (group: string, subnet: string) =>
    `Security group ${group} and subnet ${subnet} belong to different networks.`,
});
export const groupsPerInterfaceExceeded = fault({
  code: "SecurityGroupsPerInterfaceLimitExceeded",
  message: () => "The maximum number of security groups per interface has been reached.",
});
export const addressOutside = fault({
  code: "InvalidParameterValue",
  message: (address: string) => `Address ${address} does not fall within the subnet's address range`,
});
export const addressReserved = fault({
  code: "InvalidParameterValue",
  message: (address: string) => `Address ${address} is in subnet's reserved address range`,
});
export const addressInUse = fault({
  code: "InvalidIPAddress.InUse",
  message: (address: string) => `Address ${address} is in use.`,
});
export const addressForMany = fault({
  code: "InvalidParameterCombination",
  message: () => "A private IP address cannot be specified when launching more than one instance",
});
export const ipv6Malformed = fault({
  code: "InvalidParameterValue",
  message: (address: string) => `Invalid IPv6 address '${address}'`,
});
export const subnetWithoutIpv6 = fault({
  code: "InvalidParameterCombination",
  message: (subnet: string) => `The subnet '${subnet}' does not have an IPv6 CIDR block`,
});
export const ipv6FormsTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameters ipv6Addresses and ipv6AddressCount cannot be used together",
});
export const ipv6Twice = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "Network interfaces and an instance-level IPv6 addresses may not be specified on the same request",
});
// Differs: a VPC may be dedicated, but a host has no room for dedicated instances.
export const dedicatedUnavailable = fault({
  code: "Unsupported",
  message: (vpc: string) =>
    `The VPC '${vpc}' has the tenancy dedicated, for which this host has no capacity. ` +
    "Change the tenancy of the VPC to default, or launch into another one.",
});
export const subnetFull = fault({
  code: "InsufficientFreeAddressesInSubnet",
  message: (subnet: string) => `Not enough free addresses in subnet '${subnet}'`,
});
export const publicPoolEmpty = fault({
  code: "InsufficientAddressCapacity",
  message: () => "There are not enough free public IPv4 addresses to satisfy the request.",
});
export const hostFull = fault({
  code: "InsufficientInstanceCapacity",
  status: 500,
  message: () => "This host has no room for another network interface.",
});
export const userDataMalformed = fault({
  code: "InvalidUserData.Malformed",
  message: () => "Invalid BASE64 encoding of user data.",
});
export const userDataTooLong = fault({
  code: "InvalidParameterValue",
  message: () => "User data is limited to 16384 bytes",
});
export const profileTwice = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
});

export const launchFaults = [
  imageMissing,
  countInvalid,
  instancesExceeded,
  noDefaultVpc,
  noDefaultSubnet,
  zoneMismatch,
  placementUnsupported,
  subnetTwice,
  groupsTwice,
  addressTwice,
  groupFormsTwice,
  interfaceUnsupported,
  deviceIndexMissing,
  deviceIndexTwice,
  primaryInterfaceMissing,
  publicIpForMany,
  existingInterfaceForMany,
  existingInterfaceTwice,
  existingInterfaceWith,
  existingKept,
  groupElsewhere,
  groupsPerInterfaceExceeded,
  addressOutside,
  addressReserved,
  addressInUse,
  addressForMany,
  ipv6Malformed,
  subnetWithoutIpv6,
  ipv6FormsTwice,
  ipv6Twice,
  dedicatedUnavailable,
  subnetFull,
  publicPoolEmpty,
  hostFull,
  userDataMalformed,
  userDataTooLong,
  profileTwice,
];
