/** Faults about server certificates. */
import { fault } from "../../../kit/index.ts";

export const serverCertificateNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (name: string) => `The Server Certificate with name ${name} cannot be found.`,
});
export const serverCertificateExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `The Server Certificate with name ${name} already exists.`,
});
export const serverCertificateMalformed = fault({
  code: "MalformedCertificate",
  message: () => "Unable to parse certificate. Please ensure the certificate is in PEM format.",
});
export const serverCertificateKeyMalformed = fault({
  code: "MalformedCertificate",
  message: () =>
    "Unable to parse private key. Please ensure the key is in PEM format and not encrypted with a password.",
});
export const serverCertificateChainInvalid = fault({
  code: "MalformedCertificate",
  message: (index: string) =>
    "Unable to validate certificate chain. The certificate chain must start with the immediate signing " +
    "certificate, followed by any intermediaries in order. The index within the chain of the invalid " +
    `certificate is: ${index}`,
});
export const serverCertificateKeyMismatch = fault({
  code: "KeyPairMismatch",
  message: () => "Private key and certificate do not match.",
});
export const serverCertificateNotCurrent = fault({
  code: "InvalidInput",
  message: () => "The certificate is not valid at this time.",
});

export const serverCertificateFaults = [
  serverCertificateNotFound,
  serverCertificateExists,
  serverCertificateMalformed,
  serverCertificateKeyMalformed,
  serverCertificateChainInvalid,
  serverCertificateKeyMismatch,
  serverCertificateNotCurrent,
];
