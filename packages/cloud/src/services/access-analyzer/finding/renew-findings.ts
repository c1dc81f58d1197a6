/**
 * Brings the findings of an analyzer to what holds now: what is new is made, what is gone is resolved, what
 * came back is active again. It reads the whole state each time, so it does not matter how often it runs:
 * before every answer about findings, and now and then from a reconciler.
 */
import type { Tx } from "@casemate/store";
import type { FindingStatus } from "@casemate/wire/access-analyzer";
import { drawUuid, type GuardrailsPort } from "../../../kit/index.ts";
import { analyzers, disabledReason, isUnusedAccess, type AnalyzerRow } from "../analyzer/analyzer.ts";
import type { ArchiveRule } from "../archive-rule/archive-rule.ts";
import { externalFindings } from "../resource/external-findings.ts";
import { noteAnalyzed } from "../resource/analyzed-resource.ts";
import { unusedFindings } from "../unused-access/unused-findings.ts";
import { findings, findingsOf, type FindingRow, type WantedFinding } from "./finding.ts";
import { matchesFilter } from "./finding-filter.ts";

/** How long resolved findings are kept. */
export const resolvedLifetimeMs = 90 * 24 * 60 * 60 * 1000;

/** What renewing needs beside the state. */
export interface Renewal {
  readonly now: number;
  readonly random: (bytes: number) => Uint8Array;
  readonly guardrails: GuardrailsPort;
}

/**
 * Renews the findings, and answers the analyzer as it is then. An analyzer that its organization disabled
 * keeps what it has.
 */
export function renewFindings(tx: Tx, analyzer: AnalyzerRow, renewal: Renewal): AnalyzerRow {
  if (disabledReason(tx, analyzer, renewal.guardrails) !== undefined) return analyzer;
  const { now } = renewal;
  const external = isUnusedAccess(analyzer) ? undefined : externalFindings(tx, analyzer, renewal);
  const wanted = external?.findings ?? unusedFindings(tx, analyzer, renewal);
  const changed = settle(tx, analyzer, { ...renewal, wanted });
  const latest = external === undefined ? undefined : noteAnalyzed(tx, analyzer, { ...external, now });
  const resource = latest ?? changed;
  if (resource === undefined) return analyzer;
  const renewed = { ...analyzer, lastAnalyzed: { resource, at: now } };
  tx.put(analyzers, renewed);
  return renewed;
}

/** Settles each finding, and answers the resource of the last one that changed. */
function settle(
  tx: Tx,
  analyzer: AnalyzerRow,
  { now, random, wanted }: Renewal & { readonly wanted: readonly WantedFinding[] },
): string | undefined {
  const left = new Map(wanted.map((each) => [each.key, each]));
  let changed: string | undefined;
  for (const row of findingsOf(tx, analyzer)) {
    const settled = settledRow(row, left.get(row.key), { analyzer, now });
    left.delete(row.key);
    if (settled === row) continue;
    if (settled === undefined) tx.delete(findings, row.id);
    else {
      tx.put(findings, settled);
      changed = row.resource;
    }
  }
  for (const each of left.values()) {
    const id = drawUuid(random);
    const fresh = { ...each, id, status: "ACTIVE" as const, createdAt: now, analyzedAt: now, updatedAt: now };
    tx.put(findings, {
      ...fresh,
      analyzerId: analyzer.id,
      status: firstStatus(fresh, analyzer.archiveRules),
    });
    changed = each.resource;
  }
  return changed;
}

/** The row as it is to be: itself when nothing changed, undefined when its time is over. */
function settledRow(
  row: FindingRow,
  wanted: WantedFinding | undefined,
  { analyzer, now }: { readonly analyzer: AnalyzerRow; readonly now: number },
): FindingRow | undefined {
  const at = { analyzedAt: now, updatedAt: now };
  if (wanted === undefined) {
    if (row.status !== "RESOLVED") return { ...row, ...at, status: "RESOLVED" };
    return now - row.updatedAt > resolvedLifetimeMs ? undefined : row;
  }
  const again = row.status === "RESOLVED";
  if (!again && sameAccess(row, wanted)) return row;
  const renewed = { ...row, ...wanted, ...at };
  return again ? { ...renewed, status: firstStatus(renewed, analyzer.archiveRules) } : renewed;
}

function sameAccess(row: WantedFinding, wanted: WantedFinding): boolean {
  return JSON.stringify(row.access) === JSON.stringify(wanted.access);
}

/** The status of access that was just found. */
export function firstStatus(
  finding: Omit<FindingRow, "analyzerId">,
  rules: readonly ArchiveRule[],
): FindingStatus {
  return rules.some(({ filter }) => matchesFilter(finding, filter)) ? "ARCHIVED" : "ACTIVE";
}

/** Takes away what an analyzer has found. */
export function forgetFindings(tx: Tx, analyzer: AnalyzerRow): void {
  for (const { id } of findingsOf(tx, analyzer)) tx.delete(findings, id);
}
