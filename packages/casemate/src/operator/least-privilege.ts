/**
 * The smallest policy for a principal, from the decisions that its calls left in the trail, and the proof
 * that it is enough: every one of them is decided again with that policy alone.
 */
import { trailEntries, type TrailEntry } from "@casemate/cloud";
import { replay, smallestPolicy, type RecordedDecision } from "@casemate/iam-engine/analysis";
import type { Store } from "@casemate/store";
import type { LeastPrivilege, LeastPrivilegeQuestion } from "./operator-calls.ts";
import { OperatorFault } from "./operator-fault.ts";
import { optionalNumber, requiredText } from "./operator-input.ts";

/** Entries that one question looks at; a longer history is not guessed at but refused. */
export const historyEntriesMax = 200_000;

const pageSize = 1000;
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
  const { allowed, refused, calls } = await recordedUse(store, { arn, from: now - days * dayMs });
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

interface Use {
  readonly allowed: readonly RecordedDecision[];
  readonly refused: readonly RecordedDecision[];
  readonly calls: number;
}

/** What the principal, or any session of it, was allowed and refused; each decision once. */
async function recordedUse(store: Store, asked: { arn: string; from: number }): Promise<Use> {
  const { arn, from } = asked;
  const allowed = new Map<string, RecordedDecision>();
  const refused = new Map<string, RecordedDecision>();
  let calls = 0;
  let after: string | undefined;
  for (let scanned = 0; scanned < historyEntriesMax; scanned += pageSize) {
    const page = await store.query(trailEntries, {
      account: arn.split(":")[4],
      from,
      limit: pageSize,
      after,
    });
    for (const entry of page) {
      if (principalOf(entry) !== arn) continue;
      calls += 1;
      for (const { action, resource, allowed: passed } of entry.decisions) {
        (passed ? allowed : refused).set(`${action} ${resource}`, { action, resource });
      }
    }
    after = page.next;
    if (after === undefined) {
      // What was refused at one time and allowed at another is needed.
      for (const key of allowed.keys()) refused.delete(key);
      return { allowed: [...allowed.values()], refused: [...refused.values()], calls };
    }
  }
  throw new OperatorFault(
    "InvalidInput",
    `More than ${historyEntriesMax} calls are recorded in that time; ask for fewer days.`,
  );
}

/** The user, or the role behind a session, that a record is of. */
function principalOf({ record }: TrailEntry): unknown {
  const { userIdentity } = record;
  const context = userIdentity["sessionContext"] as { sessionIssuer?: { arn?: unknown } } | undefined;
  return userIdentity["type"] === "AssumedRole" ? context?.sessionIssuer?.arn : userIdentity["arn"];
}
