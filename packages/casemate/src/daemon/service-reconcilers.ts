/**
 * The reconcilers of services that drive no machine: they run from the start, whether or not instances can be
 * run here.
 */
import {
  createGuardrails,
  declaredPublicAccessReconciler,
  findingReconciler,
  insightsAnalysisReconciler,
  policyGenerationReconciler,
  scopeAnalysisReconciler,
  startReconcilers,
  type CloudEnvironment,
  type RunningReconcilers,
} from "@casemate/cloud";
import type { Store } from "@casemate/store";
import { describe } from "./instance-side.ts";
import type { LogLine } from "./settings.ts";

/** Starts them. */
export function startServiceReconcilers(parts: {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly log: (line: LogLine) => void;
}): RunningReconcilers {
  const { store, environment, log } = parts;
  return startReconcilers({
    store,
    environment,
    reconcilers: [
      declaredPublicAccessReconciler(createGuardrails()),
      findingReconciler(createGuardrails()),
      policyGenerationReconciler(),
      insightsAnalysisReconciler(),
      scopeAnalysisReconciler(),
    ],
    schedule: (callback, afterMs) => {
      const timer = setTimeout(callback, afterMs);
      return () => clearTimeout(timer);
    },
    onDefect: (defect, reconciler) => log({ level: "error", message: describe(defect), reconciler }),
  });
}
