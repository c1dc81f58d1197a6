/** Test support of the guardrails: a small organization, written row by row. */
import type { Tx } from "@casemate/store";
import type { Principal } from "../../../kit/index.ts";
import { roles } from "../../iam/index.ts";
import { putMember } from "../account/member.ts";
import { putOrganization, type OrganizationRow } from "../organization/organization.ts";
import { putPolicy } from "../policy/policy.ts";
import type { AuthorizationPolicyType, SupportedPolicyType } from "../policy/policy-type.ts";
import { putUnit } from "../unit/unit.ts";

export const managementAccount = "111122223333";
export const memberAccount = "444455556666";

/** A policy of the tree. */
export interface TreePolicy {
  readonly id: string;
  readonly type: AuthorizationPolicyType;
  readonly statements: readonly object[];
}

/** What the tree is made with. */
export interface TreeSetting {
  readonly policies?: readonly TreePolicy[];
  /** Ids of the policies on the root, the unit and the member account; those of AWS unless given. */
  readonly attached?: readonly (readonly string[])[];
  readonly policyTypes?: readonly SupportedPolicyType[];
}

const awsOwn = ["p-FullAWSAccess", "p-RCPFullAWSAccess"];

/** Writes root -> unit -> member, with the management account under the root. */
export function plantTree(tx: Tx, setting: TreeSetting = {}): OrganizationRow {
  const { attached = [awsOwn, awsOwn, awsOwn] } = setting;
  const policyIds = (level: number): readonly string[] => attached[level] ?? [];
  const organization = putOrganization(tx, {
    id: "o-tree000000",
    managementAccountId: managementAccount,
    featureSet: "ALL",
    createdAt: 0,
    root: {
      id: "r-tree",
      tags: {},
      policyTypes: setting.policyTypes ?? ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"],
      policyIds: policyIds(0),
    },
    trustedServices: [],
  });
  putUnit(tx, {
    id: "ou-tree-aaaaaaaa",
    organizationId: organization.id,
    parentId: organization.root.id,
    name: "unit",
    createdAt: 0,
    tags: {},
    policyIds: policyIds(1),
  });
  const member = { organizationId: organization.id, joinedAt: 0, tags: {}, delegations: [] } as const;
  putMember(tx, {
    ...member,
    accountId: managementAccount,
    parentId: organization.root.id,
    joinedMethod: "INVITED",
    policyIds: awsOwn,
  });
  putMember(tx, {
    ...member,
    accountId: memberAccount,
    parentId: "ou-tree-aaaaaaaa",
    joinedMethod: "CREATED",
    policyIds: policyIds(2),
  });
  for (const { id, type, statements } of setting.policies ?? []) {
    putPolicy(tx, {
      id,
      organizationId: organization.id,
      type,
      name: id,
      description: "",
      content: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
      updatedAt: 0,
      tags: {},
    });
  }
  return organization;
}

/** A session of a role of an account. */
export function sessionOf(accountId: string, path: string): Principal {
  return {
    type: "role-session",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/worker/one`,
    id: "AROAWORKER:one",
    accessKeyId: "ASIATEST",
    roleArn: `arn:aws:iam::${accountId}:role${path}worker`,
    roleId: "AROAWORKER",
    roleName: "worker",
    sessionName: "one",
    session: {
      issuedAt: 0,
      expiresAt: 1,
      tags: {},
      transitiveTagKeys: [],
      policies: [],
      chained: false,
    },
  };
}

/** Writes the role of those sessions. */
export function putWorker(tx: Tx, more: { readonly linkedService?: string }): void {
  tx.put(roles, {
    id: "AROAWORKER",
    accountId: memberAccount,
    name: "worker",
    path: "/aws-service-role/ec2.amazonaws.com/",
    trustDocument: "{}",
    maxSessionSeconds: 3600,
    createdAt: 0,
    tags: {},
    attachedPolicyArns: [],
    inlinePolicies: [],
    ...more,
  });
}
