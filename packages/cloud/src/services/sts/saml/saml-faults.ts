/** Faults of SAML responses that identity providers issue. */
import { fault } from "../../../kit/index.ts";

const invalidIdentityToken = "InvalidIdentityToken";

export const samlResponseNotBase64 = fault({
  code: invalidIdentityToken,
  message: () => "Invalid base64 SAMLResponse",
});
export const samlResponseMalformed = fault({
  code: invalidIdentityToken,
  message: () => "Invalid SAMLResponse",
});
export const samlSignatureInvalid = fault({
  code: invalidIdentityToken,
  message: () => "Response signature invalid",
});
export const samlDecryptionFailed = fault({
  code: invalidIdentityToken,
  message: () => "Unable to decrypt the SAML assertion",
});
export const samlEncryptionRequired = fault({
  code: invalidIdentityToken,
  message: () => "The SAML assertion must be encrypted",
});
export const samlProviderMissing = fault({
  code: invalidIdentityToken,
  message: () => "Specified provider doesn't exist",
});
export const samlProviderOver = fault({
  code: invalidIdentityToken,
  message: () => "The metadata of the specified provider has expired",
});
export const samlIssuerUnknown = fault({
  code: invalidIdentityToken,
  message: () => "Issuer not present in specified provider",
});
export const samlDestinationWrong = fault({
  code: invalidIdentityToken,
  message: () => "Response is not for the required destination",
});
export const samlRecipientWrong = fault({
  code: invalidIdentityToken,
  message: () => "Response does not contain the required recipient",
});
export const samlConfirmationInvalid = fault({
  code: invalidIdentityToken,
  message: () =>
    "Response must contain exactly one bearer SubjectConfirmation with a Recipient and a NotOnOrAfter",
});
export const samlAudienceWrong = fault({
  code: invalidIdentityToken,
  message: () => "Response does not contain the required audience",
});
export const samlNotYetValid = fault({
  code: invalidIdentityToken,
  message: () => "Response is not yet valid",
});
export const samlResponseExpired = fault({
  code: "ExpiredTokenException",
  message: () => "Response has expired",
});
export const samlRedeemedLate = fault({
  code: "ExpiredTokenException",
  message: () => "Token must be redeemed within 5 minutes of issuance",
});
export const samlRoleNotListed = fault({
  code: invalidIdentityToken,
  message: () => "SAML Assertion doesn't contain the requested Role and Metadata in the attributes",
});
export const samlSessionNameMissing = fault({
  code: invalidIdentityToken,
  message: () => "RoleSessionName is required in AuthnResponse",
});
export const samlSessionNameInvalid = fault({
  code: invalidIdentityToken,
  message: () => "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
});
export const samlSourceIdentityInvalid = fault({
  code: invalidIdentityToken,
  message: () => 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
});
export const samlSessionDurationInvalid = fault({
  code: invalidIdentityToken,
  message: () => "SessionDuration in AuthnResponse must be between 900 and 43200",
});
export const samlTagInvalid = fault({
  code: invalidIdentityToken,
  message: (name: string) => `The attribute ${name} must have exactly one valid value`,
});
export const samlSubjectMissing = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "Not authorized to perform sts:AssumeRoleWithSAML",
});
export const samlProviderRefused = fault({
  code: "IDPRejectedClaim",
  status: 403,
  message: () => "The identity provider reports that authentication failed",
});

export const samlFaults = [
  samlResponseNotBase64,
  samlResponseMalformed,
  samlSignatureInvalid,
  samlDecryptionFailed,
  samlEncryptionRequired,
  samlProviderMissing,
  samlProviderOver,
  samlIssuerUnknown,
  samlDestinationWrong,
  samlRecipientWrong,
  samlConfirmationInvalid,
  samlAudienceWrong,
  samlNotYetValid,
  samlResponseExpired,
  samlRedeemedLate,
  samlRoleNotListed,
  samlSessionNameMissing,
  samlSessionNameInvalid,
  samlSourceIdentityInvalid,
  samlSessionDurationInvalid,
  samlTagInvalid,
  samlSubjectMissing,
  samlProviderRefused,
];
