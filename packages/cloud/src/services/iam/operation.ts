/** How operations of this service are declared. */
import type { IamOperations } from "@casemate/wire/iam";
import { operationsOf } from "../../kit/index.ts";

/** Declares an IAM operation. */
export const operation = operationsOf<IamOperations>("iam");
