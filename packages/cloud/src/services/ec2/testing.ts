/** Test support of the EC2 rooms: EC2 in memory, with the default VPC from first use. */
import type { AnyCollection } from "@casemate/store";
import { noGuardrails, type GuardrailsPort } from "../../kit/index.ts";
import { openTestService, type TestCloud } from "../../kit/testing.ts";
import { prepareCall } from "./prepare.ts";

export { rootOf, testAccount, testNow, type Caller, type TestCloud } from "../../kit/testing.ts";

/** Opens a test cloud over collections. */
export function openTestCloud(
  collections: readonly AnyCollection[],
  guardrails: GuardrailsPort = noGuardrails,
): Promise<TestCloud> {
  return openTestService({ collections, guardrails, regionKey: "ec2:Region", prepare: prepareCall });
}
