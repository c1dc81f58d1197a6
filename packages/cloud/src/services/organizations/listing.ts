/** Lists as this service pages them: NextToken in and out, 20 items unless fewer are asked for. */
import { page, type Call } from "../../kit/index.ts";
import { invalidToken } from "./faults.ts";

/** Items of a page when the caller does not say, and at the most. */
export const itemsPerPage = 20;

/** What every list operation takes. */
export interface ListRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** A page in this service's words. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** To be spread into the output. */
  readonly next: { readonly NextToken?: string };
}

/** Cuts the page that a request asks for; the key must be unique in the list. @throws invalidToken */
export function listing<Item>(
  call: Call,
  request: ListRequest,
  list: { readonly items: readonly Item[]; readonly key: (item: Item) => string },
): Listing<Item> {
  const { NextToken, MaxResults, ...question } = request;
  const keyed = list.items
    .map((item) => ({ item, key: list.key(item) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { items, nextToken } = page(
    call,
    { items: keyed, key: ({ key }) => key },
    { limit: MaxResults, token: NextToken, size: itemsPerPage, question, invalidToken },
  );
  return {
    items: items.map(({ item }) => item),
    next: nextToken === undefined ? {} : { NextToken: nextToken },
  };
}
