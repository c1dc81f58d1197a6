/** Findings as the API shows them: in its first form, of external access alone, and in its second. */
import type { ReadTx } from "@casemate/store";
import type { Finding, FindingDetails, FindingSummaryV2 } from "@casemate/wire/access-analyzer";
import { roles, users } from "../../iam/index.ts";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import { usedSince } from "../unused-access/unused-findings.ts";
import { unusedPermissions } from "../unused-access/unused-permissions.ts";
import type { ExternalAccess, FindingRow, UnusedAccess } from "./finding.ts";

/** A finding of external access in the API's first form; any other one has none. */
export function findingView(row: FindingRow): Finding | undefined {
  const { access } = row;
  if (access.kind !== "ExternalAccess") return undefined;
  const { action, ...more } = externalDetails(access);
  return { ...common(row), ...more, action };
}

/** A finding as the second form's lists have it. */
export function findingSummary(row: FindingRow): FindingSummaryV2 {
  return { ...common(row), findingType: row.access.kind };
}

function common(row: FindingRow) {
  return {
    id: row.id,
    resource: row.resource,
    resourceType: row.resourceType,
    resourceOwnerAccount: row.ownerAccount,
    status: row.status,
    createdAt: new Date(row.createdAt),
    analyzedAt: new Date(row.analyzedAt),
    updatedAt: new Date(row.updatedAt),
  };
}

/** The principal, the actions and the conditions. */
export function externalDetails(access: ExternalAccess) {
  return {
    principal: access.principal,
    action: access.actions,
    condition: access.condition,
    isPublic: access.isPublic,
    resourceControlPolicyRestriction: access.restriction,
  };
}

/** What the second form tells of one finding: of unused permissions one item for each service. */
export function findingDetails(
  tx: ReadTx,
  row: FindingRow,
  asked: { readonly analyzer: AnalyzerRow; readonly now: number },
): readonly FindingDetails[] {
  const { access } = row;
  if (access.kind === "ExternalAccess") return [{ externalAccessDetails: externalDetails(access) }];
  const last = access.lastAccessed === undefined ? {} : { lastAccessed: new Date(access.lastAccessed) };
  switch (access.kind) {
    case "UnusedIAMRole":
      return [{ unusedIamRoleDetails: last }];
    case "UnusedIAMUserPassword":
      return [{ unusedIamUserPasswordDetails: last }];
    case "UnusedIAMUserAccessKey":
      return [{ unusedIamUserAccessKeyDetails: { accessKeyId: access.accessKeyId ?? "", ...last } }];
    case "UnusedPermission":
      return permissionDetails(tx, access, asked);
  }
}

/** What is unused now; nothing once the user or role is gone. */
function permissionDetails(
  tx: ReadTx,
  { entityId }: UnusedAccess,
  { analyzer, now }: { readonly analyzer: AnalyzerRow; readonly now: number },
): readonly FindingDetails[] {
  const user = tx.get(users, entityId);
  const role = tx.get(roles, entityId);
  const entity = user
    ? ({ type: "user", row: user } as const)
    : role && ({ type: "role", row: role } as const);
  if (entity === undefined || analyzer.unusedAccess === undefined) return [];
  return Array.from(
    unusedPermissions(tx, entity, usedSince(analyzer.unusedAccess, now)),
    (unusedPermissionDetails) => ({ unusedPermissionDetails }),
  );
}
