/** Which permissions of a user or role nobody used lately, by service: told from what was last accessed. */
import type { ReadTx } from "@casemate/store";
import type { UnusedPermissionDetails } from "@casemate/wire/access-analyzer";
import { accessOf, grantedDocuments, type RoleRow, type UserRow } from "../../iam/index.ts";
import { grantedServices } from "./granted-actions.ts";

/** A user or role. */
export type Entity =
  { readonly type: "user"; readonly row: UserRow } | { readonly type: "role"; readonly row: RoleRow };

/** Actions whose use is not tracked, so that nothing is said of them: they are used by way of others. */
const untracked: ReadonlySet<string> = new Set(["iam:PassRole"]);

/**
 * The permissions that were not used since a moment: of services in use the unused actions, of others the
 * whole service. They are worked out as they are asked for.
 * Differs: AWS leaves out permissions that are themselves younger; when a permission was given is not kept.
 */
export function* unusedPermissions(
  tx: ReadTx,
  entity: Entity,
  since: number,
): Generator<UnusedPermissionDetails> {
  for (const { namespace, actions: granted } of grantedServices(grantedDocuments(tx, entity))) {
    const actions = granted?.filter((name) => !untracked.has(`${namespace}:${name}`));
    if (actions?.length === 0) continue;
    const access = accessOf(tx, entity.row.id, namespace);
    const last = access?.last.at;
    const lastAccessed = last === undefined ? {} : { lastAccessed: new Date(last) };
    if (last === undefined || last < since) {
      yield { serviceNamespace: namespace, ...lastAccessed };
      continue;
    }
    const unused = (actions ?? []).flatMap((name) => {
      const at = access?.actions[name]?.at;
      if (at !== undefined && at >= since) return [];
      const action = `${namespace}:${name}`;
      return [{ action, ...(at === undefined ? {} : { lastAccessed: new Date(at) }) }];
    });
    if (unused.length > 0) yield { serviceNamespace: namespace, actions: unused, ...lastAccessed };
  }
}
