/** Lists as IAM pages them: Marker in, IsTruncated and Marker out, 100 items unless asked otherwise. */
import { page, type Call } from "../../kit/index.ts";
import { invalidMarker } from "./faults.ts";

/** Items of a page when the caller does not say. */
export const itemsPerPage = 100;

/** What every list operation takes. */
export interface ListRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** A page in IAM's words. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** To be spread into the output. */
  readonly marks: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/** Cuts the page that a request asks for; the key must be unique in the list. @throws invalidMarker */
export function listing<Item>(
  call: Call,
  request: ListRequest,
  list: { readonly items: readonly Item[]; readonly key: (item: Item) => string },
): Listing<Item> {
  const { Marker, MaxItems, ...question } = request;
  const keyed = list.items
    .map((item) => ({ item, key: list.key(item) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { items, nextToken } = page(
    call,
    { items: keyed, key: ({ key }) => key },
    { limit: MaxItems, token: Marker, size: itemsPerPage, question, invalidToken: invalidMarker },
  );
  return {
    items: items.map(({ item }) => item),
    marks: {
      IsTruncated: nextToken !== undefined,
      ...(nextToken === undefined ? {} : { Marker: nextToken }),
    },
  };
}
