/** The service control policies that bound an entity, as they would bound a call of it. */
import type { ReadTx } from "@casemate/store";
import type { Call, PolicyLevels, Principal } from "../../../kit/index.ts";
import type { Entity } from "../entity/entity.ts";
import { roleArn, type RoleRow } from "../role/role.ts";

/** Those of its account, or undefined where none bound it. */
export function organizationPolicies(tx: ReadTx, call: Call, entity: Entity): PolicyLevels | undefined {
  const { accountId } = entity.row;
  return call.guardrails.scpsOf(tx, entity.type === "role" ? sessionOf(entity.row) : rootOf(accountId));
}

/** Whoever is bounded by the policies of an account as its users are. */
function rootOf(accountId: string): Principal {
  return { type: "root", accountId, arn: `arn:aws:iam::${accountId}:root`, id: accountId, accessKeyId: "" };
}

/** A session of a role: which service it belongs to may exempt it. */
function sessionOf(row: RoleRow): Principal {
  const { accountId, name } = row;
  const sessionName = "simulation";
  return {
    type: "role-session",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`,
    id: `${row.id}:${sessionName}`,
    accessKeyId: "",
    roleArn: roleArn(row),
    roleId: row.id,
    roleName: name,
    sessionName,
    session: { issuedAt: 0, expiresAt: 0, tags: {}, transitiveTagKeys: [], policies: [], chained: false },
  };
}
