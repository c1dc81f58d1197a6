/** Faults of internet gateways. */
import { fault } from "../../../kit/index.ts";
import { internetGatewayMalformed, internetGatewayNotFound } from "./internet-gateway.ts";

export const internetGatewaysExceeded = fault({
  code: "InternetGatewayLimitExceeded",
  message: () => "The maximum number of internet gateways has been reached.",
});
export const internetGatewayInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The internetGateway '${id}' has dependencies and cannot be deleted.`,
});
export const internetGatewayAttached = fault({
  code: "Resource.AlreadyAssociated",
  message: (id: string, vpcId: string) => `resource ${id} is already attached to network ${vpcId}`,
});
export const vpcHasInternetGateway = fault({
  code: "InvalidParameterValue",
  message: (vpcId: string) => `Network ${vpcId} already has an internet gateway attached`,
});
export const internetGatewayNotAttached = fault({
  code: "Gateway.NotAttached",
  message: (id: string, vpcId: string) => `resource ${id} is not attached to network ${vpcId}`,
});
export const publicAddressesMapped = fault({
  code: "DependencyViolation",
  message: (vpcId: string) =>
    `Network ${vpcId} has some mapped public address(es). ` +
    "Please unmap those public address(es) before detaching the gateway.",
});
export const internetGatewayRouted = fault({
  code: "DependencyViolation",
  message: (id: string, tableId: string) =>
    `The internetGateway '${id}' is associated with the route table '${tableId}' and cannot be detached.`,
});

export const internetGatewayFaults = [
  internetGatewayNotFound,
  internetGatewayMalformed,
  internetGatewaysExceeded,
  internetGatewayInUse,
  internetGatewayAttached,
  vpcHasInternetGateway,
  internetGatewayNotAttached,
  publicAddressesMapped,
  internetGatewayRouted,
];
