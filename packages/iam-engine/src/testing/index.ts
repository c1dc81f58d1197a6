// For tests of this package and for tools: inputs for fuzzing, and the reference evaluator.

export { policyInputs, policyText } from "./policy-inputs.ts";
export type { FuzzTarget } from "./policy-inputs.ts";
export { referenceDecide } from "./reference-evaluator.ts";
export type {
  ReferenceOutcome,
  ReferencePolicy,
  ReferenceRequest,
  ReferenceStatement,
} from "./reference-evaluator.ts";
export { seededRandom } from "./seeded-random.ts";
