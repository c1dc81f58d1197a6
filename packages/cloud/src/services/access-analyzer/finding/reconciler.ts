/**
 * Renews the findings of every analyzer now and then, so that they come and go although nobody asks. Answers
 * do not wait for it: each operation on findings renews them itself.
 */
import type { GuardrailsPort, Reconciler } from "../../../kit/index.ts";
import { analyzers } from "../analyzer/analyzer.ts";
import { renewFindings } from "./renew-findings.ts";

/** Longest time until a change of access is found. */
export const renewalPeriodMs = 60_000;

/** Makes the reconciler. */
export function findingReconciler(guardrails: GuardrailsPort): Reconciler {
  return {
    name: "access-analyzer/finding",
    topics: [],
    everyMs: renewalPeriodMs,
    async run(store, environment) {
      const ids = store.read((tx) => [...tx.scan(analyzers)].map(({ id }) => id));
      for (const id of ids) {
        const { seq } = store.transaction((tx) => {
          const row = tx.get(analyzers, id);
          if (row === undefined) return;
          renewFindings(tx, row, { now: environment.clock(), random: environment.random, guardrails });
        });
        await store.settled(seq);
      }
    },
  };
}
