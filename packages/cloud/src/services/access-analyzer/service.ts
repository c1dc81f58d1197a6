/** Access Analyzer: who has access from outside, what access nobody uses, and what a policy says. */
import type { Service } from "../../kit/index.ts";
import { absentAccessAnalyzerOperations } from "./absent-operations.ts";
import { accessPreviews } from "./access-preview/access-preview.ts";
import { accessPreviewOperations } from "./access-preview/operations.ts";
import { analyzers } from "./analyzer/analyzer.ts";
import { analyzerOperations } from "./analyzer/operations.ts";
import { tagOperations } from "./analyzer/tag-operations.ts";
import { archiveRuleOperations } from "./archive-rule/operations.ts";
import { accessAnalyzerFaults } from "./faults.ts";
import { findings } from "./finding/finding.ts";
import { getFindingsStatistics } from "./finding/get-findings-statistics.ts";
import { findingOperations } from "./finding/operations.ts";
import { policyCheckOperations } from "./policy-check/operations.ts";
import { policyGenerationOperations } from "./policy-generation/operations.ts";
import { policyGenerations } from "./policy-generation/policy-generation.ts";
import { analyzedResources } from "./resource/analyzed-resource.ts";
import { resourceOperations } from "./resource/operations.ts";

export const accessAnalyzerService: Service = {
  name: "access-analyzer",
  iamPrefix: "access-analyzer",
  eventSource: "access-analyzer.amazonaws.com",
  scope: "regional",
  refusal: { code: "AccessDeniedException", status: 403, encoded: false },
  operations: [
    ...accessPreviewOperations,
    ...analyzerOperations,
    ...archiveRuleOperations,
    ...findingOperations,
    getFindingsStatistics,
    ...policyCheckOperations,
    ...policyGenerationOperations,
    ...resourceOperations,
    ...tagOperations,
  ],
  absent: absentAccessAnalyzerOperations,
  faults: accessAnalyzerFaults,
  collections: [accessPreviews, analyzedResources, analyzers, findings, policyGenerations],
  tables: [],
};
