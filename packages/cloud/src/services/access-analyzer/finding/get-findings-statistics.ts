/** GetFindingsStatistics: how many findings there are, of which kinds and in which accounts. */
import type { FindingsStatistics, ResourceTypeDetails } from "@casemate/wire/access-analyzer";
import { analyzerTargetByArn, isUnusedAccess } from "../analyzer/analyzer.ts";
import { operation } from "../operation.ts";
import { findingsOf, type FindingRow } from "./finding.ts";
import { freshAnalyzer } from "./operations.ts";

/** Accounts that the statistics of unused access name. */
export const topAccountsMax = 10;

const unusedTypes = ["UnusedIAMRole", "UnusedIAMUserAccessKey", "UnusedIAMUserPassword", "UnusedPermission"];

export const getFindingsStatistics = operation("GetFindingsStatistics", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn }, call) {
    const analyzer = freshAnalyzer(tx, call, analyzerArn);
    const rows = findingsOf(tx, analyzer);
    const statistics = isUnusedAccess(analyzer) ? unusedStatistics(rows) : externalStatistics(rows);
    return { findingsStatistics: [statistics], lastUpdatedAt: new Date(call.now) };
  },
});

function totals(rows: readonly FindingRow[]) {
  const count = (status: FindingRow["status"]) => rows.filter((row) => row.status === status).length;
  return {
    totalActiveFindings: count("ACTIVE"),
    totalArchivedFindings: count("ARCHIVED"),
    totalResolvedFindings: count("RESOLVED"),
  };
}

function externalStatistics(rows: readonly FindingRow[]): FindingsStatistics {
  const types = new Map<string, Required<ResourceTypeDetails>>();
  for (const { status, resourceType, access } of rows) {
    if (status !== "ACTIVE" || access.kind !== "ExternalAccess") continue;
    const before = types.get(resourceType) ?? {
      totalActivePublic: 0,
      totalActiveCrossAccount: 0,
      totalActiveErrors: 0,
    };
    const kind = access.isPublic ? "totalActivePublic" : "totalActiveCrossAccount";
    types.set(resourceType, { ...before, [kind]: (before[kind] ?? 0) + 1 });
  }
  return {
    externalAccessFindingsStatistics: { resourceTypeStatistics: Object.fromEntries(types), ...totals(rows) },
  };
}

function unusedStatistics(rows: readonly FindingRow[]): FindingsStatistics {
  const active = rows.filter(({ status }) => status === "ACTIVE");
  const byType = (of: readonly FindingRow[]) =>
    unusedTypes.map((type) => [type, of.filter(({ access }) => access.kind === type).length] as const);
  const accounts = new Map<string, FindingRow[]>();
  for (const row of active) accounts.set(row.ownerAccount, [...(accounts.get(row.ownerAccount) ?? []), row]);
  return {
    unusedAccessFindingsStatistics: {
      unusedAccessTypeStatistics: byType(active).map(([unusedAccessType, total]) => ({
        unusedAccessType,
        total,
      })),
      topAccounts: [...accounts]
        .toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
        .slice(0, topAccountsMax)
        .map(([account, own]) => ({
          account,
          numberOfActiveFindings: own.length,
          details: Object.fromEntries(byType(own).filter(([, count]) => count > 0)),
        })),
      ...totals(rows),
    },
  };
}
