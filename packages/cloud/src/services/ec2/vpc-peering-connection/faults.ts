/** Faults of VPC peering connections. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const peeringNotFound = fault({
  code: "InvalidVpcPeeringConnectionID.NotFound",
  message: (id: string) => `The vpcPeeringConnection ID '${id}' does not exist`,
});
export const peeringMalformed = malformedId("InvalidVpcPeeringConnectionId.Malformed", "pcx");
export const peerVpcMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter peerVpcId",
});
export const peerRegionUnknown = fault({
  code: "InvalidParameterValue",
  message: (region: string) => `Value (${region}) for parameter peerRegion is invalid. Invalid region.`,
});
export const peerOwnerMalformed = fault({
  code: "InvalidParameterValue",
  message: (owner: string) => `Value (${owner}) for parameter peerOwnerId is invalid. Invalid account id.`,
});
export const peeringTaken = fault({
  code: "VpcPeeringConnectionAlreadyExists",
  message: (one: string, other: string) =>
    `A VPC peering connection between ${one} and ${other} already exists`,
});
export const peeringsExceeded = fault({
  code: "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
  message: (vpcId: string) =>
    `The maximum number of active VPC peering connections of ${vpcId} has been reached.`,
});
export const requestsExceeded = fault({
  code: "OutstandingVpcPeeringConnectionLimitExceeded",
  message: () => "The maximum number of outstanding VPC peering connection requests has been reached.",
});
export const peeringTransition = fault({
  code: "InvalidStateTransition",
  message: (id: string, from: string, to: string) =>
    `Invalid state transition for ${id}, attempted to transition from ${from} to ${to}`,
});
export const peeringOfOther = fault({
  code: "OperationNotPermitted",
  message: (accountId: string, verb: string, id: string) => `User ${accountId} cannot ${verb} peering ${id}`,
});
export const peeringNotActive = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `Peering ${id} is not active. Peering options can be added only to active peerings.`,
});
export const optionsOfOther = fault({
  code: "OperationNotPermitted",
  message: (accountId: string, side: string) =>
    `User ${accountId} does not have permission to modify the ${side} side peering options`,
});
export const optionsMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the options of the accepter or of the requester",
});
export const classicLinkUnsupported = fault({
  code: "UnsupportedOperation",
  message: (option: string) => `The peering option ${option} is not supported: there is no EC2-Classic.`,
});
export const blockOfPeer = fault({
  code: "InvalidVpc.Range",
  message: (cidr: string, peerVpcId: string) =>
    `The CIDR '${cidr}' conflicts with a block of ${peerVpcId}, which the VPC is peered with.`,
});

export const peeringFaults = [
  peeringNotFound,
  peeringMalformed,
  peerVpcMissing,
  peerRegionUnknown,
  peerOwnerMalformed,
  peeringTaken,
  peeringsExceeded,
  requestsExceeded,
  peeringTransition,
  peeringOfOther,
  peeringNotActive,
  optionsOfOther,
  optionsMissing,
  classicLinkUnsupported,
  blockOfPeer,
];
