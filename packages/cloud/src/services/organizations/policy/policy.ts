/** Organization policies: those of an organization, which are rows, and the two of AWS, which are not. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { formatArn, type Tags } from "../../../kit/index.ts";
import { organizationsArn, type OrganizationRow } from "../organization/organization.ts";
import { policyTypes, type PolicyTarget, type SupportedPolicyType } from "./policy-type.ts";

/** A policy. */
export interface PolicyRow {
  /** `p-` and eight characters; those of AWS have names. */
  readonly id: string;
  /** Undefined for the policies of AWS. */
  readonly organizationId: string | undefined;
  readonly type: SupportedPolicyType;
  readonly name: string;
  readonly description: string;
  readonly content: string;
  readonly updatedAt: number;
  readonly tags: Tags;
}

export const policies = collection<PolicyRow>()({
  kind: "organizations/policy",
  key: (row) => row.id,
  indexes: { organization: (row) => row.organizationId },
});

/** What is attached everywhere from the start, so that a level without rules of its own lets all pass. */
export const awsPolicies: readonly PolicyRow[] = [
  {
    id: "p-FullAWSAccess",
    organizationId: undefined,
    type: "SERVICE_CONTROL_POLICY",
    name: "FullAWSAccess",
    description: "Allows access to every operation",
    content: JSON.stringify(
      { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      undefined,
      2,
    ),
    updatedAt: 0,
    tags: {},
  },
  {
    id: "p-RCPFullAWSAccess",
    organizationId: undefined,
    type: "RESOURCE_CONTROL_POLICY",
    name: "RCPFullAWSAccess",
    description: "Allow all access",
    content: JSON.stringify(
      {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
      },
      undefined,
      2,
    ),
    updatedAt: 0,
    tags: {},
  },
];

const awsPoliciesById = new Map(awsPolicies.map((row) => [row.id, row]));

/** A policy that an organization can use: one of its own or of AWS. */
export function findPolicy(
  tx: ReadTx,
  organization: Pick<OrganizationRow, "id">,
  id: string,
): PolicyRow | undefined {
  const known = awsPoliciesById.get(id);
  if (known !== undefined) return known;
  const row = tx.get(policies, id);
  return row?.organizationId === organization.id ? row : undefined;
}

/** Writes a policy. */
export function putPolicy(tx: Tx, row: PolicyRow): PolicyRow {
  tx.put(policies, row);
  return row;
}

export function policyArn(
  organization: Pick<OrganizationRow, "id" | "managementAccountId">,
  policy: Pick<PolicyRow, "id" | "type" | "organizationId">,
): string {
  const { arnName } = policyTypes[policy.type];
  if (policy.organizationId !== undefined) {
    return organizationsArn(organization, `policy/${organization.id}/${arnName}/${policy.id}`);
  }
  const resource = `policy/${arnName}/${policy.id}`;
  return formatArn({ service: "organizations", region: "", accountId: "aws", resource });
}

/** The policies of one type on a target; a policy that cannot be found is left for the reader to refuse. */
export function attachedPolicies(
  tx: ReadTx,
  organization: OrganizationRow,
  { target, type }: { readonly target: PolicyTarget; readonly type: SupportedPolicyType },
): readonly PolicyRow[] {
  return target.policyIds
    .map((id) => {
      const row = findPolicy(tx, organization, id);
      // Passing over it could drop a Deny.
      if (row === undefined) throw new Error(`There is no policy ${id} in ${organization.id}.`);
      return row;
    })
    .filter((row) => row.type === type);
}
