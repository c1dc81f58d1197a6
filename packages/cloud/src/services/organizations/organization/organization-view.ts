/** An organization and its root, as the API shows them. */
import type { ReadTx } from "@casemate/store";
import type { Organization, Root } from "@casemate/wire/organizations";
import { accountEmail, accounts } from "../../iam/index.ts";
import { accountArn } from "../account/member.ts";
import { rootName } from "../tree/policy-holder.ts";
import { organizationArn, rootArn, type OrganizationRow } from "./organization.ts";

export function organizationView(tx: ReadTx, row: OrganizationRow): Organization {
  const management = tx.get(accounts, row.managementAccountId);
  return {
    Id: row.id,
    Arn: organizationArn(row),
    FeatureSet: row.featureSet,
    MasterAccountArn: accountArn(row, row.managementAccountId),
    MasterAccountId: row.managementAccountId,
    MasterAccountEmail: management && accountEmail(management),
    AvailablePolicyTypes:
      row.featureSet === "ALL" ? [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }] : [],
  };
}

export function rootView(row: OrganizationRow): Root {
  return {
    Id: row.root.id,
    Arn: rootArn(row),
    Name: rootName,
    PolicyTypes: row.root.policyTypes.map((Type) => ({ Type, Status: "ENABLED" })),
  };
}
