/** Organizational units: the branches of the tree between the root and the accounts. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";
import { organizationsArn, type OrganizationRow } from "../organization/organization.ts";
import type { PolicyTarget } from "../policy/policy-type.ts";

/** An organizational unit. */
export interface UnitRow extends PolicyTarget {
  /** `ou-`, the characters of the root, and eight of its own. */
  readonly id: string;
  readonly organizationId: string;
  /** The root or another unit. */
  readonly parentId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

export const units = collection<UnitRow>()({
  kind: "organizations/unit",
  key: (row) => row.id,
  indexes: { organization: (row) => row.organizationId, parent: (row) => row.parentId },
});

/** Writes a unit. */
export function putUnit(tx: Tx, row: UnitRow): UnitRow {
  tx.put(units, row);
  return row;
}

/** A unit of an organization, or undefined when it is none of its own. */
export function findUnit(
  tx: ReadTx,
  organization: Pick<OrganizationRow, "id">,
  id: string,
): UnitRow | undefined {
  const row = tx.get(units, id);
  return row?.organizationId === organization.id ? row : undefined;
}

export function unitArn(organization: OrganizationRow, id: string): string {
  return organizationsArn(organization, `ou/${organization.id}/${id}`);
}

/** The units between the root and something under it, the outermost first. */
export function unitsAbove(tx: ReadTx, organization: OrganizationRow, parentId: string): readonly UnitRow[] {
  const above: UnitRow[] = [];
  for (let id = parentId; id !== organization.root.id;) {
    const unit = findUnit(tx, organization, id);
    if (unit === undefined) throw new Error(`${id} is no parent in ${organization.id}.`);
    above.push(unit);
    id = unit.parentId;
  }
  return above.toReversed();
}

/** Whether something is the root or a unit of an organization. */
export function isParent(tx: ReadTx, organization: OrganizationRow, id: string): boolean {
  return id === organization.root.id || findUnit(tx, organization, id) !== undefined;
}
