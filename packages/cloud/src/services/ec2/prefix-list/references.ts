/** What names a prefix list: rules and routes. A list counts there as the entries that it may have. */
import type { ReadTx } from "@casemate/store";
import { routeTables } from "../route-table/route-table.ts";
import { routesPerTableMax } from "../route-table/route-operations.ts";
import { routesWeightOf } from "../route-table/route-weight.ts";
import { securityGroupRules, securityGroups } from "../security-group/security-group.ts";
import { rulesPerDirectionMax, rulesWeightOf } from "../security-group/rule-weight.ts";

/** A resource that names a list. */
export interface Reference {
  readonly id: string;
  readonly accountId: string;
}

/** The groups and route tables that name a list, each once, in the order of their ids. */
export function referencesTo(tx: ReadTx, listId: string): readonly Reference[] {
  const groups = groupsNaming(tx, listId).flatMap((id) => {
    const group = tx.get(securityGroups.collection, id);
    return group === undefined ? [] : [{ id, accountId: group.accountId }];
  });
  const tables = tx
    .by(routeTables.collection, "prefix-list", listId)
    .map(({ id, accountId }) => ({ id, accountId }));
  return [...groups, ...tables].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function groupsNaming(tx: ReadTx, listId: string): readonly string[] {
  const rules = tx.by(securityGroupRules.collection, "peer-prefix-list", listId);
  return [...new Set(rules.map(({ groupId }) => groupId))];
}

/** The resources that have no room for a list that is to hold so many entries. */
export function referencesWithoutRoom(tx: ReadTx, listId: string, maxEntries: number): readonly string[] {
  const weight = (id: string): number | undefined => (id === listId ? maxEntries : undefined);
  const groups = groupsNaming(tx, listId).filter((groupId) => {
    const rules = tx.by(securityGroupRules.collection, "group", groupId);
    return [true, false].some((egress) => {
      const side = rules.filter((rule) => rule.egress === egress);
      return (["ipv4", "ipv6"] as const).some(
        (family) => rulesWeightOf(tx, side, { family, weight }) > rulesPerDirectionMax,
      );
    });
  });
  const tables = tx
    .by(routeTables.collection, "prefix-list", listId)
    .filter((table) => routesWeightOf(tx, table, weight) > routesPerTableMax)
    .map(({ id }) => id);
  return [...groups, ...tables];
}
