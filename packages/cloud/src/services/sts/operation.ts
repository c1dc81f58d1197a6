/** How operations of this service are declared. */
import type { StsOperations } from "@casemate/wire/sts";
import { operationsOf } from "../../kit/index.ts";

/** Declares an STS operation. */
export const operation = operationsOf<StsOperations>("sts");
