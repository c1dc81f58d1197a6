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
 * whole service.
 * Differs: AWS leaves out permissions that are themselves younger; when a permission was given is not kept.
 */
export function unusedPermissions(
  tx: ReadTx,
  entity: Entity,
  since: number,
): readonly UnusedPermissionDetails[] {
  return grantedServices(grantedDocuments(tx, entity)).flatMap(({ namespace, actions: granted }) => {
    const actions = granted?.filter((name) => !untracked.has(`${namespace}:${name}`));
    if (actions?.length === 0) return [];
    const access = accessOf(tx, entity.row.id, namespace);
    const last = access?.last.at;
    const lastAccessed = last === undefined ? {} : { lastAccessed: new Date(last) };
    if (last === undefined || last < since) return [{ serviceNamespace: namespace, ...lastAccessed }];
    const unused = (actions ?? []).flatMap((name) => {
      const at = access?.actions[name]?.at;
      if (at !== undefined && at >= since) return [];
      const action = `${namespace}:${name}`;
      return [{ action, ...(at === undefined ? {} : { lastAccessed: new Date(at) }) }];
    });
    return unused.length === 0 ? [] : [{ serviceNamespace: namespace, actions: unused, ...lastAccessed }];
  });
}
