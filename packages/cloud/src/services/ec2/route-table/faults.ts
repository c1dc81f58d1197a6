/** Faults of route tables, their routes and their associations. */
import { fault } from "../../../kit/index.ts";
import { routeTableMalformed, routeTableNotFound } from "./route-table.ts";

export const routeTablesExceeded = fault({
  code: "RouteTableLimitExceeded",
  message: () => "The maximum number of route tables has been reached.",
});
export const routeTableInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The routeTable '${id}' has dependencies and cannot be deleted.`,
});

export const associationNotFound = fault({
  code: "InvalidAssociationID.NotFound",
  message: (id: string) => `The association ID '${id}' does not exist`,
});
export const associationConflict = fault({
  code: "Resource.AlreadyAssociated",
  message: (tableId: string) =>
    `the specified association for route table ${tableId} conflicts with an existing association`,
});
export const associationWithNothing = fault({
  code: "MissingParameter",
  message: () => "Either subnetId or gatewayId must be specified",
});
export const associationWithBoth = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter subnetId cannot be used with the parameter gatewayId",
});
export const tableElsewhere = fault({
  code: "InvalidParameterValue",
  message: (tableId: string, what: string, id: string) =>
    `route table ${tableId} and ${what} ${id} belong to different networks`,
});
export const mainUndisassociable = fault({
  code: "InvalidParameterValue",
  message: (associationId: string) => `cannot disassociate the main route table association ${associationId}`,
});
export const mainAtGateway = fault({
  code: "InvalidParameterValue",
  message: (tableId: string) =>
    `The route table ${tableId} is associated with a gateway and cannot be the main route table`,
});
export const targetAtGateway = fault({
  code: "InvalidParameterValue",
  message: (target: string) =>
    `Route table contains unsupported route target: ${target}. A route table of a gateway may lead to the ` +
    "network itself, to network interfaces and to Gateway Load Balancer endpoints only.",
});
export const destinationAtGateway = fault({
  code: "InvalidParameterValue",
  message: (destination: string) =>
    `Route table contains unsupported route destination: ${destination}. A route table of a gateway may ` +
    "name blocks of its own network only.",
});

export const destinationCount = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "Exactly one of destinationCidrBlock, destinationIpv6CidrBlock and destinationPrefixListId must be specified",
});
export const destinationReserved = fault({
  code: "InvalidParameterValue",
  message: (destination: string) => `The destination CIDR block ${destination} is reserved for AWS services.`,
});
export const destinationWithin = fault({
  code: "InvalidParameterValue",
  message: (destination: string) =>
    `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. ` +
    "This route can target only an interface or an instance.",
});
export const destinationNotSubnet = fault({
  code: "InvalidParameterValue",
  message: (destination: string) =>
    `The destination CIDR block ${destination} is more specific than one of this VPC's CIDR blocks and is not ` +
    "the CIDR block of a subnet.",
});
export const targetCount = fault({
  code: "InvalidParameterCombination",
  message: () => "Exactly one target of the route must be specified",
});
export const targetOfFamily = fault({
  code: "InvalidParameterValue",
  message: (target: string, destination: string) =>
    `The target ${target} does not take packets to the destination ${destination}.`,
});
export const endpointTarget = fault({
  code: "InvalidParameterValue",
  message: () => "Cannot create or replace a prefix list route targeting a VPC Endpoint.",
});
export const natGatewayTargetNotFound = fault({
  code: "InvalidNatGatewayID.NotFound",
  message: (id: string) => `The natGateway ID '${id}' does not exist`,
});

export const routeTaken = fault({
  code: "RouteAlreadyExists",
  message: (destination: string) => `The route identified by ${destination} already exists.`,
});
export const routesExceeded = fault({
  code: "RouteLimitExceeded",
  message: () => "The maximum number of routes has been reached.",
});
export const routeToReplaceMissing = fault({
  code: "InvalidParameterValue",
  message: (destination: string) =>
    `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
});
export const routeNotFound = fault({
  code: "InvalidRoute.NotFound",
  message: (kind: string, destination: string, tableId: string) =>
    `no route with destination-${kind} ${destination} in route table ${tableId}`,
});
export const localRouteStays = fault({
  code: "InvalidParameterValue",
  message: (destination: string, tableId: string) =>
    `cannot remove local route ${destination} in route table ${tableId}`,
});
export const localTargetElsewhere = fault({
  code: "InvalidParameterValue",
  message: (destination: string) => `The route ${destination} is not of one of this VPC's CIDR blocks.`,
});

export const routeTableFaults = [
  routeTableNotFound,
  routeTableMalformed,
  routeTablesExceeded,
  routeTableInUse,
  associationNotFound,
  associationConflict,
  associationWithNothing,
  associationWithBoth,
  tableElsewhere,
  mainUndisassociable,
  mainAtGateway,
  targetAtGateway,
  destinationAtGateway,
  destinationCount,
  destinationReserved,
  destinationWithin,
  destinationNotSubnet,
  targetCount,
  targetOfFamily,
  endpointTarget,
  natGatewayTargetNotFound,
  routeTaken,
  routesExceeded,
  routeToReplaceMissing,
  routeNotFound,
  localRouteStays,
  localTargetElsewhere,
];
