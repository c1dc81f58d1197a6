/** Faults of subnets, of their blocks and of the reservations in them. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const subnetNotFound = fault({
  code: "InvalidSubnetID.NotFound",
  message: (id: string) => `The subnet ID '${id}' does not exist`,
});
export const subnetMalformed = malformedId("InvalidSubnetId.Malformed", "subnet");
export const subnetsExceeded = fault({
  code: "SubnetLimitExceeded",
  message: () => "The maximum number of subnets has been reached.",
});
export const subnetInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The subnet '${id}' has dependencies and cannot be deleted.`,
});
export const subnetBlockInvalid = fault({
  code: "InvalidSubnet.Range",
  message: (cidr: string) => `The CIDR '${cidr}' is invalid.`,
});
export const subnetBlockConflict = fault({
  code: "InvalidSubnet.Conflict",
  message: (cidr: string) => `The CIDR '${cidr}' conflicts with another subnet`,
});
export const subnetZoneInvalid = fault({
  code: "InvalidParameterValue",
  message: (zone: string, name: string, zones: string) =>
    `Value (${zone}) for parameter ${name} is invalid. Subnets can currently only be created in the ` +
    `following availability zones: ${zones}.`,
});
export const zoneGivenTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameters availabilityZone and availabilityZoneId cannot be used together",
});
export const ipv6OnlyUnsupported = fault({
  code: "UnsupportedOperation",
  message: () => "Subnets without an IPv4 CIDR block are not supported by Casemate.",
});
export const noDefaultVpcHere = fault({
  code: "DefaultVpcDoesNotExist",
  message: () => "No default VPC exists for this account in this region.",
});
export const defaultSubnetExists = fault({
  code: "DefaultSubnetAlreadyExistsInAvailabilityZone",
  message: (id: string, zone: string) => `'${id}' is already the default subnet in ${zone}.`,
});
export const defaultVpcFull = fault({
  code: "InvalidSubnet.Range",
  message: () => "The default VPC has no room for another default subnet.",
});
export const ipv6AssignmentImpossible = fault({
  code: "InvalidParameterValue",
  message: (id: string) =>
    "Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set assign-ipv6-address-on-creation " +
    `to true unless the subnet (${id}) has an IPv6 CIDR block associated with it.`,
});
export const subnetIpv6Exceeded = fault({
  code: "CidrLimitExceeded",
  message: (id: string) => `This subnet '${id}' has met its maximum number of allowed IPv6 CIDRs: 1`,
});
export const subnetAssociationNotFound = fault({
  code: "InvalidSubnetCidrBlockAssociationID.NotFound",
  message: (id: string) => `The subnet CIDR block association ID '${id}' does not exist`,
});
export const subnetAssociationMalformed = malformedId(
  "InvalidSubnetCidrBlockAssociationId.Malformed",
  "subnet-cidr-assoc",
);
export const ipv6BlockAssigning = fault({
  code: "InvalidCidrBlock.InUse",
  message: (id: string) =>
    `The subnet IPv6 CIDR block with association ID ${id} may not be disassociated, because its subnet has ` +
    "assign-ipv6-address-on-creation set to true.",
});
export const ipv6BlockInUse = fault({
  code: "InvalidCidrBlock.InUse",
  message: (id: string) =>
    `The subnet IPv6 CIDR block with association ID ${id} may not be disassociated, because network ` +
    "interfaces have addresses in it.",
});
export const reservationNotFound = fault({
  code: "InvalidSubnetCidrReservationID.NotFound",
  message: (id: string) => `The subnet CIDR reservation ID '${id}' does not exist`,
});
export const reservationMalformed = malformedId("InvalidSubnetCidrReservationId.Malformed", "scr");
export const reservationOutside = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) => `Reservation CIDR ${cidr} is not within the subnet's CIDR blocks`,
});
export const reservationOverlap = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) => `Reservation CIDR ${cidr} has overlap with existing reserved CIDR block`,
});
export const reservationsExceeded = fault({
  code: "SubnetCidrReservationLimitExceeded",
  message: () => "The maximum number of CIDR reservations for the subnet has been reached.",
});

export const subnetFaults = [
  subnetNotFound,
  subnetMalformed,
  subnetsExceeded,
  subnetInUse,
  subnetBlockInvalid,
  subnetBlockConflict,
  subnetZoneInvalid,
  zoneGivenTwice,
  ipv6OnlyUnsupported,
  noDefaultVpcHere,
  defaultSubnetExists,
  defaultVpcFull,
  ipv6AssignmentImpossible,
  subnetIpv6Exceeded,
  subnetAssociationNotFound,
  subnetAssociationMalformed,
  ipv6BlockAssigning,
  ipv6BlockInUse,
  reservationNotFound,
  reservationMalformed,
  reservationOutside,
  reservationOverlap,
  reservationsExceeded,
];
