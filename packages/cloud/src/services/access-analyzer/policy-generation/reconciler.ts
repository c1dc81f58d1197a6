/**
 * Does the jobs that are in progress: reads what the principal did and writes the smallest policy that allows
 * it. A job that is cancelled meanwhile stays so; one that a crash interrupts is done at the next start.
 */
import { smallestPolicy } from "@casemate/iam-engine/analysis";
import type { Store } from "@casemate/store";
import type { Reconciler } from "../../../kit/index.ts";
import {
  forgetGenerations,
  generationLifetimeMs,
  generationTopic,
  policyGenerations,
  type PolicyGenerationRow,
} from "./policy-generation.ts";
import { historyEntriesMax, recordedUse } from "./recorded-use.ts";

/** Makes the reconciler. */
export function policyGenerationReconciler(): Reconciler {
  return {
    name: "access-analyzer/policy-generation",
    topics: [generationTopic],
    everyMs: 60_000,
    async run(store, environment) {
      const { due, over } = store.read((tx) => ({
        due: tx.by(policyGenerations, "status", "IN_PROGRESS"),
        over: [...tx.scan(policyGenerations)].some(
          ({ startedAt }) => environment.clock() - startedAt > generationLifetimeMs,
        ),
      }));
      for (const row of due) {
        const outcome = await outcomeOf(store, row);
        const { seq } = store.transaction((tx) => {
          // Cancelled or forgotten while it was worked out.
          if (tx.get(policyGenerations, row.id)?.status !== "IN_PROGRESS") return;
          tx.put(policyGenerations, { ...row, ...outcome, completedAt: environment.clock() });
        });
        await store.settled(seq);
      }
      if (over) store.transaction((tx) => forgetGenerations(tx, environment.clock()));
    },
  };
}

async function outcomeOf(
  store: Store,
  { principalArn, from, to, regions }: PolicyGenerationRow,
): Promise<Pick<PolicyGenerationRow, "status" | "documents" | "error">> {
  const use = await recordedUse(store, { principalArn, from, to, regions });
  if (use === undefined) {
    const message = `More than ${historyEntriesMax} calls are recorded in that time; ask for less of it.`;
    return { status: "FAILED", error: { code: "SERVICE_QUOTA_EXCEEDED_ERROR", message } };
  }
  return { status: "SUCCEEDED", documents: smallestPolicy(use.allowed, { refused: use.refused }) };
}
