/** The service of organizations: accounts under one management account, and the policies that bound them. */
import type { Service } from "../../kit/index.ts";
import { absentOrganizationsOperations } from "./absent-operations.ts";
import { createAccountOperations } from "./account/create-account.ts";
import { createAccountStatuses } from "./account/create-account-status.ts";
import { members } from "./account/member.ts";
import { accountOperations } from "./account/operations.ts";
import { describeEffectivePolicy } from "./declarative/describe-effective-policy.ts";
import { delegationOperations } from "./delegation/operations.ts";
import { organizationsFaults } from "./faults.ts";
import { handshakes } from "./handshake/handshake.ts";
import { inviteAccountToOrganization } from "./handshake/invite-account.ts";
import { handshakeOperations } from "./handshake/operations.ts";
import { organizationOperations } from "./organization/operations.ts";
import { organizations } from "./organization/organization.ts";
import { attachmentOperations } from "./policy/attachment-operations.ts";
import { policyOperations } from "./policy/operations.ts";
import { policies } from "./policy/policy.ts";
import { policyTypeOperations } from "./policy/type-operations.ts";
import { resourcePolicyOperations } from "./resource-policy/operations.ts";
import { tagOperations } from "./tag/operations.ts";
import { unitOperations } from "./unit/operations.ts";
import { units } from "./unit/unit.ts";

export const organizationsService: Service = {
  name: "organizations",
  iamPrefix: "organizations",
  eventSource: "organizations.amazonaws.com",
  scope: "global",
  refusal: { code: "AccessDeniedException", status: 400, encoded: false },
  operations: [
    ...accountOperations,
    ...attachmentOperations,
    ...createAccountOperations,
    ...delegationOperations,
    describeEffectivePolicy,
    ...handshakeOperations,
    inviteAccountToOrganization,
    ...organizationOperations,
    ...policyOperations,
    ...policyTypeOperations,
    ...resourcePolicyOperations,
    ...tagOperations,
    ...unitOperations,
  ],
  absent: absentOrganizationsOperations,
  faults: organizationsFaults,
  collections: [createAccountStatuses, handshakes, members, organizations, policies, units],
  tables: [],
};
