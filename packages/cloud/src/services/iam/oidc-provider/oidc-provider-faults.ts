/** Faults about OpenID Connect providers. */
import { fault } from "../../../kit/index.ts";

export const oidcProviderNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string) => `OpenIDConnect Provider not found for arn ${arn}`,
});
export const oidcProviderExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (url: string) => `Provider with url ${url} already exists.`,
});
export const oidcUrlInvalid = fault({
  code: "ValidationError",
  message: () => "Invalid Open ID Connect Provider URL",
});
export const tooManyThumbprints = fault({
  code: "InvalidInput",
  message: () => "Thumbprint list must contain fewer than 5 entries.",
});
export const thumbprintInvalid = fault({
  code: "InvalidInput",
  message: (thumbprint: string) => `The thumbprint ${thumbprint} is not the SHA-1 of a certificate.`,
});
export const oidcIdpUnreachable = fault({
  code: "OpenIdIdpCommunicationError",
  message: () =>
    "The thumbprint of the identity provider could not be retrieved. Provide ThumbprintList, or let the " +
    "provider's host be reached.",
});

export const oidcProviderFaults = [
  oidcProviderNotFound,
  oidcProviderExists,
  oidcUrlInvalid,
  tooManyThumbprints,
  thumbprintInvalid,
  oidcIdpUnreachable,
];
