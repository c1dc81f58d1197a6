/** Reading prefix lists: which there are, what is in them and what names them. */
import { applyFilters, page, type Call, type FilterTable, type Page } from "../../../kit/index.ts";
import {
  describePageSize,
  describeRequest,
  idsWithMaxResults,
  invalidNextToken,
  pageOf,
} from "../describe.ts";
import { operation } from "../operation.ts";
import { awsPrefixLists, type AwsPrefixList } from "./aws-prefix-lists.ts";
import { prefixListNotFound } from "./faults.ts";
import { entriesOfVersion } from "./list-versions.ts";
import {
  fetchOwnPrefixList,
  fetchPrefixList,
  isOfAws,
  prefixListFilters,
  prefixLists,
  prefixListTarget,
  prefixListView,
} from "./prefix-list.ts";
import { referencesTo } from "./references.ts";

export const describeManagedPrefixLists = operation("DescribeManagedPrefixLists", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const ids = input.PrefixListIds ?? [];
    if (ids.length > 0 && input.MaxResults !== undefined) throw idsWithMaxResults("prefixListIds");
    const asked =
      ids.length > 0
        ? [...new Set(ids)].map((id) => fetchPrefixList(tx, call, id))
        : [...awsPrefixLists(call.region), ...prefixLists.list(tx, call)];
    const rows = applyFilters(asked, input.Filters, { table: prefixListFilters, tx });
    const found = pageOf(
      call,
      rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      describeRequest(input, input.PrefixListIds, "prefixListIds"),
    );
    return { PrefixLists: found.items.map((list) => prefixListView(list)), NextToken: found.nextToken };
  },
});

const awsListFilters: FilterTable<AwsPrefixList> = {
  "prefix-list-id": (list) => list.id,
  "prefix-list-name": (list) => list.name,
};

export const describePrefixLists = operation("DescribePrefixLists", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const all = awsPrefixLists(call.region);
    const ids = input.PrefixListIds ?? [];
    const unknown = ids.find((id) => !all.some((list) => list.id === id));
    if (unknown !== undefined) throw prefixListNotFound(unknown);
    const asked = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
    const rows = applyFilters(asked, input.Filters, { table: awsListFilters, tx });
    const found = pageOf(call, rows, describeRequest(input, input.PrefixListIds, "prefixListIds"));
    const PrefixLists = found.items.map(({ id, name, entries }) => ({
      PrefixListId: id,
      PrefixListName: name,
      Cidrs: entries.map(({ cidr }) => cidr),
    }));
    return { PrefixLists, NextToken: found.nextToken };
  },
});

/** One page of what belongs to a list. */
function pageWithin<Item>(
  call: Call,
  items: readonly Item[],
  asked: {
    readonly key: (item: Item) => string;
    readonly input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined };
    readonly question: unknown;
  },
): Page<Item> {
  const { key, input, question } = asked;
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return page(
    call,
    { items: sorted, key },
    {
      limit: input.MaxResults,
      token: input.NextToken,
      size: describePageSize,
      question,
      invalidToken: invalidNextToken,
    },
  );
}

export const getManagedPrefixListEntries = operation("GetManagedPrefixListEntries", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(prefixListTarget(call, input.PrefixListId))],
  handle(tx, input, call) {
    const list = fetchPrefixList(tx, call, input.PrefixListId);
    const version = input.TargetVersion;
    // AWS's own lists have no versions that could be asked for.
    const own = version === undefined || isOfAws(list) ? list.entries : entriesOfVersion(tx, list, version);
    const found = pageWithin(call, own, {
      key: ({ cidr }) => cidr,
      input,
      question: [list.id, version ?? (isOfAws(list) ? 0 : list.version)],
    });
    const Entries = found.items.map(({ cidr, description }) => ({ Cidr: cidr, Description: description }));
    return { Entries, NextToken: found.nextToken };
  },
});

export const getManagedPrefixListAssociations = operation("GetManagedPrefixListAssociations", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(prefixListTarget(call, input.PrefixListId))],
  handle(tx, input, call) {
    const list = fetchOwnPrefixList(tx, call, input.PrefixListId);
    const found = pageWithin(call, referencesTo(tx, list.id), {
      key: ({ id }) => id,
      input,
      question: list.id,
    });
    const PrefixListAssociations = found.items.map(({ id, accountId }) => ({
      ResourceId: id,
      ResourceOwner: accountId,
    }));
    return { PrefixListAssociations, NextToken: found.nextToken };
  },
});
