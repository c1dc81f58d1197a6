/** Operations on archive rules: a rule is about findings to come, ApplyArchiveRule about those there are. */
import type { Tx } from "@casemate/store";
import { once } from "../../../kit/index.ts";
import {
  analyzers,
  analyzerTarget,
  analyzerTargetByArn,
  archiveRuleTarget,
  fetchAnalyzer,
  type AnalyzerRow,
} from "../analyzer/analyzer.ts";
import { conflict, quotaExceeded, tokenConflict } from "../faults.ts";
import { checkFilter, matchesFilter } from "../finding/finding-filter.ts";
import { findings, findingsOf } from "../finding/finding.ts";
import { freshAnalyzer } from "../finding/operations.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { archiveRulesMax, archiveRuleView, fetchArchiveRule, type ArchiveRule } from "./archive-rule.ts";

function putRules(tx: Tx, analyzer: AnalyzerRow, archiveRules: readonly ArchiveRule[]): void {
  tx.put(analyzers, { ...analyzer, archiveRules });
}

const createArchiveRule = operation("CreateArchiveRule", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName, ruleName }, call) => [call.need(archiveRuleTarget(call, analyzerName, ruleName))],
  handle(tx, { clientToken, ...request }, call) {
    const { analyzerName, ruleName, filter } = request;
    return once(tx, call, {
      token: clientToken,
      input: request,
      mismatch: tokenConflict,
      create: () => {
        const row = fetchAnalyzer(tx, call, analyzerName);
        if (row.archiveRules.some(({ name }) => name === ruleName)) throw conflict("ArchiveRule", ruleName);
        if (row.archiveRules.length >= archiveRulesMax) {
          throw quotaExceeded("ArchiveRule", ruleName, "archive rules of an analyzer");
        }
        checkFilter(filter, "archive-rule");
        const { now } = call;
        const rule = { name: ruleName, filter, createdAt: now, updatedAt: now };
        putRules(tx, row, [...row.archiveRules, rule]);
        return { made: ruleName, output: {} };
      },
      recall: () => ({}),
    });
  },
});

const getArchiveRule = operation("GetArchiveRule", {
  access: "read",
  honours: "all",
  needs: ({ analyzerName, ruleName }, call) => [call.need(archiveRuleTarget(call, analyzerName, ruleName))],
  handle(tx, { analyzerName, ruleName }, call) {
    const rule = fetchArchiveRule(fetchAnalyzer(tx, call, analyzerName), ruleName);
    return { archiveRule: archiveRuleView(rule) };
  },
});

const listArchiveRules = operation("ListArchiveRules", {
  access: "read",
  honours: "all",
  needs: ({ analyzerName }, call) => [call.need(analyzerTarget(call, analyzerName))],
  handle(tx, input, call) {
    const rules = fetchAnalyzer(tx, call, input.analyzerName).archiveRules;
    const { items, next } = listing(
      call,
      input,
      rules.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
    return { archiveRules: items.map(archiveRuleView), ...next };
  },
});

const updateArchiveRule = operation("UpdateArchiveRule", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName, ruleName }, call) => [call.need(archiveRuleTarget(call, analyzerName, ruleName))],
  handle(tx, { analyzerName, ruleName, filter }, call) {
    const row = fetchAnalyzer(tx, call, analyzerName);
    const rule = fetchArchiveRule(row, ruleName);
    checkFilter(filter, "archive-rule");
    const updated = { ...rule, filter, updatedAt: call.now };
    putRules(
      tx,
      row,
      row.archiveRules.map((each) => (each === rule ? updated : each)),
    );
    return {};
  },
});

const deleteArchiveRule = operation("DeleteArchiveRule", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName, ruleName }, call) => [call.need(archiveRuleTarget(call, analyzerName, ruleName))],
  handle(tx, { analyzerName, ruleName }, call) {
    const row = fetchAnalyzer(tx, call, analyzerName);
    const rule = fetchArchiveRule(row, ruleName);
    putRules(
      tx,
      row,
      row.archiveRules.filter((each) => each !== rule),
    );
    return {};
  },
});

const applyArchiveRule = operation("ApplyArchiveRule", {
  access: "write",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, ruleName }, call) {
    const analyzer = freshAnalyzer(tx, call, analyzerArn);
    const { filter } = fetchArchiveRule(analyzer, ruleName);
    for (const row of findingsOf(tx, analyzer)) {
      if (row.status !== "ACTIVE" || !matchesFilter(row, filter)) continue;
      tx.put(findings, { ...row, status: "ARCHIVED", updatedAt: call.now });
    }
    return {};
  },
});

export const archiveRuleOperations = [
  applyArchiveRule,
  createArchiveRule,
  deleteArchiveRule,
  getArchiveRule,
  listArchiveRules,
  updateArchiveRule,
];
