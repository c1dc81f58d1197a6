/** The face of Access Analyzer to the rest of the cloud: other services use nothing else of it. */
export { findingReconciler } from "./finding/reconciler.ts";
export { historyEntriesMax, recordedUse, type RecordedCalls } from "./policy-generation/recorded-use.ts";
export { policyGenerationReconciler } from "./policy-generation/reconciler.ts";
export type { ResourceSource, SharedResource } from "./resource/shared-resource.ts";
export { accessAnalyzerService } from "./service.ts";
