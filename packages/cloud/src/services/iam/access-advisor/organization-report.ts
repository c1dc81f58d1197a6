/**
 * Reports of last access in an organization: what service control policies let a part of it use, and when its
 * accounts last did. What was true when the report was made is kept.
 * Differs: the attempts of root users are not told.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { Call, ScopeOfPolicies, ScopeRefusal } from "../../../kit/index.ts";
import { grantsService, withholdsService } from "../policy/granted-services.ts";
import { roles } from "../role/role.ts";
import { users } from "../user/user.ts";
import { accessReportLifetimeMs, accessReportsPerAccountMax } from "./access-report.ts";
import { accessReportNotFound } from "./access-report-faults.ts";
import { reportedServices, trackingPeriodMs } from "./make-report.ts";
import { accessOf, type Attempt } from "./service-access.ts";

/** A service that the policies allow. */
export interface OrganizationService {
  readonly namespace: string;
  /** Accounts that tried to use it. */
  readonly accounts: number;
  /** The last attempt of all, and the path of the account that made it. */
  readonly last?: (Attempt & { readonly path: string }) | undefined;
}

/** A report, or why there is none. */
export interface OrganizationReportRow {
  readonly jobId: string;
  readonly accountId: string;
  readonly createdAt: number;
  readonly refusal?: ScopeRefusal | "not-management" | undefined;
  readonly services: readonly OrganizationService[];
}

export const organizationReports = collection<OrganizationReportRow>()({
  kind: "iam/organization-report",
  key: (row) => row.jobId,
  indexes: { account: (row) => row.accountId },
});

/** Keeps a report, and lets go of those that are too old or too many. */
export function putOrganizationReport(tx: Tx, row: OrganizationReportRow): void {
  const others = tx
    .by(organizationReports, "account", row.accountId)
    .toSorted((a, b) => b.createdAt - a.createdAt);
  for (const [index, other] of others.entries()) {
    const old = row.createdAt - other.createdAt > accessReportLifetimeMs;
    if (old || index >= accessReportsPerAccountMax - 1) tx.delete(organizationReports, other.jobId);
  }
  tx.put(organizationReports, row);
}

/** The report of the caller's account. @throws accessReportNotFound */
export function fetchOrganizationReport(tx: ReadTx, call: Call, jobId: string): OrganizationReportRow {
  const row = tx.get(organizationReports, jobId);
  if (row?.accountId !== call.accountId) throw accessReportNotFound(jobId);
  return row;
}

/** The services that a scope allows, with their last use. */
export function organizationServices(
  tx: ReadTx,
  { levels, accounts }: ScopeOfPolicies,
  now: number,
): readonly OrganizationService[] {
  return [...reportedServices.keys()]
    .filter((namespace) => levels.every((level) => allowsService(level, namespace)))
    .map((namespace) => {
      const attempts = accounts
        .map(({ id, path }) => ({ path, last: lastAttemptOf(tx, { accountId: id, namespace, now }) }))
        .filter(({ last }) => last !== undefined)
        .toSorted((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || (a.path < b.path ? -1 : 1));
      const [latest] = attempts;
      const last = latest?.last && { ...latest.last, path: latest.path };
      return { namespace, accounts: attempts.length, ...(last === undefined ? {} : { last }) };
    });
}

function allowsService(level: readonly string[], namespace: string): boolean {
  if (level.some((document) => withholdsService(document, namespace))) return false;
  return level.some((document) => grantsService(document, namespace));
}

/** The last attempt of anybody in an account at a service, within the time that is tracked. */
function lastAttemptOf(
  tx: ReadTx,
  {
    accountId,
    namespace,
    now,
  }: { readonly accountId: string; readonly namespace: string; readonly now: number },
): Attempt | undefined {
  let latest: Attempt | undefined;
  for (const { id } of [...tx.by(users, "account", accountId), ...tx.by(roles, "account", accountId)]) {
    const last = accessOf(tx, id, namespace)?.last;
    if (last === undefined || last.at < now - trackingPeriodMs) continue;
    if (latest === undefined || last.at > latest.at) latest = last;
  }
  return latest;
}
