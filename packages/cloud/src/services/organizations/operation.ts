/** How operations of this service are declared. */
import type { OrganizationsOperations } from "@casemate/wire/organizations";
import { operationsOf } from "../../kit/index.ts";

/** Declares an operation of AWS Organizations. */
export const operation = operationsOf<OrganizationsOperations>("organizations");
