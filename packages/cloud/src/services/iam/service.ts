/** The identity and access management service. */
import type { Call, Service } from "../../kit/index.ts";
import { absentIamOperations } from "./absent-operations.ts";
import { accessKeys } from "./access-key/access-key.ts";
import { accessKeyFaults } from "./access-key/access-key-faults.ts";
import { accessKeyOperations } from "./access-key/operations.ts";
import { accessReports } from "./access-advisor/access-report.ts";
import { accessReportFaults } from "./access-advisor/access-report-faults.ts";
import { listPoliciesGrantingServiceAccess } from "./access-advisor/list-policies-granting-service-access.ts";
import { organizationReports } from "./access-advisor/organization-report.ts";
import { organizationReportOperations } from "./access-advisor/organization-report-operations.ts";
import { accessReportOperations } from "./access-advisor/report-operations.ts";
import { serviceAccesses } from "./access-advisor/service-access.ts";
import { accounts } from "./account/account.ts";
import { aliasFaults } from "./account/alias-faults.ts";
import { aliasOperations } from "./account/alias-operations.ts";
import { getAccountSummary } from "./account/get-account-summary.ts";
import {
  setSecurityTokenServicePreferences,
  tokenPreferences,
} from "./account/set-security-token-service-preferences.ts";
import { getAccountAuthorizationDetails } from "./authorization-details/get-account-authorization-details.ts";
import { consoleSessions } from "./console-session/console-session.ts";
import { credentialReports } from "./credential-report/credential-report.ts";
import { credentialReportFaults } from "./credential-report/credential-report-faults.ts";
import { credentialReportOperations } from "./credential-report/operations.ts";
import { sessionWithoutMfa, sharedFaults } from "./faults.ts";
import { entityFaults } from "./entity/entity-faults.ts";
import { groups } from "./group/group.ts";
import { groupFaults } from "./group/group-faults.ts";
import { membershipOperations } from "./group/membership-operations.ts";
import { groupOperations } from "./group/operations.ts";
import { groupPolicyOperations } from "./group/policy-operations.ts";
import { instanceProfiles } from "./instance-profile/instance-profile.ts";
import { instanceProfileFaults } from "./instance-profile/instance-profile-faults.ts";
import { instanceProfileOperations } from "./instance-profile/operations.ts";
import { loginProfiles } from "./login-profile/login-profile.ts";
import { loginProfileFaults } from "./login-profile/login-profile-faults.ts";
import { loginProfileOperations } from "./login-profile/operations.ts";
import { mfaDeviceListOperations } from "./mfa-device/list-operations.ts";
import { mfaDevices } from "./mfa-device/mfa-device.ts";
import { mfaDeviceFaults } from "./mfa-device/mfa-device-faults.ts";
import { mfaDeviceOperations } from "./mfa-device/operations.ts";
import { oidcProviders } from "./oidc-provider/oidc-provider.ts";
import { oidcProviderFaults } from "./oidc-provider/oidc-provider-faults.ts";
import { oidcProviderOperations } from "./oidc-provider/operations.ts";
import { passwordPolicyOperations } from "./password-policy/operations.ts";
import { passwordPolicies } from "./password-policy/password-policy.ts";
import { passwordPolicyFaults } from "./password-policy/password-policy-faults.ts";
import { policyOperations } from "./policy/operations.ts";
import { policies } from "./policy/policy.ts";
import { policyFaults } from "./policy/policy-faults.ts";
import { policyVersionOperations } from "./policy/version-operations.ts";
import { roleOperations } from "./role/operations.ts";
import { rolePolicyOperations } from "./role/policy-operations.ts";
import { roles } from "./role/role.ts";
import { roleFaults } from "./role/role-faults.ts";
import { rootAccessOperations } from "./root-access/operations.ts";
import { rootAccess } from "./root-access/root-access.ts";
import { rootAccessFaults } from "./root-access/root-access-faults.ts";
import { samlProviderOperations } from "./saml-provider/operations.ts";
import { samlProviders } from "./saml-provider/saml-provider.ts";
import { samlProviderFaults } from "./saml-provider/saml-provider-faults.ts";
import { contextKeyOperations } from "./simulation/context-key-operations.ts";
import { serverCertificateOperations } from "./server-certificate/operations.ts";
import { serverCertificates } from "./server-certificate/server-certificate.ts";
import { serverCertificateFaults } from "./server-certificate/server-certificate-faults.ts";
import { deletionTasks } from "./service-linked-role/deletion-task.ts";
import { serviceLinkedRoleOperations } from "./service-linked-role/operations.ts";
import { linkedRoleUses } from "./service-linked-role/role-use.ts";
import { serviceLinkedRoleFaults } from "./service-linked-role/service-linked-role-faults.ts";
import { serviceCredentialOperations } from "./service-specific-credential/operations.ts";
import { serviceCredentials } from "./service-specific-credential/service-specific-credential.ts";
import { serviceCredentialFaults } from "./service-specific-credential/service-specific-credential-faults.ts";
import { signingCertificateOperations } from "./signing-certificate/operations.ts";
import { signingCertificates } from "./signing-certificate/signing-certificate.ts";
import { signingCertificateFaults } from "./signing-certificate/signing-certificate-faults.ts";
import { sshPublicKeyOperations } from "./ssh-public-key/operations.ts";
import { sshPublicKeys } from "./ssh-public-key/ssh-public-key.ts";
import { sshPublicKeyFaults } from "./ssh-public-key/ssh-public-key-faults.ts";
import { simulationOperations } from "./simulation/operations.ts";
import { simulationFaults } from "./simulation/simulation-faults.ts";
import { tagFaults } from "./tag/tags.ts";
import { userOperations } from "./user/operations.ts";
import { userPolicyOperations } from "./user/policy-operations.ts";
import { users } from "./user/user.ts";
import { userFaults } from "./user/user-faults.ts";

export const iamService: Service = {
  name: "iam",
  iamPrefix: "iam",
  eventSource: "iam.amazonaws.com",
  scope: "global",
  refusal: { code: "AccessDenied", status: 403, encoded: false },
  operations: [
    ...accessKeyOperations,
    ...accessReportOperations,
    ...aliasOperations,
    ...contextKeyOperations,
    ...credentialReportOperations,
    getAccountAuthorizationDetails,
    getAccountSummary,
    ...groupOperations,
    ...groupPolicyOperations,
    ...instanceProfileOperations,
    ...membershipOperations,
    listPoliciesGrantingServiceAccess,
    ...loginProfileOperations,
    ...mfaDeviceListOperations,
    ...mfaDeviceOperations,
    ...oidcProviderOperations,
    ...organizationReportOperations,
    ...passwordPolicyOperations,
    ...policyOperations,
    ...policyVersionOperations,
    ...roleOperations,
    ...rolePolicyOperations,
    ...rootAccessOperations,
    ...samlProviderOperations,
    ...serverCertificateOperations,
    ...serviceCredentialOperations,
    ...serviceLinkedRoleOperations,
    setSecurityTokenServicePreferences,
    ...signingCertificateOperations,
    ...sshPublicKeyOperations,
    ...simulationOperations,
    ...userOperations,
    ...userPolicyOperations,
  ],
  absent: absentIamOperations,
  faults: [
    ...accessKeyFaults,
    ...accessReportFaults,
    ...aliasFaults,
    ...credentialReportFaults,
    ...entityFaults,
    ...groupFaults,
    ...instanceProfileFaults,
    ...loginProfileFaults,
    ...mfaDeviceFaults,
    ...oidcProviderFaults,
    ...passwordPolicyFaults,
    ...policyFaults,
    ...roleFaults,
    ...rootAccessFaults,
    ...samlProviderFaults,
    ...serverCertificateFaults,
    ...serviceCredentialFaults,
    ...serviceLinkedRoleFaults,
    ...sharedFaults,
    ...signingCertificateFaults,
    ...sshPublicKeyFaults,
    ...simulationFaults,
    ...tagFaults,
    ...userFaults,
  ],
  collections: [
    accessKeys,
    accessReports,
    accounts,
    consoleSessions,
    credentialReports,
    deletionTasks,
    groups,
    instanceProfiles,
    linkedRoleUses,
    loginProfiles,
    mfaDevices,
    oidcProviders,
    organizationReports,
    passwordPolicies,
    policies,
    roles,
    rootAccess,
    samlProviders,
    serverCertificates,
    serviceAccesses,
    serviceCredentials,
    signingCertificates,
    sshPublicKeys,
    tokenPreferences,
    users,
  ],
  tables: [],
  prepare(_tx, { principal }: Call) {
    // "You cannot call any IAM API operations unless MFA authentication information is included": STS API,
    // GetSessionToken. What comes of signing in or of AssumeRoot is not meant.
    const { session } = principal;
    if (session?.console === true || session?.assumedRoot === true) return;
    if (principal.type !== "role-session" && session !== undefined && session.mfaAt === undefined) {
      throw sessionWithoutMfa();
    }
  },
};
