/**
 * Analyzers: the row, and where one is looked up. Whether it works now is told from its organization, not
 * written down.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { AnalyzerSummary } from "@casemate/wire/access-analyzer";
import {
  parseArn,
  resourceTagKeys,
  type Call,
  type ConditionKeys,
  type GuardrailsPort,
  type Tags,
  type Target,
} from "../../../kit/index.ts";
import type { ArchiveRule } from "../archive-rule/archive-rule.ts";
import { resourceNotFound } from "../faults.ts";
import type { UnusedAccessSetting } from "./unused-access-setting.ts";

/** The kinds of analyzer there are. */
export type AnalyzerType =
  "ACCOUNT" | "ORGANIZATION" | "ACCOUNT_UNUSED_ACCESS" | "ORGANIZATION_UNUSED_ACCESS";

/** The name that organizations know the service by. */
export const servicePrincipal = "access-analyzer.amazonaws.com";

/** An analyzer. Its findings belong to its id, so that one made again under its name begins anew. */
export interface AnalyzerRow {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly type: AnalyzerType;
  readonly createdAt: number;
  readonly tags: Tags;
  readonly archiveRules: readonly ArchiveRule[];
  /** Of an analyzer of unused access. */
  readonly unusedAccess?: UnusedAccessSetting | undefined;
  readonly lastAnalyzed?: { readonly resource: string; readonly at: number } | undefined;
}

export const analyzers = collection<AnalyzerRow>()({
  kind: "access-analyzer/analyzer",
  key: (row) => row.id,
  indexes: {
    owner: (row) => `${row.accountId}/${row.region}`,
    name: (row) => `${row.accountId}/${row.region}/${row.name}`,
  },
});

export function analyzerArn(row: Pick<AnalyzerRow, "accountId" | "region" | "name">): string {
  return `arn:aws:access-analyzer:${row.region}:${row.accountId}:analyzer/${row.name}`;
}

/** Whether it looks for access that nobody uses, and not for access from outside. */
export function isUnusedAccess({ type }: Pick<AnalyzerRow, "type">): boolean {
  return type === "ACCOUNT_UNUSED_ACCESS" || type === "ORGANIZATION_UNUSED_ACCESS";
}

/** Whether it is about every account of the organization. */
export function isOrganizational({ type }: Pick<AnalyzerRow, "type">): boolean {
  return type === "ORGANIZATION" || type === "ORGANIZATION_UNUSED_ACCESS";
}

/** The caller's analyzers in its region, by name. */
export function analyzersOf(tx: ReadTx, call: Call): readonly AnalyzerRow[] {
  const rows = tx.by(analyzers, "owner", `${call.accountId}/${call.region}`);
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The caller's analyzer of a name in its region. */
export function findAnalyzer(tx: ReadTx, call: Call, name: string): AnalyzerRow | undefined {
  return tx.by(analyzers, "name", `${call.accountId}/${call.region}/${name}`)[0];
}

/** The caller's analyzer of a name. @throws resourceNotFound */
export function fetchAnalyzer(tx: ReadTx, call: Call, name: string): AnalyzerRow {
  const row = findAnalyzer(tx, call, name);
  if (row === undefined) throw resourceNotFound("Analyzer", name);
  return row;
}

/** The caller's analyzer of an ARN. @throws resourceNotFound */
export function fetchAnalyzerByArn(tx: ReadTx, call: Call, arn: string): AnalyzerRow {
  const name = ownAnalyzerName(call, arn);
  const row = name === undefined ? undefined : findAnalyzer(tx, call, name);
  if (row === undefined) throw resourceNotFound("Analyzer", arn);
  return row;
}

/** The name in the ARN of an analyzer of the caller's account and region. */
function ownAnalyzerName(call: Call, arn: string): string | undefined {
  const prefix = call.arn("access-analyzer", "analyzer/");
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined;
}

/** An analyzer by name as target of a need, whether it exists or not. */
export function analyzerTarget(call: Call, name: string): Target {
  return analyzerTargetByArn(call, call.arn("access-analyzer", `analyzer/${name}`));
}

/** An analyzer by ARN as target of a need: it belongs to the account in its ARN. */
export function analyzerTargetByArn(call: Call, arn: string): Target {
  return { arn, accountId: parseArn(arn)?.accountId ?? call.accountId, keys: tagKeysOf(call, arn) };
}

/** An archive rule as target of a need. */
export function archiveRuleTarget(call: Call, analyzer: string, rule: string): Target {
  const { arn, accountId } = analyzerTarget(call, analyzer);
  return { arn: `${arn}/archive-rule/${rule}`, accountId, keys: {} };
}

function tagKeysOf(call: Call, arn: string): ConditionKeys {
  const name = ownAnalyzerName(call, arn);
  const row = name === undefined ? undefined : findAnalyzer(call.tx, call, name);
  return resourceTagKeys(row?.tags ?? {});
}

/** Why an analyzer of an organization does not work; undefined when it does. */
export function disabledReason(
  tx: ReadTx,
  row: Pick<AnalyzerRow, "accountId" | "type">,
  guardrails: GuardrailsPort,
):
  | "ORGANIZATION_DELETED"
  | "AWS_SERVICE_ACCESS_DISABLED"
  | "DELEGATED_ADMINISTRATOR_DEREGISTERED"
  | undefined {
  if (!isOrganizational(row)) return undefined;
  const place = guardrails.organizationOf(tx, row.accountId);
  const standing = guardrails.serviceStandingOf(tx, row.accountId, servicePrincipal);
  if (place === undefined || standing === undefined) return "ORGANIZATION_DELETED";
  if (!standing.trusted) return "AWS_SERVICE_ACCESS_DISABLED";
  const administers = place.managementAccountId === row.accountId || standing.delegated;
  return administers ? undefined : "DELEGATED_ADMINISTRATOR_DEREGISTERED";
}

/** An analyzer as lists show it. */
export function analyzerSummary(call: Call, row: AnalyzerRow): AnalyzerSummary {
  const reason = disabledReason(call.tx, row, call.guardrails);
  return {
    arn: analyzerArn(row),
    name: row.name,
    type: row.type,
    createdAt: new Date(row.createdAt),
    ...(row.lastAnalyzed === undefined
      ? {}
      : {
          lastResourceAnalyzed: row.lastAnalyzed.resource,
          lastResourceAnalyzedAt: new Date(row.lastAnalyzed.at),
        }),
    tags: row.tags,
    status: reason === undefined ? "ACTIVE" : "DISABLED",
    ...(reason === undefined ? {} : { statusReason: { code: reason } }),
  };
}
