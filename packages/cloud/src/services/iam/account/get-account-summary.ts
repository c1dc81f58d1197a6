/** GetAccountSummary: how much of what IAM counts an account has, and how much it may have. */
import { accessKeysPerUserMax } from "../access-key/operations.ts";
import { keysOf, rootHolder } from "../access-key/access-key.ts";
import { credentialFactsOf, mfaDeviceCounts } from "../credential-report/credential-facts.ts";
import { groups } from "../group/group.ts";
import { groupsPerUserMax } from "../group/membership-operations.ts";
import { groupsPerAccountMax } from "../group/operations.ts";
import { instanceProfiles } from "../instance-profile/instance-profile.ts";
import { instanceProfilesPerAccountMax } from "../instance-profile/operations.ts";
import { oidcProviders } from "../oidc-provider/oidc-provider.ts";
import { operation } from "../operation.ts";
import { attachedPoliciesMax } from "../policy/attachments.ts";
import {
  groupInlineCharactersMax,
  managedPolicyCharactersMax,
  roleInlineCharactersMax,
  trustPolicyCharactersMax,
  userInlineCharactersMax,
} from "../policy/document.ts";
import { policiesPerAccountMax } from "../policy/operations.ts";
import { policies } from "../policy/policy.ts";
import { policyVersionsPerAccountMax, versionsPerPolicyMax } from "../policy/version-operations.ts";
import { roles } from "../role/role.ts";
import { rolesPerAccountMax } from "../role/operations.ts";
import { samlProviders } from "../saml-provider/saml-provider.ts";
import {
  serverCertificates,
  serverCertificatesPerAccountMax,
} from "../server-certificate/server-certificate.ts";
import {
  signingCertificatesOf,
  signingCertificatesPerUserMax,
} from "../signing-certificate/signing-certificate.ts";
import { globalEndpointTokenVersion } from "./set-security-token-service-preferences.ts";
import { users } from "../user/user.ts";
import { usersPerAccountMax } from "../user/operations.ts";

/** What there may be of each, by the names that AWS gives. */
const quotas = {
  AccessKeysPerUserQuota: accessKeysPerUserMax,
  AssumeRolePolicySizeQuota: trustPolicyCharactersMax,
  AttachedPoliciesPerGroupQuota: attachedPoliciesMax,
  AttachedPoliciesPerRoleQuota: attachedPoliciesMax,
  AttachedPoliciesPerUserQuota: attachedPoliciesMax,
  GroupPolicySizeQuota: groupInlineCharactersMax,
  GroupsPerUserQuota: groupsPerUserMax,
  GroupsQuota: groupsPerAccountMax,
  InstanceProfilesQuota: instanceProfilesPerAccountMax,
  PoliciesQuota: policiesPerAccountMax,
  PolicySizeQuota: managedPolicyCharactersMax,
  PolicyVersionsInUseQuota: policyVersionsPerAccountMax,
  RolePolicySizeQuota: roleInlineCharactersMax,
  RolesQuota: rolesPerAccountMax,
  ServerCertificatesQuota: serverCertificatesPerAccountMax,
  SigningCertificatesPerUserQuota: signingCertificatesPerUserMax,
  UserPolicySizeQuota: userInlineCharactersMax,
  UsersQuota: usersPerAccountMax,
  VersionsPerPolicyQuota: versionsPerPolicyMax,
};

export const getAccountSummary = operation("GetAccountSummary", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    const { accountId } = call;
    const own = tx.by(policies, "account", accountId);
    const root = credentialFactsOf(tx, accountId, rootHolder);
    const mfaDevices = mfaDeviceCounts(tx, accountId);
    return {
      SummaryMap: {
        ...quotas,
        AccountAccessKeysPresent: keysOf(tx, accountId, rootHolder).length > 0 ? 1 : 0,
        AccountMFAEnabled: root.mfaActive ? 1 : 0,
        AccountSigningCertificatesPresent:
          signingCertificatesOf(tx, accountId, rootHolder).length > 0 ? 1 : 0,
        AccountPasswordPresent: root.password === undefined ? 0 : 1,
        GlobalEndpointTokenVersion: globalEndpointTokenVersion(tx, accountId),
        Groups: tx.by(groups, "account", accountId).length,
        InstanceProfiles: tx.by(instanceProfiles, "account", accountId).length,
        MFADevices: mfaDevices.all,
        MFADevicesInUse: mfaDevices.inUse,
        Policies: own.length,
        Providers:
          tx.by(oidcProviders, "account", accountId).length +
          tx.by(samlProviders, "account", accountId).length,
        PolicyVersionsInUse: own.reduce((count, row) => count + row.versions.length, 0),
        ServerCertificates: tx.by(serverCertificates, "account", accountId).length,
        Roles: tx.by(roles, "account", accountId).length,
        Users: tx.by(users, "account", accountId).length,
      },
    };
  },
});
