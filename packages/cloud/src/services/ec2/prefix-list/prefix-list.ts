/**
 * Managed prefix lists: the rows of those that customers keep, their former versions, and how any list is
 * found by its id, be it a customer's or AWS's own.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { ManagedPrefixList, PrefixListState } from "@casemate/wire/ec2";
import {
  resource,
  tagsView,
  type Call,
  type FilterTable,
  type OwnedRow,
  type Target,
} from "../../../kit/index.ts";
import { isId } from "../../../kit/ids.ts";
import { awsPrefixLists, type AwsPrefixList } from "./aws-prefix-lists.ts";
import { prefixListMalformed, prefixListNotFound, prefixListOfAws } from "./faults.ts";

/** An entry of a list. */
export interface PrefixListEntryRow {
  readonly cidr: string;
  readonly description?: string | undefined;
}

/** A customer's prefix list. */
export interface PrefixListRow extends OwnedRow {
  readonly id: string;
  readonly name: string;
  readonly family: "IPv4" | "IPv6";
  /** What it may hold; it counts as that many rules or routes wherever it is named. */
  readonly maxEntries: number;
  readonly state: "create-complete" | "modify-complete" | "modify-failed" | "restore-complete";
  readonly stateMessage?: string | undefined;
  readonly version: number;
  /** The entries of this version. */
  readonly entries: readonly PrefixListEntryRow[];
}

interface VersionRow {
  readonly key: string;
  readonly listId: string;
  readonly version: number;
  readonly entries: readonly PrefixListEntryRow[];
}

export const prefixLists = resource<PrefixListRow>({
  service: "ec2",
  type: "prefix-list",
  prefix: "pl",
  notFound: prefixListNotFound,
  malformed: prefixListMalformed,
});

/** Every version of every list, the present one included. */
export const prefixListVersions = collection<VersionRow, "list">({
  kind: "ec2/prefix-list-version",
  key: (row) => row.key,
  indexes: { list: (row) => row.listId },
});

/** The key of a version. */
export function versionKey(listId: string, version: number): string {
  return `${listId}/${version}`;
}

/** What rules, routes and answers need to know of a list, whoever keeps it. */
export type AnyPrefixList = PrefixListRow | AwsPrefixList;

/** Whether AWS keeps it. */
export function isOfAws(list: AnyPrefixList): list is AwsPrefixList {
  return "weight" in list;
}

/** A list that the caller may name: one of its own, or one of AWS's in its region. */
export function findPrefixList(tx: ReadTx, call: Call, id: string): AnyPrefixList | undefined {
  return awsPrefixLists(call.region).find((list) => list.id === id) ?? prefixLists.find(tx, call, id);
}

/** The same. @throws prefixListMalformed, prefixListNotFound */
export function fetchPrefixList(tx: ReadTx, call: Call, id: string): AnyPrefixList {
  // Ids of AWS's lists have 8 digits, those of customers' 17.
  if (!isId("pl", id)) throw prefixListMalformed(id);
  const list = findPrefixList(tx, call, id);
  if (list === undefined) throw prefixListNotFound(id);
  return list;
}

/** The caller's own list. @throws prefixListMalformed, prefixListNotFound, prefixListOfAws */
export function fetchOwnPrefixList(tx: ReadTx, call: Call, id: string): PrefixListRow {
  const list = fetchPrefixList(tx, call, id);
  if (isOfAws(list)) throw prefixListOfAws(id);
  return list;
}

/** A list as a target. Those of AWS count as the caller's: who may name them is the caller's policy alone. */
export function prefixListTarget(call: Call, id: string): Target {
  const list = awsPrefixLists(call.region).find((each) => each.id === id);
  if (list === undefined) return prefixLists.target(call, id);
  return { arn: arnOf(list), accountId: call.accountId, keys: {} };
}

/** How many rules or routes a list counts for, in a region of an account; none where it is not there. */
export function weightOf(tx: ReadTx, region: string, id: string): number {
  const list = awsPrefixLists(region).find((each) => each.id === id) ?? tx.get(prefixLists.collection, id);
  if (list === undefined) return 0;
  return isOfAws(list) ? list.weight : list.maxEntries;
}

/** The blocks that a list stands for now; empty where it is not there. */
export function blocksOfList(tx: ReadTx, region: string, id: string): readonly string[] {
  const list = awsPrefixLists(region).find((each) => each.id === id) ?? tx.get(prefixLists.collection, id);
  return list?.entries.map(({ cidr }) => cidr) ?? [];
}

function arnOf(list: AnyPrefixList): string {
  return isOfAws(list) ? `arn:aws:ec2:${list.region}:aws:prefix-list/${list.id}` : prefixLists.arn(list);
}

/** The filters of DescribeManagedPrefixLists. */
export const prefixListFilters: FilterTable<AnyPrefixList> = {
  "owner-id": (list) => (isOfAws(list) ? "AWS" : list.accountId),
  "prefix-list-id": (list) => list.id,
  "prefix-list-name": (list) => list.name,
};

/** The list as the API shows it. */
export function prefixListView(list: AnyPrefixList, state?: PrefixListState): ManagedPrefixList {
  const shown = {
    PrefixListId: list.id,
    PrefixListArn: arnOf(list),
    PrefixListName: list.name,
    AddressFamily: list.family,
  };
  if (isOfAws(list)) return { ...shown, State: "create-complete", OwnerId: "AWS", Tags: [] };
  return {
    ...shown,
    State: state ?? list.state,
    StateMessage: list.stateMessage,
    MaxEntries: list.maxEntries,
    Version: list.version,
    OwnerId: list.accountId,
    Tags: tagsView(list.tags),
  };
}
