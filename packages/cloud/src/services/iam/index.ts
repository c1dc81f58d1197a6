/** The face of IAM to the rest of the cloud: other services use nothing else of it. */
export { accessOf, type Attempt, type ServiceAccessRow } from "./access-advisor/service-access.ts";
export {
  accountEmail,
  accountExists,
  accounts,
  closeAccount,
  drawAccountId,
  findAccountByEmail,
  hasAccounts,
  isAccountOpen,
  isEmail,
  type AccountRow,
} from "./account/account.ts";
export { accessKeys, keysOf, rootHolder, sealSecret, type AccessKeyRow } from "./access-key/access-key.ts";
export {
  consoleSessionLifetimeMs,
  consoleSessions,
  findConsoleSession,
  putNewConsoleSession,
  type ConsoleSessionRow,
} from "./console-session/console-session.ts";
export {
  guessesPause,
  noWrongGuesses,
  withWrongGuess,
  wrongGuessesMax,
  wrongGuessesPauseMs,
} from "./guess-limit.ts";
export { grantedDocuments } from "./entity/granted-documents.ts";
export { createIdentity } from "./identity/identity.ts";
export {
  issueCredentials,
  type SessionTokenContent,
  type TemporaryCredentials,
} from "./identity/session-token.ts";
export {
  findInstanceProfile,
  instanceProfileArn,
  instanceProfiles,
  type InstanceProfileRow,
} from "./instance-profile/instance-profile.ts";
export {
  findLoginProfile,
  isPasswordHash,
  loginProfiles,
  passwordExpiresAt,
  rootOwner,
  withPassword,
  type LoginProfileRow,
  type SaltedHash,
} from "./login-profile/login-profile.ts";
export {
  deactivateRootMfa,
  setRootCredentials,
  type RootCredentials,
  type RootCredentialsRefusal,
} from "./login-profile/root-password.ts";
export {
  checkMfaCode,
  countingWrongCode,
  countWrongCode,
  findMfaCode,
  spendMfaCode,
  type MfaRefusal,
  type PresentedMfa,
  type RightMfaCode,
} from "./mfa-device/mfa-code.ts";
export {
  importedDevicesMax,
  importMfaDevices,
  type DeliveredDevice,
  type ImportRefusal,
} from "./mfa-device/import-devices.ts";
export { mfaDevicesOf, type MfaDeviceRow } from "./mfa-device/mfa-device.ts";
export { findPasswordPolicy } from "./password-policy/password-policy.ts";
export { findOidcProvider, oidcProviderArn, type OidcProviderRow } from "./oidc-provider/oidc-provider.ts";
export { defaultDocument, findPolicy } from "./policy/policy.ts";
export type { PolicyRow } from "./policy/policy-row.ts";
export { findRole, roleArn, roles, type RoleRow } from "./role/role.ts";
export {
  findSamlProvider,
  metadataOf,
  samlProviderArn,
  samlTrustOf,
  validUntilOf,
  type SamlProviderRow,
} from "./saml-provider/saml-provider.ts";
export { shownPrincipal, storedPrincipal } from "./role/trust-document.ts";
export {
  makeAccount,
  makeMemberAccount,
  type AskedMember,
  type MadeAccount,
} from "./account/make-account.ts";
export { enabledFeatures, managedOrganization } from "./root-access/root-access.ts";
export { releaseServiceLinkedRole, useServiceLinkedRole } from "./service-linked-role/role-use.ts";
export {
  ensureServiceLinkedRole,
  findServiceLinkedRole,
  serviceLinkedRoleNeeds,
  type AskedLinkedRole,
  type LinkedRoleName,
} from "./service-linked-role/service-linked-role.ts";
export { iamService } from "./service.ts";
export { findUser, putUser, userArn, users, type UserRow } from "./user/user.ts";
