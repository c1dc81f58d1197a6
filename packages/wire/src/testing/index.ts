// The face of @casemate/wire/testing: generators for tests and fuzzing. Nothing here is for a running daemon.
export { below, pick, seededRandom, type Random } from "./random.ts";
export { randomInput, randomOutput } from "./shape-values.ts";
export { restRequest } from "./rest-request.ts";
export { fuzzForm, fuzzJson, fuzzRequest, fuzzRest } from "./fuzz-inputs.ts";
