// The bounds of an analysis. A question that would cost more than its budget is left in doubt, and doubt is
// answered as a refusal.

/** Steps of single patterns that one check may take; one to two seconds of work. */
export const ANALYSIS_STEPS_MAX = 2_000_000;

/** What a check may still spend. */
export interface Budget {
  steps: number;
}

/** A full budget. */
export function newBudget(): Budget {
  return { steps: ANALYSIS_STEPS_MAX };
}
