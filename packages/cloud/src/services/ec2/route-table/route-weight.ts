/** What the routes of a table count against its limit: one that names a prefix list, every entry of it. */
import type { ReadTx } from "@casemate/store";
import { weightOf } from "../prefix-list/prefix-list.ts";
import type { RouteTableRow } from "./route-table.ts";

/** The weight of the routes that were made; a prefix list may be given another weight than its own. */
export function routesWeightOf(
  tx: ReadTx,
  { routes, region }: Pick<RouteTableRow, "routes" | "region">,
  weight: (listId: string) => number | undefined = () => undefined,
): number {
  return routes
    .filter(({ origin }) => origin === "CreateRoute")
    .reduce((sum, { destination }) => {
      const named = destination.startsWith("pl-");
      return sum + (named ? (weight(destination) ?? weightOf(tx, region, destination)) : 1);
    }, 0);
}
