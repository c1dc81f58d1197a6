/** The service of organizations: accounts under one management account, and the policies that bound them. */
import type { Service } from "../../kit/index.ts";
import { members } from "./account/member.ts";
import { organizationsFaults } from "./faults.ts";
import { organizations } from "./organization/organization.ts";
import { policies } from "./policy/policy.ts";
import { units } from "./unit/unit.ts";

export const organizationsService: Service = {
  name: "organizations",
  iamPrefix: "organizations",
  eventSource: "organizations.amazonaws.com",
  scope: "global",
  refusal: { code: "AccessDeniedException", status: 400, encoded: false },
  operations: [],
  faults: organizationsFaults,
  collections: [members, organizations, policies, units],
  tables: [],
};
