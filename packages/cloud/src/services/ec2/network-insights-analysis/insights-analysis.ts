/** Analyses of Network Insights paths: the row, its filters and its view. */
import type { Explanation, NetworkInsightsAnalysis, PathComponent } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { insightsAnalysisMalformed, insightsAnalysisNotFound } from "./faults.ts";

/** What an analysis came to. */
export interface AnalysisOutcome {
  readonly found: boolean;
  readonly forward: readonly PathComponent[];
  readonly back: readonly PathComponent[];
  readonly explanations: readonly Explanation[];
  readonly warning?: string | undefined;
}

/** An analysis; it looks at the networks as they are when it runs. */
export interface InsightsAnalysisRow extends OwnedRow {
  readonly pathId: string;
  readonly filterInArns: readonly string[];
  readonly filterOutArns: readonly string[];
  readonly startedAt: number;
  readonly status: "running" | "succeeded" | "failed";
  readonly message?: string | undefined;
  readonly outcome?: AnalysisOutcome | undefined;
}

/** Analyses that an account may have in a region. */
export const insightsAnalysesPerRegionMax = 1000;
/** Wakes the reconciler. */
export const insightsAnalysisTopic = "ec2/network-insights-analysis";

export const insightsAnalyses = resource<InsightsAnalysisRow, "path" | "status">({
  service: "ec2",
  type: "network-insights-analysis",
  prefix: "nia",
  indexes: { path: (row) => row.pathId, status: (row) => row.status },
  notFound: insightsAnalysisNotFound,
  malformed: insightsAnalysisMalformed,
});

/** The filters of DescribeNetworkInsightsAnalyses. */
export const insightsAnalysisFilters: FilterTable<InsightsAnalysisRow> = {
  "path-found": (row) => row.outcome?.found,
  status: (row) => row.status,
};

/** The analysis as the API shows it. */
export function insightsAnalysisView(row: InsightsAnalysisRow): NetworkInsightsAnalysis {
  const { outcome } = row;
  return {
    NetworkInsightsAnalysisId: row.id,
    NetworkInsightsAnalysisArn: insightsAnalyses.arn(row),
    NetworkInsightsPathId: row.pathId,
    FilterInArns: row.filterInArns,
    FilterOutArns: row.filterOutArns,
    StartDate: new Date(row.startedAt),
    Status: row.status,
    StatusMessage: row.message,
    WarningMessage: outcome?.warning,
    NetworkPathFound: outcome?.found,
    ForwardPathComponents: outcome?.forward ?? [],
    ReturnPathComponents: outcome?.back ?? [],
    Explanations: outcome?.explanations ?? [],
    Tags: tagsView(row.tags),
  };
}
