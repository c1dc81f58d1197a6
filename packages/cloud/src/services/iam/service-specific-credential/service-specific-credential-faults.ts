/** Faults about service-specific credentials. */
import { fault } from "../../../kit/index.ts";

export const serviceCredentialNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (id: string) => `The Service Specific Credential with id ${id} cannot be found.`,
});
export const serviceNotSupported = fault({
  code: "NotSupportedService",
  status: 404,
  message: (service: string) => `The service ${service} does not support service-specific credentials.`,
});
export const credentialAgeNotSupported = fault({
  code: "ValidationError",
  message: (service: string) => `CredentialAgeDays is not supported for the service ${service}.`,
});
export const serviceCredentialStatusInvalid = fault({
  code: "ValidationError",
  message: () => "The status of a service-specific credential can be set to Active or Inactive only.",
});
export const usersBothWays = fault({
  code: "ValidationError",
  message: () => "AllUsers cannot be combined with UserName.",
});

export const serviceCredentialFaults = [
  serviceCredentialNotFound,
  serviceNotSupported,
  credentialAgeNotSupported,
  serviceCredentialStatusInvalid,
  usersBothWays,
];
