/** Faults of VPC endpoints. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const endpointNotFound = fault({
  code: "InvalidVpcEndpointId.NotFound",
  message: (id: string) => `The Vpc Endpoint Id '${id}' does not exist`,
});
export const endpointMalformed = malformedId("InvalidVpcEndpointId.Malformed", "vpce");
export const endpointsExceeded = fault({
  code: "VpcEndpointLimitExceeded",
  message: (vpcId: string) => `The maximum number of VPC endpoints of ${vpcId} has been reached.`,
});
export const endpointState = fault({
  code: "IncorrectState",
  message: (id: string, state: string) =>
    `The VPC endpoint ${id} is in the state ${state}, in which it cannot be changed.`,
});
export const serviceNameMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter ServiceName",
});
export const serviceNameUnknown = fault({
  code: "InvalidServiceName",
  message: (name: string) => `The Vpc Endpoint Service '${name}' does not exist`,
});
export const endpointTypeMismatch = fault({
  code: "InvalidParameter",
  message: (type: string) => `Endpoint type (${type}) does not match available service types ([Interface]).`,
});
export const routeTablesOfInterface = fault({
  code: "InvalidParameter",
  message: () => "Route table IDs are only supported for Gateway type VPC endpoints.",
});
export const addressTypeUnsupported = fault({
  code: "InvalidParameter",
  message: (type: string, service: string) =>
    `The VPC endpoint service ${service} does not support the IP address type ${type}.`,
});
export const dnsOptionUnsupported = fault({
  code: "UnsupportedOperation",
  message: (option: string) => `The DNS option ${option} is not supported by Casemate.`,
});
export const privateDnsAttributes = fault({
  code: "InvalidParameter",
  message: (vpcId: string) =>
    "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true " +
    `for ${vpcId}`,
});
export const privateDnsConflict = fault({
  code: "InvalidParameter",
  message: (name: string, vpcId: string) =>
    "private-dns-enabled cannot be set because there is already a conflicting DNS domain for " +
    `${name} in the VPC ${vpcId}`,
});
export const privateDnsWithoutName = fault({
  code: "InvalidParameter",
  message: (service: string) =>
    `Private DNS can't be enabled because the service ${service} does not provide a private DNS name.`,
});
export const policyInvalid = fault({
  code: "InvalidPolicyDocument",
  message: (reason: string) => `The specified policy document is not valid: ${reason}`,
});
export const policyUnsupported = fault({
  code: "InvalidParameter",
  message: (service: string) => `The VPC endpoint service ${service} does not support endpoint policies.`,
});
export const policyTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameters policyDocument and resetPolicy cannot be used together",
});
export const subnetElsewhere = fault({
  code: "InvalidParameter",
  message: (subnet: string, vpcId: string) => `The subnet ${subnet} is not in the VPC ${vpcId}.`,
});
export const zoneTwice = fault({
  code: "DuplicateSubnetsInSameZone",
  message: (zone: string) => `Found another VPC endpoint subnet in the availability zone of ${zone}.`,
});
export const subnetNotOfEndpoint = fault({
  code: "InvalidParameter",
  message: (subnet: string, id: string) => `The subnet ${subnet} is not one of the VPC endpoint ${id}.`,
});
export const subnetConfigurationUnsupported = fault({
  code: "UnsupportedOperation",
  message: (what: string) => `The subnet configuration is not supported: ${what}.`,
});
export const groupOfOtherVpc = fault({
  code: "InvalidParameter",
  message: (group: string, vpcId: string) => `The security group ${group} is not in the VPC ${vpcId}.`,
});
export const groupsOfEndpoint = fault({
  code: "InvalidParameter",
  message: (id: string) => `The VPC endpoint ${id} must have between one and five security groups.`,
});

export const endpointFaults = [
  endpointNotFound,
  endpointMalformed,
  endpointsExceeded,
  endpointState,
  serviceNameMissing,
  serviceNameUnknown,
  endpointTypeMismatch,
  routeTablesOfInterface,
  addressTypeUnsupported,
  dnsOptionUnsupported,
  privateDnsAttributes,
  privateDnsConflict,
  privateDnsWithoutName,
  policyInvalid,
  policyUnsupported,
  policyTwice,
  subnetElsewhere,
  zoneTwice,
  subnetNotOfEndpoint,
  subnetConfigurationUnsupported,
  groupOfOtherVpc,
  groupsOfEndpoint,
];
