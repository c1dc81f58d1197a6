/** Archive rules: which findings an analyzer puts aside when it makes them. They stand in its row. */
import type { ArchiveRuleSummary, Criterion } from "@casemate/wire/access-analyzer";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import { resourceNotFound } from "../faults.ts";

/** Criteria by the attribute of findings that they are about; all have to hold. */
export type FindingFilter = Readonly<Record<string, Criterion>>;

/** A rule. */
export interface ArchiveRule {
  readonly name: string;
  readonly filter: FindingFilter;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Rules that one analyzer may have. */
export const archiveRulesMax = 100;

/** A rule of an analyzer by name. @throws resourceNotFound */
export function fetchArchiveRule(analyzer: AnalyzerRow, name: string): ArchiveRule {
  const rule = analyzer.archiveRules.find((each) => each.name === name);
  if (rule === undefined) throw resourceNotFound("ArchiveRule", name);
  return rule;
}

/** A rule as the API shows it. */
export function archiveRuleView({ name, filter, createdAt, updatedAt }: ArchiveRule): ArchiveRuleSummary {
  return { ruleName: name, filter, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
}
