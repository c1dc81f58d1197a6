/** Faults about SAML providers. */
import { fault } from "../../../kit/index.ts";

export const samlProviderNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (arn: string) => `Manifest not found for arn ${arn}`,
});
export const samlProviderExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `SAML Provider with name ${name} already exists.`,
});
export const samlProviderArnInvalid = fault({
  code: "InvalidInput",
  message: (arn: string) => `Invalid ARN: ${arn}`,
});
export const samlMetadataInvalid = fault({
  code: "InvalidInput",
  message: () => "Could not parse metadata",
});
export const samlMetadataExpired = fault({
  code: "InvalidInput",
  message: () => "Metadata has expired",
});
export const samlPrivateKeyInvalid = fault({
  code: "InvalidInput",
  message: () => "Invalid private key.",
});
export const samlPrivateKeysFull = fault({
  code: "LimitExceeded",
  status: 409,
  message: () => "Private key limit of 2 is reached.",
});
export const samlPrivateKeyMissing = fault({
  code: "InvalidInput",
  message: () => "Unable to set assertion encryption mode to Required because no private key is provided.",
});
export const samlPrivateKeyNeeded = fault({
  code: "InvalidInput",
  message: () => "Failed to remove private key.",
});
export const samlPrivateKeyUnknown = fault({
  code: "InvalidInput",
  message: () => "Failed to remove private key because the Key ID does not match a private key.",
});
export const samlPrivateKeyBothWays = fault({
  code: "InvalidInput",
  message: () =>
    "Unable to add and remove private keys in the same request. Set a value for only one of the two " +
    "parameters.",
});
export const samlNothingToUpdate = fault({
  code: "InvalidInput",
  message: () =>
    "Unable to update identity provider. No updates are defined for metadata or encryption assertion.",
});

export const samlProviderFaults = [
  samlProviderNotFound,
  samlProviderExists,
  samlProviderArnInvalid,
  samlMetadataInvalid,
  samlMetadataExpired,
  samlPrivateKeyInvalid,
  samlPrivateKeysFull,
  samlPrivateKeyMissing,
  samlPrivateKeyNeeded,
  samlPrivateKeyUnknown,
  samlPrivateKeyBothWays,
  samlNothingToUpdate,
];
