/** Lists as this service pages them: nextToken in and out, and as many items as maxResults asks for. */
import { page, type Call } from "../../kit/index.ts";
import { invalidField, invalidToken } from "./faults.ts";

/** Items of a page when the caller does not say. */
export const itemsPerPage = 100;
/** Items of a page at the most. */
export const itemsPerPageMax = 1000;

/** What every list operation takes. */
export interface ListRequest {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** A page in this service's words. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** To be spread into the output. */
  readonly next: { readonly nextToken?: string };
}

/** Cuts the page that a request asks for, in the order of the list. @throws invalidToken, invalidField */
export function listing<Item>(call: Call, request: ListRequest, items: readonly Item[]): Listing<Item> {
  const { nextToken, maxResults, ...question } = request;
  if (maxResults !== undefined && (maxResults < 1 || maxResults > itemsPerPageMax)) {
    throw invalidField("maxResults", `maxResults must be between 1 and ${itemsPerPageMax}`);
  }
  // The place in the list is the key: lists are sorted by whatever the caller asks for.
  const keyed = items.map((item, index) => ({ item, key: String(index).padStart(8, "0") }));
  const cut = page(
    call,
    { items: keyed, key: ({ key }) => key },
    { limit: maxResults, token: nextToken, size: itemsPerPage, question, invalidToken },
  );
  return {
    items: cut.items.map(({ item }) => item),
    next: cut.nextToken === undefined ? {} : { nextToken: cut.nextToken },
  };
}
