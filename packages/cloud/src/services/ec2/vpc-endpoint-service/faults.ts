/** Faults of endpoint services. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const serviceNotFound = fault({
  code: "InvalidVpcEndpointServiceId.NotFound",
  message: (id: string) => `The VpcEndpointService Id '${id}' does not exist`,
});
export const serviceMalformed = malformedId("InvalidVpcEndpointServiceId.Malformed", "vpce-svc");
export const servicesExceeded = fault({
  code: "VpcEndpointServiceLimitExceeded",
  message: () => "The maximum number of VPC endpoint services has been reached.",
});
export const targetsMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter NetworkLoadBalancerArns",
});
export const loadBalancerUnsupported = fault({
  code: "UnsupportedOperation",
  message: (arn: string) =>
    `'${arn}' is no target of an endpoint service: Casemate has no load balancers. Name the port of an interface, ` +
    "as arn:aws:ec2:REGION:ACCOUNT:network-interface/ENI/PROTOCOL/PORT or .../PROTOCOL/PORT/TARGET-PORT.",
});
export const targetElsewhere = fault({
  code: "InvalidParameter",
  message: (eni: string, vpcId: string) =>
    `The interface ${eni} is not in ${vpcId}, where the service is provided.`,
});
export const targetOfService = fault({
  code: "InvalidParameter",
  message: (eni: string) => `The interface ${eni} belongs to a service and is no target.`,
});
export const targetsExceeded = fault({
  code: "InvalidParameter",
  message: (max: string) => `An endpoint service may have at most ${max} targets.`,
});
export const targetAbsent = fault({
  code: "InvalidParameter",
  message: (arn: string, id: string) => `'${arn}' is no target of ${id}.`,
});
export const targetsAllRemoved = fault({
  code: "InvalidParameter",
  message: (id: string) => `The endpoint service ${id} must keep at least one target.`,
});
export const serviceAddressType = fault({
  code: "UnsupportedOperation",
  message: (type: string) =>
    `The IP address type ${type} is not supported: endpoint services have IPv4 alone.`,
});
export const connectionsExist = fault({
  code: "ExistingVpcEndpointConnections",
  message: (id: string) => `Service ${id} has existing active VPC Endpoint connections!`,
});
export const connectionNotFound = fault({
  code: "InvalidVpcEndpointId.NotFound",
  message: (endpointId: string, id: string) =>
    `The Vpc Endpoint Id '${endpointId}' is not connected to ${id}`,
});
export const connectionState = fault({
  code: "InvalidState",
  message: (endpointId: string, state: string, verb: string) =>
    `The VPC endpoint connection of ${endpointId} cannot be ${verb} in the state ${state}.`,
});
export const principalInvalid = fault({
  code: "InvalidPrincipal",
  message: (principal: string) => `Invalid Principal: '${principal}'`,
});
export const principalsExceeded = fault({
  code: "InvalidParameter",
  message: (max: string) => `An endpoint service may allow at most ${max} principals.`,
});

/** Faults that refuse a request; those of single connections and services stand in the answers' items. */
export const endpointServiceFaults = [
  serviceNotFound,
  serviceMalformed,
  servicesExceeded,
  targetsMissing,
  loadBalancerUnsupported,
  targetElsewhere,
  targetOfService,
  targetsExceeded,
  targetAbsent,
  targetsAllRemoved,
  serviceAddressType,
  principalInvalid,
  principalsExceeded,
];
