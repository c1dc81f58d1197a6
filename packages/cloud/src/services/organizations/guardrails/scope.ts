/** The scope of service control policies: what a part of an organization allows, and to which accounts. */
import type { ReadTx } from "@casemate/store";
import type { ScopeOfPolicies, ScopeQuestion, ScopeRefusal } from "../../../kit/index.ts";
import { members } from "../account/member.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { attachedPolicies, findPolicy } from "../policy/policy.ts";
import { findUnit } from "../unit/unit.ts";
import { standingOf, type Standing } from "./standing.ts";

const type = "SERVICE_CONTROL_POLICY";

/** The scope of an entity, or of one policy in it. */
export function scopeOf(tx: ReadTx, question: ScopeQuestion): ScopeOfPolicies | ScopeRefusal {
  const organization = standingOf(tx, question.accountId)?.organization;
  if (organization === undefined) return "no-organization";
  if (!organization.root.policyTypes.includes(type)) return "policies-disabled";
  const inside = standingsBelow(tx, organization, question.entityPath);
  if (inside === undefined) return "no-such-entity";
  const { policyId } = question;
  if (policyId === undefined) {
    return { levels: levelsOf(tx, organization, question.entityPath), accounts: inside.map(accountOf) };
  }
  const policy = findPolicy(tx, organization, policyId);
  if (policy?.type !== type) return "no-such-policy";
  const reached = inside.filter(
    ({ management, targets }) => !management && targets.some(({ policyIds }) => policyIds.includes(policyId)),
  );
  return { levels: [[policy.content]], accounts: reached.map(accountOf) };
}

function pathOf({ place, member }: Standing): string {
  return `${place.path}${member.accountId}`;
}

function accountOf(standing: Standing): ScopeOfPolicies["accounts"][number] {
  return { id: standing.member.accountId, path: pathOf(standing) };
}

/** The accounts at a path or below it; undefined when nothing is there. */
function standingsBelow(
  tx: ReadTx,
  organization: OrganizationRow,
  entityPath: string,
): readonly Standing[] | undefined {
  const standings = tx
    .by(members, "organization", organization.id)
    .map(({ accountId }) => standingOf(tx, accountId))
    .filter((standing) => standing !== undefined);
  const account = standings.find((standing) => pathOf(standing) === entityPath);
  if (account !== undefined) return [account];
  if (!isParentPath(tx, organization, entityPath)) return undefined;
  return standings.filter(({ place }) => place.path.startsWith(`${entityPath}/`));
}

function isParentPath(tx: ReadTx, organization: OrganizationRow, entityPath: string): boolean {
  const [id, rootId, ...unitIds] = entityPath.split("/");
  if (id !== organization.id || rootId !== organization.root.id) return false;
  return unitIds.every(
    (unitId, index) => findUnit(tx, organization, unitId)?.parentId === (unitIds[index - 1] ?? rootId),
  );
}

/** The documents from the root to what a path names; the management account is bounded by none. */
function levelsOf(
  tx: ReadTx,
  organization: OrganizationRow,
  entityPath: string,
): readonly (readonly string[])[] {
  const [, , ...ids] = entityPath.split("/");
  if (ids.at(-1) === organization.managementAccountId) return [];
  const targets = [
    organization.root,
    ...ids.map((id) => findUnit(tx, organization, id) ?? tx.get(members, id)),
  ].filter((target) => target !== undefined);
  return targets.map((target) =>
    attachedPolicies(tx, organization, { target, type }).map(({ content }) => content),
  );
}
