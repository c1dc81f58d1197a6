/** What precedes every call of EC2: the default VPC, and the organization's word on public access. */
import type { Tx } from "@casemate/store";
import type { Call } from "../../kit/index.ts";
import { ensureDefaultVpc } from "./default-vpc/default-vpc.ts";
import { holdToOrganization } from "./vpc-block-public-access/reconciler.ts";

/** Runs before the needs of each call. */
export function prepareCall(tx: Tx, call: Call): void {
  ensureDefaultVpc(tx, call);
  holdToOrganization(tx, call.guardrails, call);
}
