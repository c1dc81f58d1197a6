/** A policy as the API shows it. */
import type { Policy, PolicySummary } from "@casemate/wire/organizations";
import type { OrganizationRow } from "../organization/organization.ts";
import { policyArn, type PolicyRow } from "./policy.ts";

export function policySummaryView(organization: OrganizationRow, row: PolicyRow): PolicySummary {
  return {
    Id: row.id,
    Arn: policyArn(organization, row),
    Name: row.name,
    Description: row.description,
    Type: row.type,
    AwsManaged: row.organizationId === undefined,
  };
}

export function policyView(organization: OrganizationRow, row: PolicyRow): Policy {
  return { PolicySummary: policySummaryView(organization, row), Content: row.content };
}
