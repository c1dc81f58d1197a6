/** Analyses of access scopes and their findings: the rows and their views. */
import { collection } from "@casemate/store";
import type {
  AccessScopeAnalysisFinding,
  NetworkInsightsAccessScopeAnalysis,
  PathComponent,
} from "@casemate/wire/ec2";
import { resource, tagsView, type OwnedRow } from "../../../kit/index.ts";
import { scopeAnalysisMalformed, scopeAnalysisNotFound } from "../network-insights-access-scope/faults.ts";

/** An analysis; it looks at the networks as they are when it runs. */
export interface ScopeAnalysisRow extends OwnedRow {
  readonly scopeId: string;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly status: "running" | "succeeded" | "failed";
  readonly message?: string | undefined;
  readonly warning?: string | undefined;
  /** How many pairs of ends there are, and how many were looked at. */
  readonly pairs: number;
  readonly looked: number;
  readonly findings: number;
  readonly eniCount?: number | undefined;
}

/** One pair of ends with a path between them that the scope means. */
export interface ScopeFindingRow {
  readonly key: string;
  readonly id: string;
  readonly analysisId: string;
  readonly scopeId: string;
  readonly components: readonly PathComponent[];
}

/** Analyses that an account may have in a region. */
export const scopeAnalysesPerRegionMax = 1000;
/** Findings of one analysis; it ends when it has them. */
export const findingsPerAnalysisMax = 1000;
/** Pairs of ends that one analysis looks at. */
export const pairsPerAnalysisMax = 20_000;
/** Wakes the reconciler. */
export const scopeAnalysisTopic = "ec2/network-insights-access-scope-analysis";

export const scopeAnalyses = resource<ScopeAnalysisRow, "scope" | "status">({
  service: "ec2",
  type: "network-insights-access-scope-analysis",
  prefix: "nisa",
  indexes: { scope: (row) => row.scopeId, status: (row) => row.status },
  notFound: scopeAnalysisNotFound,
  malformed: scopeAnalysisMalformed,
});

/** In the order in which they were found. */
export const scopeFindings = collection<ScopeFindingRow, "analysis">({
  kind: "ec2/network-insights-access-scope-finding",
  key: (row) => row.key,
  indexes: { analysis: (row) => row.analysisId },
});

/** The analysis as the API shows it. */
export function scopeAnalysisView(row: ScopeAnalysisRow): NetworkInsightsAccessScopeAnalysis {
  const found = row.findings > 0 ? "true" : row.status === "succeeded" ? "false" : "unknown";
  return {
    NetworkInsightsAccessScopeAnalysisId: row.id,
    NetworkInsightsAccessScopeAnalysisArn: scopeAnalyses.arn(row),
    NetworkInsightsAccessScopeId: row.scopeId,
    Status: row.status,
    StatusMessage: row.message,
    WarningMessage: row.warning,
    StartDate: new Date(row.startedAt),
    EndDate: row.endedAt === undefined ? undefined : new Date(row.endedAt),
    FindingsFound: found,
    AnalyzedEniCount: row.eniCount,
    Tags: tagsView(row.tags),
  };
}

/** A finding as the API shows it. */
export function scopeFindingView(row: ScopeFindingRow): AccessScopeAnalysisFinding {
  return {
    NetworkInsightsAccessScopeAnalysisId: row.analysisId,
    NetworkInsightsAccessScopeId: row.scopeId,
    FindingId: row.id,
    FindingComponents: row.components,
  };
}
