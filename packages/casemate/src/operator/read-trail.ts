/**
 * Reads the trail for the operator: newest first, narrowed by what the store can look up and then by the
 * rest.
 */
import { trailEntries, type TrailEntry } from "@casemate/cloud";
import type { Store } from "@casemate/store";
import { OperatorFault } from "./operator-fault.ts";
import { flag, optionalNumber, optionalText, requiredText } from "./operator-input.ts";
import type { TrailAnswer, TrailPage, TrailQuery } from "./operator-calls.ts";

/** Entries that one question answers at most. */
export const trailAnswerMax = 1000;
/** Entries that one question looks at; a search that finds too little by then says that there is more. */
export const trailScanMax = 50_000;
/** Entries that are answered when no number was asked for. */
const limitDefault = 50;
const pageSize = 500;
const anyTime = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Reads the entries that a query asks for. @throws OperatorFault */
export async function readTrail(store: Store, input: TrailQuery): Promise<TrailPage> {
  const query = checked(input);
  const { limit } = query;
  const found: TrailAnswer[] = [];
  let after: string | undefined;
  for (let scanned = 0; scanned < trailScanMax; scanned += pageSize) {
    const page = await store.query(trailEntries, {
      key: lookUp(query),
      account: query.account,
      from: query.from,
      to: query.to,
      limit: pageSize,
      newestFirst: true,
      after,
    });
    for (const entry of page) {
      if (!matches(entry, query)) continue;
      if (found.length === limit) return { entries: found, more: true };
      found.push(query.decisions ? entry : { record: entry.record });
    }
    after = page.next;
    if (after === undefined) return { entries: found, more: false };
  }
  return { entries: found, more: true };
}

/** The entry of one request, with its decisions. @throws OperatorFault */
export async function findEntry(store: Store, input: { readonly requestId: string }): Promise<TrailAnswer> {
  const requestId = requiredText(input, "requestId");
  const { entries } = await readTrail(store, { requestId, limit: 1, decisions: true });
  const [entry] = entries;
  if (entry !== undefined) return entry;
  throw new OperatorFault("NotFound", `There is no request ${requestId} in the trail.`);
}

type CheckedQuery = TrailQuery & { readonly limit: number };

function checked(input: TrailQuery): CheckedQuery {
  return {
    requestId: optionalText(input, "requestId"),
    eventName: optionalText(input, "eventName"),
    accessKeyId: optionalText(input, "accessKeyId"),
    account: optionalText(input, "account"),
    from: optionalNumber(input, "from", anyTime),
    to: optionalNumber(input, "to", anyTime),
    errorsOnly: flag(input, "errorsOnly"),
    limit: optionalNumber(input, "limit", { min: 1, max: trailAnswerMax }) ?? limitDefault,
    decisions: flag(input, "decisions"),
  };
}

/** The narrowest of the store's own look-ups. */
function lookUp({ requestId, accessKeyId, eventName }: TrailQuery): string | undefined {
  return requestId ?? accessKeyId ?? (eventName === undefined ? undefined : `event:${eventName}`);
}

function matches({ record }: TrailEntry, query: TrailQuery): boolean {
  const { requestId, accessKeyId, eventName } = query;
  return (
    (requestId === undefined || record.requestID === requestId) &&
    (accessKeyId === undefined || record.userIdentity["accessKeyId"] === accessKeyId) &&
    (eventName === undefined || record.eventName === eventName) &&
    (query.errorsOnly !== true || record.errorCode !== undefined)
  );
}
