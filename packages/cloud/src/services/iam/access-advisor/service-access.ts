/**
 * When users and roles last tried to use a service and its actions, refused attempts included. Noted when a
 * call is decided on.
 * Differs: noted once a day (UTC) for each action, so that a time told is that of the first attempt of its
 * day.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { IdentityPort, Principal } from "../../../kit/index.ts";
import { roles } from "../role/role.ts";
import { users } from "../user/user.ts";

/** An attempt. */
export interface Attempt {
  readonly at: number;
  readonly region: string;
}

/** The attempts of one user or role at one service. */
export interface ServiceAccessRow {
  /** Unique id of the user or role. */
  readonly entityId: string;
  readonly accountId: string;
  /** The prefix of the service's actions. */
  readonly namespace: string;
  readonly last: Attempt;
  /** The last attempt at each action, by its name without prefix. */
  readonly actions: Readonly<Record<string, Attempt>>;
}

export const serviceAccesses = collection<ServiceAccessRow>()({
  kind: "iam/service-access",
  key: (row) => keyOf(row.entityId, row.namespace),
  indexes: { entity: (row) => row.entityId },
});

/** Actions that AWS does not track: they are no operations, and are used by way of others. */
const untracked = new Set(["iam:PassRole"]);

const dayMs = 86_400_000;

function keyOf(entityId: string, namespace: string): string {
  return `${entityId}/${namespace}`;
}

/** The attempts of a user or role at a service. */
export function accessOf(tx: ReadTx, entityId: string, namespace: string): ServiceAccessRow | undefined {
  return tx.get(serviceAccesses, keyOf(entityId, namespace));
}

/** Takes away what is known of a user or role that is deleted. */
export function forgetAccess(tx: Tx, entityId: string): void {
  for (const row of tx.by(serviceAccesses, "entity", entityId)) {
    tx.delete(serviceAccesses, keyOf(entityId, row.namespace));
  }
}

/** Notes the actions that a call was decided on. */
export function noteAccess(tx: Tx, access: Parameters<IdentityPort["noteAccess"]>[1]): void {
  const { principal, actions, region, now } = access;
  if (actions.length === 0) return;
  const entityId = entityIdOf(tx, principal);
  if (entityId === undefined) return;
  const { accountId } = principal;
  for (const action of new Set(actions)) {
    if (untracked.has(action)) continue;
    const [namespace = "", name = ""] = action.split(":");
    const row = accessOf(tx, entityId, namespace);
    const before = row?.actions[name];
    if (before !== undefined && dayOf(before.at) === dayOf(now)) continue;
    const last = { at: now, region };
    tx.put(serviceAccesses, {
      entityId,
      accountId,
      namespace,
      last,
      actions: { ...row?.actions, [name]: last },
    });
  }
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/** The user or role behind a principal, while it exists. A federated user acts for the user it came from. */
function entityIdOf(tx: ReadTx, principal: Principal): string | undefined {
  switch (principal.type) {
    case "root":
    case "web-identity":
    case "saml":
      return undefined;
    case "user":
      return tx.get(users, principal.id)?.id;
    case "federated-user":
      return tx.get(users, principal.issuer.id)?.id;
    case "role-session":
      return tx.get(roles, principal.roleId)?.id;
  }
}
