/**
 * The smallest policy for a principal, from the decisions that its calls left in the trail, and the proof
 * that it is enough: every one of them is decided again with that policy alone.
 */
import { historyEntriesMax, recordedUse } from "@casemate/cloud";
import { replay, smallestPolicy } from "@casemate/iam-engine/analysis";
import type { Store } from "@casemate/store";
import type { LeastPrivilege, LeastPrivilegeQuestion } from "./operator-calls.ts";
import { OperatorFault } from "./operator-fault.ts";
import { optionalNumber, requiredText } from "./operator-input.ts";

const dayMs = 86_400_000;
const principalArn = /^arn:aws:iam::\d{12}:(?:role|user)\/[\x21-\x7e]{1,512}$/;

/** Makes the policy. @throws OperatorFault when nothing is recorded or the history is too long */
export async function leastPrivilege(
  store: Store,
  now: number,
  input: LeastPrivilegeQuestion,
): Promise<LeastPrivilege> {
  const arn = requiredText(input, "principalArn", principalArn);
  const days = optionalNumber(input, "days", { min: 1, max: 3650 }) ?? 90;
  const use = await recordedUse(store, { principalArn: arn, from: now - days * dayMs });
  if (use === undefined) {
    throw new OperatorFault(
      "InvalidInput",
      `More than ${historyEntriesMax} calls are recorded in that time; ask for fewer days.`,
    );
  }
  const { allowed, refused, calls } = use;
  if (allowed.length === 0) {
    throw new OperatorFault("NotFound", `No allowed call of ${arn} was recorded in the last ${days} days.`);
  }
  const documents = smallestPolicy(allowed, { refused });
  const { missing, widened } = replay(documents, { allowed, refused });
  return {
    principalArn: arn,
    days,
    calls,
    decisions: allowed.length,
    refused: refused.length,
    policies: documents.map((text) => JSON.parse(text) as unknown),
    missing,
    widened,
  };
}
