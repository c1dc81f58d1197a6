/** A user, group or role that a request names by ARN: what reports and simulations are about. */
import type { ReadTx } from "@casemate/store";
import { resourceTagKeys, type Call, type Target } from "../../../kit/index.ts";
import { findGroup, groupArn, groupsOf, type GroupRow } from "../group/group.ts";
import { groupNotFound } from "../group/group-faults.ts";
import { findRole, roleArn, type RoleRow } from "../role/role.ts";
import { roleNotFound } from "../role/role-faults.ts";
import { findUser, userArn, type UserRow } from "../user/user.ts";
import { userNotFound } from "../user/user-faults.ts";
import { invalidEntityArn } from "./entity-faults.ts";

/** An entity with its row. */
export type Entity =
  | { readonly type: "user"; readonly row: UserRow }
  | { readonly type: "group"; readonly row: GroupRow }
  | { readonly type: "role"; readonly row: RoleRow };

interface EntityName {
  readonly type: Entity["type"];
  readonly accountId: string;
  readonly name: string;
}

/** Reads the ARN of a user, group or role. @throws invalidEntityArn */
export function parseEntityArn(arn: string): EntityName {
  const [, accountId, type, name] =
    /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:[\u0021-\u007e]*\/)?([\w+=,.@-]+)$/.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) throw invalidEntityArn(arn);
  return { type: type as EntityName["type"], accountId, name };
}

/** The caller's entity of an ARN, if there is one. @throws invalidEntityArn */
export function findEntity(tx: ReadTx, call: Call, arn: string): Entity | undefined {
  const { type, accountId, name } = parseEntityArn(arn);
  if (accountId !== call.accountId) return undefined;
  const entity = entityNamed(tx, accountId, { type, name });
  return entity !== undefined && entityArn(entity) === arn ? entity : undefined;
}

function entityNamed(
  tx: ReadTx,
  accountId: string,
  { type, name }: Pick<EntityName, "type" | "name">,
): Entity | undefined {
  if (type === "user") {
    const row = findUser(tx, accountId, name);
    return row && { type, row };
  }
  if (type === "group") {
    const row = findGroup(tx, accountId, name);
    return row && { type, row };
  }
  const row = findRole(tx, accountId, name);
  return row && { type, row };
}

/** The caller's entity of an ARN. @throws invalidEntityArn, and the not-found fault of its type */
export function fetchEntity(tx: ReadTx, call: Call, arn: string): Entity {
  const entity = findEntity(tx, call, arn);
  if (entity !== undefined) return entity;
  const { type, name } = parseEntityArn(arn);
  if (type === "user") throw userNotFound(name);
  throw type === "group" ? groupNotFound(name) : roleNotFound(name);
}

export function entityArn(entity: Entity): string {
  if (entity.type === "user") return userArn(entity.row);
  return entity.type === "group" ? groupArn(entity.row) : roleArn(entity.row);
}

/**
 * An entity as target of a need. It belongs to the account in its ARN, so that nobody asks about those of
 * another account. @throws invalidEntityArn
 */
export function entityTarget(call: Call, arn: string): Target {
  const { accountId } = parseEntityArn(arn);
  const entity = findEntity(call.tx, call, arn);
  const tags = entity === undefined || entity.type === "group" ? {} : entity.row.tags;
  return { arn, accountId, keys: resourceTagKeys(tags, "iam") };
}

/** The entity and, for a user, its groups: everything whose policies it has. */
export function policyHolders(tx: ReadTx, entity: Entity): readonly Entity[] {
  if (entity.type !== "user") return [entity];
  return [entity, ...groupsOf(tx, entity.row).map((row) => ({ type: "group", row }) as const)];
}
