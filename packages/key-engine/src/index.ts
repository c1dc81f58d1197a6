/** The face of @casemate/key-engine. Pure: clock and randomness are arguments. */
export {
  accountOfAccessKeyId,
  generateAccessKeyId,
  generateSecretAccessKey,
  uniqueId,
} from "./identifiers.ts";
export type { AccessKeyPrefix, UniqueIdPrefix } from "./identifiers.ts";
export { createIdentityKey, identitySigner } from "./identity-signer.ts";
export type { IdentityKey, IdentityKeyOptions, IdentitySigner } from "./identity-signer.ts";
export { KeyPairFault } from "./key-pair-fault.ts";
export { generateKeyPairMaterial, generateKeyPairMaterialSync } from "./key-pair.ts";
export type { KeyPairMaterial, PrivateKeyFormat } from "./key-pair.ts";
export { parsePublicKey, publicKeyLengthMax } from "./public-key.ts";
export type { KeyPairType, PublicKeyMaterial } from "./public-key.ts";
export type { Random } from "./random.ts";
export { rootKeyFromBytes, rootKeySize } from "./root-key.ts";
export type { RootKey } from "./root-key.ts";
export { SealFault } from "./seal-fault.ts";
export { openToken, sealToken, tokenJsonMax } from "./seal-token.ts";
export { sealer } from "./sealer.ts";
export type { SealContext, Sealer } from "./sealer.ts";
