/** The operations of AWS's IAM that are left out here, each with the reason. */

const delegation =
  "asks an AWS product partner that Amazon has onboarded for temporary access; there are no such partners here";
const roleTemplates = "belongs to Role Manager, whose role templates are AWS's own and are not published";
const outboundFederation =
  "belongs to outbound federation, whose tokens are verified with keys that AWS publishes on the internet";

export const absentIamOperations: Readonly<Record<string, string>> = {
  AcceptDelegationRequest: delegation,
  AcquireRole: roleTemplates,
  AssociateDelegationRequest: delegation,
  CreateDelegationRequest: delegation,
  DisableOutboundWebIdentityFederation: outboundFederation,
  EnableOutboundWebIdentityFederation: outboundFederation,
  GetAccountProperties: roleTemplates,
  GetDelegationRequest: delegation,
  GetHumanReadableSummary: "asks a language model of AWS to sum up a delegation request",
  GetOutboundWebIdentityFederationInfo: outboundFederation,
  GetRoleTemplateVersion: roleTemplates,
  ListDelegationRequests: delegation,
  PutAccountProperties: roleTemplates,
  RejectDelegationRequest: delegation,
  SendDelegationToken: delegation,
  UpdateDelegationRequest: delegation,
};
