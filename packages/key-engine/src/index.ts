/** The face of @casemate/key-engine. Pure: clock and randomness are arguments. */
export {
  parseCertificate,
  parseCertificateChain,
  parseCertificateKey,
  type Certificate,
  type CertificateKey,
} from "./certificate.ts";
export {
  accountOfAccessKeyId,
  generateAccessKeyId,
  generateSecretAccessKey,
  samlProviderId,
  secretDigest,
  signingCertificateId,
  uniqueId,
} from "./identifiers.ts";
export type { AccessKeyPrefix, UniqueIdPrefix } from "./identifiers.ts";
export { createIdentityKey, identitySigner } from "./identity-signer.ts";
export type { IdentityKey, IdentityKeyOptions, IdentitySigner } from "./identity-signer.ts";
export { parseToken, tokenCharactersMax, verifyToken } from "./jwt/json-web-token.ts";
export type { JsonWebToken, SignatureVerdict } from "./jwt/json-web-token.ts";
export { keysPerKindMax, parseKeySet, rsaBitsMax, rsaBitsMin } from "./jwt/key-set.ts";
export type { KeySet, VerificationKey } from "./jwt/key-set.ts";
export { isJsonObject, jsonDepthMax, parseStrictObject } from "./jwt/strict-json.ts";
export type { JsonObject, JsonValue } from "./jwt/strict-json.ts";
export { KeyPairFault } from "./key-pair-fault.ts";
export { generateKeyPairMaterial, generateKeyPairMaterialSync } from "./key-pair.ts";
export type { KeyPairMaterial, PrivateKeyFormat } from "./key-pair.ts";
export { parsePublicKey, publicKeyLengthMax } from "./public-key.ts";
export type { KeyPairType, PublicKeyMaterial } from "./public-key.ts";
export type { Random } from "./random.ts";
export { generatePasswordSalt, passwordHash, passwordHashAsync, samePasswordHash } from "./password-hash.ts";
export { qrPng } from "./qr/qr-png.ts";
export { rootKeyFromBytes, rootKeySize } from "./root-key.ts";
export type { RootKey } from "./root-key.ts";
export type { SamlAssertion, SamlAttribute, SamlConfirmation, SamlNameId } from "./saml/saml-assertion.ts";
export { SamlFault } from "./saml/saml-fault.ts";
export { parseSamlMetadata, type SamlProviderMetadata } from "./saml/saml-metadata.ts";
export { samlNameQualifier } from "./saml/saml-name-qualifier.ts";
export { parseSamlPrivateKey } from "./saml/saml-private-key.ts";
export { verifySamlResponse, type SamlTrust, type VerifiedSamlResponse } from "./saml/saml-response.ts";
export { SealFault } from "./seal-fault.ts";
export { openToken, sealToken, tokenJsonMax } from "./seal-token.ts";
export { sealer } from "./sealer.ts";
export type { SealContext, Sealer } from "./sealer.ts";
export { base32Text, findTotpStep, generateTotpSeed, totpCode, totpStepAt, totpStepMs } from "./totp.ts";
export { parseUserSshKey, type UserSshKey } from "./user-ssh-key.ts";
