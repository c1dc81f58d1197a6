/** Faults about signing certificates. */
import { fault } from "../../../kit/index.ts";

export const signingCertificateNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (id: string) => `The Certificate with id ${id} cannot be found.`,
});
export const signingCertificateMalformed = fault({
  code: "MalformedCertificate",
  message: () => "Unable to parse certificate. Please ensure the certificate is in PEM format.",
});
export const signingCertificateInvalid = fault({
  code: "InvalidCertificate",
  message: () => "The certificate is not valid at this time.",
});
export const signingCertificateExists = fault({
  code: "DuplicateCertificate",
  status: 409,
  message: () => "The same certificate is associated with an IAM user in the account.",
});
export const signingCertificateStatusInvalid = fault({
  code: "ValidationError",
  message: () => "The status of a signing certificate can be set to Active or Inactive only.",
});

export const signingCertificateFaults = [
  signingCertificateNotFound,
  signingCertificateMalformed,
  signingCertificateInvalid,
  signingCertificateExists,
  signingCertificateStatusInvalid,
];
