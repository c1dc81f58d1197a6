// The page of policy checks: every issue that ValidatePolicy can find here, with its text.
import { POLICY_ISSUES } from "@casemate/iam-engine/analysis";
import type { FindingType } from "@casemate/iam-engine/analysis";
import { cell, generatedNotice } from "./page.ts";

const headings: readonly [FindingType, string][] = [
  ["ERROR", "Errors"],
  ["SECURITY_WARNING", "Security warnings"],
  ["WARNING", "General warnings"],
  ["SUGGESTION", "Suggestions"],
];

/** The text of docs/policy-checks.md. */
export function policyChecksPage(): string {
  const sections = headings.map(([type, heading]) => {
    const issues = [...POLICY_ISSUES].filter(([, { findingType }]) => findingType === type);
    const rows = issues.map(
      ([code, { template, learnMoreLink }]) => `| [${code}](${learnMoreLink}) | ${cell(template)} |`,
    );
    const head = `## ${heading} (${issues.length})\n\n| issue code | finding details |\n| --- | --- |`;
    return `${head}\n${rows.join("\n")}\n`;
  });
  return [
    generatedNotice("packages/iam-engine/src/analysis/policy-issues.ts"),
    "# Policy checks\n",
    `ValidatePolicy looks for ${POLICY_ISSUES.size} issues. Texts are in English.\n`,
    "Names of services are known for all of AWS; actions, resource types and condition keys are judged for the",
    "services in `tools/generate-service-knowledge`.\n",
    ...sections,
  ].join("\n");
}
