/** Faults of tokens that identity providers issue. */
import { fault } from "../../../kit/index.ts";

const invalidIdentityToken = "InvalidIdentityToken";

export const tokenMalformed = fault({
  code: invalidIdentityToken,
  message: () =>
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
});
export const claimMissing = fault({
  code: invalidIdentityToken,
  message: (claim: string) => `Missing a required claim: ${claim}`,
});
export const claimInvalid = fault({
  code: invalidIdentityToken,
  message: (claim: string) => `The claim ${claim} of the identity token is not valid.`,
});
export const providerMissing = fault({
  code: invalidIdentityToken,
  message: (issuer: string) => `No OpenIDConnect provider found in your account for ${issuer}`,
});
export const audienceIncorrect = fault({
  code: invalidIdentityToken,
  message: () => "Incorrect token audience",
});
export const signatureInvalid = fault({
  code: invalidIdentityToken,
  message: () => "The signature of the identity token is not valid.",
});
export const tokenNotYetValid = fault({
  code: invalidIdentityToken,
  message: (claim: string) => `The identity token is not valid yet: ${claim} is in the future.`,
});
export const keysNotRetrieved = fault({
  code: invalidIdentityToken,
  message: () =>
    "Couldn't retrieve verification key from your identity provider, please reference " +
    "AssumeRoleWithWebIdentity documentation for requirements",
});
export const thumbprintMismatch = fault({
  code: invalidIdentityToken,
  message: () => "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
});
export const identityProviderUnreachable = fault({
  code: "IDPCommunicationError",
  message: () => "The identity provider could not be reached to verify the identity token.",
});
export const identityTokenExpired = fault({
  code: "ExpiredTokenException",
  message: (now: string, expiry: string) =>
    `Token expired: current date/time ${now} must be before the expiration date/time ${expiry}`,
});
export const accessTokenUnsupported = fault({
  code: "IDPRejectedClaim",
  status: 403,
  message: (provider: string) =>
    `Access tokens of ${provider} are not taken: there are no built-in identity providers here. ` +
    "Create an OpenID Connect provider and send its ID token without ProviderId.",
});

export const webIdentityFaults = [
  tokenMalformed,
  claimMissing,
  claimInvalid,
  providerMissing,
  audienceIncorrect,
  signatureInvalid,
  tokenNotYetValid,
  keysNotRetrieved,
  thumbprintMismatch,
  identityProviderUnreachable,
  identityTokenExpired,
  accessTokenUnsupported,
];
