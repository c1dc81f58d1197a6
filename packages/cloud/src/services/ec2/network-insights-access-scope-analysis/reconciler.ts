/**
 * Runs the analyses of access scopes, a slice of time at each pass, so that calls are answered in between. An
 * analysis that a crash interrupts goes on at the next start; when the ends have become others meanwhile, it
 * begins again.
 */
import type { ReadTx, Tx } from "@casemate/store";
import type { CloudEnvironment, Reconciler } from "../../../kit/index.ts";
import { insightWorld } from "../network-insights/insight-world.ts";
import { instanceOfInterface } from "../network-insights/instance-of-interface.ts";
import { forwardComponents } from "../network-insights/path-components.ts";
import { headersPerPathMax, searchPath } from "../network-insights/path-search.ts";
import { accessScopes } from "../network-insights-access-scope/access-scope.ts";
import {
  findingsPerAnalysisMax,
  pairsPerAnalysisMax,
  scopeAnalyses,
  scopeAnalysisTopic,
  scopeFindings,
  type ScopeAnalysisRow,
  type ScopeFindingRow,
} from "./scope-analysis.ts";
import { questionOf, scopePairs } from "./scope-pairs.ts";

const everyMs = 60_000;
/** How long one pass works before it lets others. */
const sliceMs = 50;

/** Makes the reconciler. */
export function scopeAnalysisReconciler(): Reconciler {
  return {
    name: "ec2/network-insights-access-scope-analysis",
    topics: [scopeAnalysisTopic],
    everyMs,
    async run(store, environment) {
      const [row] = store.read((tx) => tx.by(scopeAnalyses.collection, "status", "running"));
      if (row === undefined) return;
      const slice = store.read((tx) => workOn(tx, row, environment));
      const { seq } = store.transaction((tx) => write(tx, row, slice));
      await store.settled(seq);
    },
  };
}

interface Slice {
  readonly changes: Partial<ScopeAnalysisRow>;
  readonly found: readonly ScopeFindingRow[];
  /** Whether what was found before is not of these networks any more. */
  readonly afresh: boolean;
}

function workOn(tx: ReadTx, row: ScopeAnalysisRow, { clock }: CloudEnvironment): Slice {
  const began = clock();
  const scope = tx.get(accessScopes.collection, row.scopeId);
  const ended = (changes: Partial<ScopeAnalysisRow>): Slice => ({
    changes: { ...changes, endedAt: clock() },
    found: [],
    afresh: false,
  });
  if (scope === undefined)
    return ended({ status: "failed", message: `There is no ${row.scopeId} any more.` });
  const world = insightWorld(tx, row);
  const models = world.networks.map(({ model }) => model);
  const eniCount = models.reduce((sum, { enis }) => sum + enis.length, 0);
  const pairs = scopePairs(tx, world, scope);
  if (pairs.length > pairsPerAnalysisMax) {
    const most = `at most ${pairsPerAnalysisMax} are analyzed`;
    const message = `The scope means ${pairs.length} pairs of ends; ${most}.`;
    return ended({ status: "failed", message, eniCount });
  }
  const afresh = row.looked > 0 && row.pairs !== pairs.length;
  const before = afresh ? 0 : row.findings;
  const context = { ...world, models, instanceOf: instanceOfInterface(tx) };
  const found: ScopeFindingRow[] = [];
  let { warning } = row;
  let looked = afresh ? 0 : row.looked;
  while (looked < pairs.length && before + found.length < findingsPerAnalysisMax) {
    const pair = pairs[looked];
    looked += 1;
    if (pair !== undefined) {
      const { path, bounded } = searchPath(world, questionOf(tx, scope, pair));
      if (bounded) warning = `Of some pairs of ends only ${headersPerPathMax} classes of packets were tried.`;
      if (path !== undefined)
        found.push(findingOf(row, before + found.length, forwardComponents(context, path)));
    }
    if (clock() - began >= sliceMs) break;
  }
  const full = before + found.length >= findingsPerAnalysisMax;
  if (full) warning = `The analysis ended at its ${findingsPerAnalysisMax} findings; there may be more.`;
  const over = full || looked >= pairs.length;
  const progress = { pairs: pairs.length, looked, findings: before + found.length, warning, eniCount };
  return {
    changes: over ? { ...progress, status: "succeeded", endedAt: clock() } : progress,
    found,
    afresh,
  };
}

function findingOf(
  { id, scopeId }: ScopeAnalysisRow,
  index: number,
  components: ScopeFindingRow["components"],
): ScopeFindingRow {
  const key = `${id}/${String(index + 1).padStart(6, "0")}`;
  return { key, id: `AnalysisFinding-${index + 1}`, analysisId: id, scopeId, components };
}

function write(tx: Tx, row: ScopeAnalysisRow, { changes, found, afresh }: Slice): void {
  const still = tx.get(scopeAnalyses.collection, row.id);
  if (still?.status !== "running") return;
  if (afresh) for (const { key } of tx.by(scopeFindings, "analysis", row.id)) tx.delete(scopeFindings, key);
  for (const finding of found) tx.put(scopeFindings, finding);
  scopeAnalyses.change(tx, still, changes);
  tx.wish(scopeAnalysisTopic);
}
