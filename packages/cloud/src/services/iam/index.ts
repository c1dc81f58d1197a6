/** The face of IAM to the rest of the cloud: other services use nothing else of it. */
export { accountExists, accounts, hasAccounts, type AccountRow } from "./account/account.ts";
export { accessKeys, keysOf, rootHolder, sealSecret, type AccessKeyRow } from "./access-key/access-key.ts";
export { wrongGuessesMax, wrongGuessesPauseMs } from "./guess-limit.ts";
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
  checkMfaCode,
  countingWrongCode,
  spendMfaCode,
  type MfaRefusal,
  type PresentedMfa,
  type RightMfaCode,
} from "./mfa-device/mfa-code.ts";
export { defaultDocument, findPolicy } from "./policy/policy.ts";
export type { PolicyRow } from "./policy/policy-row.ts";
export { findRole, roleArn, roles, type RoleRow } from "./role/role.ts";
export { makeAccount, type MadeAccount } from "./account/make-account.ts";
export { iamService } from "./service.ts";
