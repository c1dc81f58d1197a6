/** Making, changing, restoring and deleting customers' prefix lists. */
import type { ReadTx, Tx } from "@casemate/store";
import type { CreateManagedPrefixListRequest, ModifyManagedPrefixListRequest } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call, type ConditionKeys } from "../../../kit/index.ts";
import { attributeValueMissing } from "../instance/attribute-change.ts";
import { operation } from "../operation.ts";
import {
  addressFamilyInvalid,
  entriesAndMax,
  entriesOverMax,
  listNameInvalid,
  maxEntriesInvalid,
  maxEntriesTooFew,
  nothingToModify,
  prefixListInUse,
  prefixListsExceeded,
} from "./faults.ts";
import { checkVersion, entriesOfVersion, forgetVersions, keepVersion, nextVersion } from "./list-versions.ts";
import {
  fetchOwnPrefixList,
  prefixLists,
  prefixListTarget,
  prefixListView,
  type PrefixListRow,
} from "./prefix-list.ts";
import { changedEntries, readAdded, readRemoved } from "./read-entries.ts";
import { referencesTo, referencesWithoutRoom } from "./references.ts";

/** Prefix lists that an account may have in a region. */
export const prefixListsPerRegionMax = 100;
/** Entries that a prefix list may be made for. */
export const entriesPerListMax = 1000;
/** References that the state of a list names when there is no room in them. */
const referencesShownMax = 10;

function checkName(name: string): void {
  if (name === "" || name.length > 255 || name.startsWith("com.amazonaws")) throw listNameInvalid(name);
}

function checkMaxEntries(max: number): void {
  if (!Number.isInteger(max) || max < 1 || max > entriesPerListMax) throw maxEntriesInvalid(String(max));
}

export const createManagedPrefixList = operation("CreateManagedPrefixList", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [prefixLists.type]);
    return [call.need(prefixLists.fresh(call), tags.keys(prefixLists.type)), ...tags.needs];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const row = makeList(tx, call, input);
        return { made: row.id, output: { PrefixList: prefixListView(row, "create-in-progress") } };
      },
      recall: (id) => ({ PrefixList: prefixListView(prefixLists.fetch(tx, call, id)) }),
    }),
});

function makeList(tx: Tx, call: Call, input: CreateManagedPrefixListRequest): PrefixListRow {
  const { PrefixListName: name, AddressFamily: family, MaxEntries: maxEntries } = input;
  checkName(name);
  if (family !== "IPv4" && family !== "IPv6") throw addressFamilyInvalid(family);
  checkMaxEntries(maxEntries);
  const entries = readAdded(input.Entries, family);
  if (entries.length > maxEntries) throw entriesOverMax();
  if (prefixLists.list(tx, call).length >= prefixListsPerRegionMax) throw prefixListsExceeded();
  const tags = tagsOnCreate(call, input.TagSpecifications, [prefixLists.type]);
  const row = prefixLists.put(tx, {
    id: call.newId("pl"),
    accountId: call.accountId,
    region: call.region,
    tags: tags.of(prefixLists.type),
    name,
    family,
    maxEntries,
    state: "create-complete",
    version: 1,
    entries,
  });
  keepVersion(tx, row);
  return row;
}

/** The attributes that a change names, with what it sets them to where that is one value. */
function attributeKeys(input: ModifyManagedPrefixListRequest): ConditionKeys {
  const values: ConditionKeys = {
    ...(input.PrefixListName === undefined ? {} : { PrefixListName: input.PrefixListName }),
    ...(input.MaxEntries === undefined ? {} : { MaxEntries: input.MaxEntries }),
    ...(input.AddEntries?.length ? { AddEntries: input.AddEntries.map(({ Cidr }) => Cidr) } : {}),
    ...(input.RemoveEntries?.length ? { RemoveEntries: input.RemoveEntries.map(({ Cidr }) => Cidr) } : {}),
  };
  const names = Object.keys(values);
  return {
    "ec2:Attribute": names.length > 1 ? names : names[0],
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`ec2:Attribute/${name}`, value])),
  };
}

export const modifyManagedPrefixList = operation("ModifyManagedPrefixList", {
  access: "write",
  honours: ["AddEntries", "CurrentVersion", "MaxEntries", "PrefixListId", "PrefixListName", "RemoveEntries"],
  needs: (input, call) => [call.need(prefixListTarget(call, input.PrefixListId), attributeKeys(input))],
  handle(tx, input, call) {
    const row = fetchOwnPrefixList(tx, call, input.PrefixListId);
    const added = readAdded(input.AddEntries, row.family);
    const removed = readRemoved(input.RemoveEntries, row.family);
    const { PrefixListName: name, MaxEntries: maxEntries } = input;
    const changesEntries = added.length > 0 || removed.size > 0;
    if (!changesEntries && name === undefined && maxEntries === undefined) throw nothingToModify();
    if (changesEntries && maxEntries !== undefined) throw entriesAndMax();
    if (name !== undefined) checkName(name);
    if (input.CurrentVersion !== undefined) checkVersion(row, input.CurrentVersion);
    else if (changesEntries) throw attributeValueMissing("currentVersion");
    const changed = changesEntries
      ? nextVersion(tx, row, {
          name,
          entries: changedEntries(row.entries, { added, removed }),
          state: "modify-complete",
        })
      : prefixLists.change(tx, row, {
          name: name ?? row.name,
          state: "modify-complete",
          stateMessage: undefined,
          ...(maxEntries === undefined ? {} : resized(tx, row, maxEntries)),
        });
    return { PrefixList: prefixListView(changed, "modify-in-progress") };
  },
});

/** A list of another size. Where what names it has no room for that, the list stays as it is and says so. */
function resized(tx: ReadTx, row: PrefixListRow, maxEntries: number): Partial<PrefixListRow> {
  checkMaxEntries(maxEntries);
  if (maxEntries < row.entries.length) throw maxEntriesTooFew(String(maxEntries), String(row.entries.length));
  const full = maxEntries > row.maxEntries ? referencesWithoutRoom(tx, row.id, maxEntries) : [];
  if (full.length === 0) return { maxEntries };
  const shown = full.slice(0, referencesShownMax).join(", ");
  return {
    state: "modify-failed",
    stateMessage: `The following resources do not support the new maximum size: ${shown}`,
  };
}

export const restoreManagedPrefixListVersion = operation("RestoreManagedPrefixListVersion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(prefixListTarget(call, input.PrefixListId))],
  handle(tx, input, call) {
    const row = fetchOwnPrefixList(tx, call, input.PrefixListId);
    checkVersion(row, input.CurrentVersion);
    const entries = entriesOfVersion(tx, row, input.PreviousVersion);
    const restored = nextVersion(tx, row, { entries, state: "restore-complete" });
    return { PrefixList: prefixListView(restored, "restore-in-progress") };
  },
});

export const deleteManagedPrefixList = operation("DeleteManagedPrefixList", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(prefixListTarget(call, input.PrefixListId))],
  handle(tx, input, call) {
    const row = fetchOwnPrefixList(tx, call, input.PrefixListId);
    if (referencesTo(tx, row.id).length > 0) throw prefixListInUse(row.id);
    forgetVersions(tx, row.id);
    prefixLists.remove(tx, row);
    return { PrefixList: prefixListView(row, "delete-in-progress") };
  },
});
