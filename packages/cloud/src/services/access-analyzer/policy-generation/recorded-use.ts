/** What a user or role was allowed and refused, from the decisions that its calls left in the trail. */
import type { RecordedDecision } from "@casemate/iam-engine/analysis";
import type { Store } from "@casemate/store";
import { trailEntries, type TrailEntry } from "../../../kit/index.ts";

/** Calls that one question looks at; a longer history is not guessed at but refused. */
export const historyEntriesMax = 200_000;

const pageSize = 1000;

/** Whose calls count, and when and where they were made. */
export interface UseQuestion {
  /** The ARN of a user or role; calls by sessions of a role count as its own. */
  readonly principalArn: string;
  readonly from: number;
  readonly to?: number | undefined;
  /** All when undefined. */
  readonly regions?: readonly string[] | undefined;
}

/** Each decision once; what was refused at one time and allowed at another was allowed. */
export interface RecordedCalls {
  readonly allowed: readonly RecordedDecision[];
  readonly refused: readonly RecordedDecision[];
  readonly calls: number;
}

/** Reads the trail; undefined when more is recorded than one question looks at. */
export async function recordedUse(store: Store, question: UseQuestion): Promise<RecordedCalls | undefined> {
  const { principalArn, from, to, regions } = question;
  const allowed = new Map<string, RecordedDecision>();
  const refused = new Map<string, RecordedDecision>();
  const account = principalArn.split(":")[4];
  let calls = 0;
  let after: string | undefined;
  for (let scanned = 0; scanned < historyEntriesMax; scanned += pageSize) {
    const page = await store.query(trailEntries, { account, from, to, limit: pageSize, after });
    for (const entry of page) {
      if (callerOf(entry) !== principalArn) continue;
      if (regions !== undefined && !regions.includes(entry.record.awsRegion)) continue;
      calls += 1;
      for (const { action, resource, allowed: passed } of entry.decisions) {
        (passed ? allowed : refused).set(`${action} ${resource}`, { action, resource });
      }
    }
    after = page.next;
    if (after === undefined) {
      for (const key of allowed.keys()) refused.delete(key);
      return { allowed: [...allowed.values()], refused: [...refused.values()], calls };
    }
  }
  return undefined;
}

/** The user, or the role behind a session, that a record is of. */
function callerOf({ record }: TrailEntry): unknown {
  const { userIdentity } = record;
  const context = userIdentity["sessionContext"] as { sessionIssuer?: { arn?: unknown } } | undefined;
  return userIdentity["type"] === "AssumedRole" ? context?.sessionIssuer?.arn : userIdentity["arn"];
}
