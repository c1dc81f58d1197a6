/** Entries of prefix lists as requests state them, checked and brought to one form. */
import { formatCidr, parseCidr } from "@casemate/net-engine";
import type { AddPrefixListEntry, RemovePrefixListEntry } from "@casemate/wire/ec2";
import {
  entriesPerRequestExceeded,
  entryDescriptionInvalid,
  listBlockBothWays,
  listBlockInvalid,
  listBlockAbsent,
  listBlockTwice,
} from "./faults.ts";
import type { PrefixListEntryRow, PrefixListRow } from "./prefix-list.ts";

/** Entries that one request may add, and as many that it may remove. */
export const entriesPerRequestMax = 100;
/** Characters of an entry's description. */
export const entryDescriptionLengthMax = 255;

type Family = PrefixListRow["family"];

function readBlock(text: string, family: Family): string {
  const block = parseCidr(text);
  if (block?.family !== (family === "IPv4" ? 4 : 6)) throw listBlockInvalid(text);
  return formatCidr(block);
}

/** The entries that a request adds. @throws the faults of entries */
export function readAdded(
  wire: readonly AddPrefixListEntry[] | undefined,
  family: Family,
): readonly PrefixListEntryRow[] {
  const added: PrefixListEntryRow[] = [];
  if ((wire ?? []).length > entriesPerRequestMax) throw entriesPerRequestExceeded();
  for (const { Cidr: text, Description: description } of wire ?? []) {
    const cidr = readBlock(text, family);
    if (added.some((entry) => entry.cidr === cidr)) throw listBlockTwice(cidr);
    if ((description ?? "").length > entryDescriptionLengthMax) throw entryDescriptionInvalid();
    added.push({ cidr, ...(description === undefined ? {} : { description }) });
  }
  return added;
}

/** The blocks whose entries a request removes. @throws entriesPerRequestExceeded, listBlockInvalid */
export function readRemoved(
  wire: readonly RemovePrefixListEntry[] | undefined,
  family: Family,
): ReadonlySet<string> {
  if ((wire ?? []).length > entriesPerRequestMax) throw entriesPerRequestExceeded();
  return new Set((wire ?? []).map(({ Cidr: text }) => readBlock(text, family)));
}

/** The entries of a list after a change. @throws listBlockAbsent, listBlockTwice, listBlockBothWays */
export function changedEntries(
  present: readonly PrefixListEntryRow[],
  change: { readonly added: readonly PrefixListEntryRow[]; readonly removed: ReadonlySet<string> },
): readonly PrefixListEntryRow[] {
  const { added, removed } = change;
  const blocks = new Set(present.map(({ cidr }) => cidr));
  for (const { cidr } of added) {
    if (removed.has(cidr)) throw listBlockBothWays(cidr);
    if (blocks.has(cidr)) throw listBlockTwice(cidr);
  }
  for (const cidr of removed) if (!blocks.has(cidr)) throw listBlockAbsent(cidr);
  return [...present.filter(({ cidr }) => !removed.has(cidr)), ...added];
}
