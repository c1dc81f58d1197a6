/** Faults of VPCs and of the blocks that they have. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

const addressingPage = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html";

export const vpcNotFound = fault({
  code: "InvalidVpcID.NotFound",
  message: (id: string) => `The vpc ID '${id}' does not exist`,
});
export const vpcMalformed = malformedId("InvalidVpcId.Malformed", "vpc");
export const vpcsExceeded = fault({
  code: "VpcLimitExceeded",
  message: () => "The maximum number of VPCs has been reached.",
});
export const vpcInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The vpc '${id}' has dependencies and cannot be deleted.`,
});
export const vpcBlockMissing = fault({
  code: "MissingParameter",
  message: () => "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
});
export const blockMalformed = fault({
  code: "InvalidParameterValue",
  message: (text: string, name: string) =>
    `Value (${text}) for parameter ${name} is invalid. This is not a valid CIDR block.`,
});
export const vpcBlockInvalid = fault({
  code: "InvalidVpc.Range",
  message: (cidr: string) => `The CIDR '${cidr}' is invalid.`,
});
export const vpcBlockRestricted = fault({
  code: "InvalidVpc.Range",
  message: (cidr: string) =>
    `The CIDR '${cidr}' is restricted. Use a CIDR from the same private address range as the current VPC ` +
    `CIDR, or use a publicly-routable CIDR. For additional restrictions, see ${addressingPage}`,
});
export const vpcBlockConflict = fault({
  code: "CidrConflict",
  message: (cidr: string, other: string) => `The CIDR '${cidr}' conflicts with another CIDR '${other}'`,
});
export const vpcBlocksExceeded = fault({
  code: "CidrLimitExceeded",
  message: (id: string, max: string) =>
    `This network '${id}' has met its maximum number of allowed CIDRs: ${max}`,
});
export const blockChoice = fault({
  code: "InvalidParameterCombination",
  message: () => "Specify exactly one of an IPv4 CIDR block and an Amazon-provided IPv6 CIDR block",
});
export const borderGroupInvalid = fault({
  code: "InvalidParameterValue",
  message: (group: string) => `Value (${group}) for parameter ipv6CidrBlockNetworkBorderGroup is invalid.`,
});
export const vpcAssociationNotFound = fault({
  code: "InvalidVpcCidrBlockAssociationID.NotFound",
  message: (id: string) => `The vpc CIDR block association ID '${id}' does not exist`,
});
export const vpcAssociationMalformed = malformedId(
  "InvalidVpcCidrBlockAssociationId.Malformed",
  "vpc-cidr-assoc",
);
export const primaryBlockKept = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `The vpc CIDR block with association ID ${id} may not be disassociated. It is the primary IPv4 CIDR ` +
    "block of the VPC.",
});
export const vpcBlockInUse = fault({
  code: "InvalidCidrBlock.InUse",
  message: (id: string) =>
    `The vpc CIDR block with association ID ${id} may not be disassociated, because a subnet uses it.`,
});
export const tenancyUnsupported = fault({
  code: "InvalidParameterValue",
  message: (value: string) => `The tenancy value ${value} is not supported.`,
});
export const hostnamesWithoutDns = fault({
  code: "InvalidParameterValue",
  message: () => "Invalid value for parameter enableDnsHostnames. DNS support must be enabled for the VPC.",
});
export const defaultVpcExists = fault({
  code: "DefaultVpcAlreadyExists",
  message: () => "A Default VPC already exists for this account in this region.",
});

export const vpcFaults = [
  vpcNotFound,
  vpcMalformed,
  vpcsExceeded,
  vpcInUse,
  vpcBlockMissing,
  blockMalformed,
  vpcBlockInvalid,
  vpcBlockRestricted,
  vpcBlockConflict,
  vpcBlocksExceeded,
  blockChoice,
  borderGroupInvalid,
  vpcAssociationNotFound,
  vpcAssociationMalformed,
  primaryBlockKept,
  vpcBlockInUse,
  tenancyUnsupported,
  hostnamesWithoutDns,
  defaultVpcExists,
];
