/**
 * Roles, passwords, access keys and permissions that nobody used for as long as the analyzer says. Only what
 * existed for all of that time is judged.
 */
import type { ReadTx } from "@casemate/store";
import type { GuardrailsPort } from "../../../kit/index.ts";
import {
  findLoginProfile,
  keysOf,
  roleArn,
  roles,
  userArn,
  users,
  type RoleRow,
  type UserRow,
} from "../../iam/index.ts";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import { excludes, excludesAccount, type UnusedAccessSetting } from "../analyzer/unused-access-setting.ts";
import type { UnusedAccess, WantedFinding } from "../finding/finding.ts";
import { accountsOf } from "../resource/zone-of-trust.ts";
import { unusedPermissions, type Entity } from "./unused-permissions.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** The moment since which access counts as used. */
export function usedSince({ ageDays }: UnusedAccessSetting, now: number): number {
  return now - ageDays * dayMs;
}

/** Everything unused in the accounts of the analyzer. */
export function unusedFindings(
  tx: ReadTx,
  analyzer: AnalyzerRow,
  { now, guardrails }: { readonly now: number; readonly guardrails: GuardrailsPort },
): readonly WantedFinding[] {
  const setting = analyzer.unusedAccess;
  if (setting === undefined) return [];
  const since = usedSince(setting, now);
  const found: WantedFinding[] = [];
  for (const accountId of accountsOf(tx, analyzer, guardrails)) {
    if (excludesAccount(setting, accountId)) continue;
    for (const row of tx.by(users, "account", accountId)) {
      if (!excludes(setting, row)) found.push(...findingsOfUser(tx, row, since));
    }
    for (const row of tx.by(roles, "account", accountId)) {
      if (!excludes(setting, row)) found.push(...findingsOfRole(tx, row, since));
    }
  }
  return found;
}

/** A service's own role is used by the service alone, and nobody may take permissions from it. */
function findingsOfRole(tx: ReadTx, row: RoleRow, since: number): WantedFinding[] {
  if (row.linkedService !== undefined || row.createdAt > since) return [];
  const lastAccessed = row.lastUsed?.at;
  const entity: Entity = { type: "role", row };
  if (lastAccessed === undefined || lastAccessed < since) {
    return [wanted(entity, { kind: "UnusedIAMRole", ...dated(lastAccessed) })];
  }
  return findingsOfPermissions(tx, entity, since);
}

function findingsOfUser(tx: ReadTx, row: UserRow, since: number): WantedFinding[] {
  const entity: Entity = { type: "user", row };
  const keys = keysOf(tx, row.accountId, row.id).filter(({ status }) => status === "Active");
  const found: WantedFinding[] = [];
  for (const { id, createdAt, lastUsed } of keys) {
    if (createdAt > since || (lastUsed !== undefined && lastUsed.at >= since)) continue;
    found.push(wanted(entity, { kind: "UnusedIAMUserAccessKey", accessKeyId: id, ...dated(lastUsed?.at) }));
  }
  const password = findLoginProfile(tx, row.accountId, row.id);
  const passwordUsed = row.passwordLastUsedAt;
  const unused = passwordUsed === undefined || passwordUsed < since;
  if (password !== undefined && password.createdAt <= since && unused) {
    found.push(wanted(entity, { kind: "UnusedIAMUserPassword", ...dated(passwordUsed) }));
  }
  const active = !unused || keys.some(({ lastUsed }) => lastUsed !== undefined && lastUsed.at >= since);
  if (active && row.createdAt <= since) found.push(...findingsOfPermissions(tx, entity, since));
  return found;
}

/** Of users and roles that are in use, what of their permissions is not. */
function findingsOfPermissions(tx: ReadTx, entity: Entity, since: number): WantedFinding[] {
  const { done } = unusedPermissions(tx, entity, since).next();
  return done === false ? [wanted(entity, { kind: "UnusedPermission" })] : [];
}

function dated(lastAccessed: number | undefined): { readonly lastAccessed?: number } {
  return lastAccessed === undefined ? {} : { lastAccessed };
}

/** The unique id is in the key: a user or role made again under its name is another one. */
function wanted(entity: Entity, access: Omit<UnusedAccess, "entityId">): WantedFinding {
  const resource = entity.type === "user" ? userArn(entity.row) : roleArn(entity.row);
  return {
    key: JSON.stringify([entity.row.id, access.kind, access.accessKeyId ?? null]),
    resource,
    resourceType: entity.type === "user" ? "AWS::IAM::User" : "AWS::IAM::Role",
    ownerAccount: entity.row.accountId,
    access: { ...access, entityId: entity.row.id },
  };
}
