/** The face of AWS Organizations to the rest of the cloud: other services use nothing else of it. */
export { createGuardrails } from "./guardrails/guardrails.ts";
export { findAccountPlace, type AccountPlace } from "./operator-view/account-place.ts";
export { organizationsService } from "./service.ts";
