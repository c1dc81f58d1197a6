/** How operations of this service are declared. */
import type { AccessAnalyzerOperations } from "@casemate/wire/access-analyzer";
import { operationsOf } from "../../kit/index.ts";

/** Declares an operation of Access Analyzer. */
export const operation = operationsOf<AccessAnalyzerOperations>("access-analyzer");
