/** The versions of prefix lists: every change of entries makes a new one; the oldest go in the end. */
import type { ReadTx, Tx } from "@casemate/store";
import { networkTopic } from "../network/network-topic.ts";
import { entriesOverMax, versionMismatch, versionNotFound } from "./faults.ts";
import {
  prefixLists,
  prefixListVersions,
  versionKey,
  type PrefixListEntryRow,
  type PrefixListRow,
} from "./prefix-list.ts";

/** Versions that are kept of one list. */
export const versionsPerListMax = 1000;

/** Keeps the present entries of a list as its present version, and forgets the oldest beyond the limit. */
export function keepVersion(tx: Tx, { id, version, entries }: PrefixListRow): void {
  tx.put(prefixListVersions, { key: versionKey(id, version), listId: id, version, entries });
  if (version > versionsPerListMax)
    tx.delete(prefixListVersions, versionKey(id, version - versionsPerListMax));
}

/** Makes the next version of a list. @throws entriesOverMax */
export function nextVersion(
  tx: Tx,
  row: PrefixListRow,
  change: {
    readonly entries: readonly PrefixListEntryRow[];
    readonly state: PrefixListRow["state"];
    readonly name?: string | undefined;
  },
): PrefixListRow {
  const { entries, state, name = row.name } = change;
  if (entries.length > row.maxEntries) throw entriesOverMax();
  const next = prefixLists.change(tx, row, {
    name,
    entries,
    state,
    stateMessage: undefined,
    version: row.version + 1,
  });
  keepVersion(tx, next);
  tx.wish(networkTopic);
  return next;
}

/** Refuses a change that was made for another version than the present one. @throws versionMismatch */
export function checkVersion(row: PrefixListRow, version: number): void {
  if (row.version !== version) throw versionMismatch();
}

/** The entries of a version. @throws versionNotFound */
export function entriesOfVersion(
  tx: ReadTx,
  row: PrefixListRow,
  version: number,
): readonly PrefixListEntryRow[] {
  const found = tx.get(prefixListVersions, versionKey(row.id, version));
  if (found === undefined) throw versionNotFound(String(version));
  return found.entries;
}

/** Forgets every version of a list. */
export function forgetVersions(tx: Tx, listId: string): void {
  for (const { key } of tx.by(prefixListVersions, "list", listId)) tx.delete(prefixListVersions, key);
}
