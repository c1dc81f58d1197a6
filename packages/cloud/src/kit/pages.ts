/**
 * Pages of list and describe operations. Tokens are sealed over the caller, the operation and its arguments,
 * and name the last key.
 */
import type { Call } from "./call.ts";
import type { Fault } from "./fault.ts";

/** How an operation pages. */
export interface PageRequest {
  /** How many items were asked for; undefined takes `size`. */
  readonly limit: number | undefined;
  /** The token of the page before. */
  readonly token: string | undefined;
  /** Items on a page when the caller does not say. */
  readonly size: number;
  /** Every other argument of the request: a token is good for the same question only. */
  readonly question: unknown;
  /** What a token that is not ours, or not for this question, is refused with. */
  readonly invalidToken: () => Fault;
}

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** Cuts one page out of a list that is sorted by its key in ascending order. */
export function page<Item>(
  call: Call,
  sorted: { readonly items: readonly Item[]; readonly key: (item: Item) => string },
  request: PageRequest,
): Page<Item> {
  // Made only for a token: most answers are one page that no token leads to or from.
  const context = () => ({
    account: call.accountId,
    region: call.region,
    operation: `${call.service}:${call.operation}`,
    question: JSON.stringify(request.question ?? null),
  });
  let rest = sorted.items;
  if (request.token !== undefined) {
    const last = call.environment.keyring.openToken("page", request.token, context());
    if (last === undefined) throw request.invalidToken();
    rest = rest.filter((item) => sorted.key(item) > last);
  }
  const size = request.limit ?? request.size;
  const items = rest.slice(0, size);
  const lastItem = items.at(-1);
  const more = rest.length > items.length && lastItem !== undefined;
  return {
    items,
    nextToken: more ? call.environment.keyring.sealToken("page", sorted.key(lastItem), context()) : undefined,
  };
}
