/**
 * Where an account stands: the rows from the root down to it. Rows are immutable, so what was read once holds
 * for as long as the store has the same rows.
 */
import type { ReadTx } from "@casemate/store";
import type { OrganizationPlace } from "../../../kit/index.ts";
import { members, type MemberRow } from "../account/member.ts";
import { organizationNamed, organizations, type OrganizationRow } from "../organization/organization.ts";
import type { PolicyTarget } from "../policy/policy-type.ts";
import { units, unitsAbove, type UnitRow } from "../unit/unit.ts";

/** An account's place with the rows it was read from. */
export interface Standing {
  readonly organization: OrganizationRow;
  readonly units: readonly UnitRow[];
  readonly member: MemberRow;
  readonly place: OrganizationPlace;
  /** Whether this is the management account, which no policy bounds. */
  readonly management: boolean;
  /** From the root to the account. */
  readonly targets: readonly PolicyTarget[];
}

const remembered = new WeakMap<MemberRow, Standing>();

/** The standing of an account, or undefined when it belongs to no organization. */
export function standingOf(tx: ReadTx, accountId: string): Standing | undefined {
  const member = tx.get(members, accountId);
  if (member === undefined) return undefined;
  const known = remembered.get(member);
  if (known !== undefined && stillStands(tx, known)) return known;
  const standing = readStanding(tx, member);
  remembered.set(member, standing);
  return standing;
}

function stillStands(tx: ReadTx, known: Standing): boolean {
  return (
    tx.get(organizations, known.organization.id) === known.organization &&
    known.units.every((unit) => tx.get(units, unit.id) === unit)
  );
}

function readStanding(tx: ReadTx, member: MemberRow): Standing {
  const organization = organizationNamed(tx, member.organizationId);
  const above = unitsAbove(tx, organization, member.parentId);
  const { id, managementAccountId, root } = organization;
  return {
    organization,
    units: above,
    member,
    place: {
      id,
      managementAccountId,
      path: [id, root.id, ...above.map((unit) => unit.id), ""].join("/"),
    },
    management: managementAccountId === member.accountId,
    targets: [root, ...above, member],
  };
}
