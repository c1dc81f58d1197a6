/** Operations on organizational units and on the tree that they make. */
import type { ReadTx } from "@casemate/store";
import type { OrganizationalUnit, ParentType } from "@casemate/wire/organizations";
import { findMember, members } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  childNotFound,
  duplicateUnit,
  parentNotFound,
  tooManyUnits,
  unitNotEmpty,
  unitNotFound,
  unitsTooDeep,
} from "../faults.ts";
import { drawAlphanumeric, drawFreeId } from "../ids.ts";
import { listing } from "../listing.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { policiesEverywhere } from "../policy/policy-type.ts";
import { readTags } from "../tag/tags.ts";
import { findUnit, isParent, putUnit, unitArn, units, unitsAbove, type UnitRow } from "./unit.ts";

/** Units between the root and the deepest account. */
export const unitLevelsMax = 5;
/** Units in an organization. */
export const unitsPerOrganizationMax = 1000;

export function unitView(tx: ReadTx, organization: OrganizationRow, row: UnitRow): OrganizationalUnit {
  const above = unitsAbove(tx, organization, row.id).map(({ id }) => id);
  return {
    Id: row.id,
    Arn: unitArn(organization, row.id),
    Name: row.name,
    Path: [organization.id, organization.root.id, ...above, ""].join("/"),
  };
}

/** @throws unitNotFound */
function fetchUnit(tx: ReadTx, organization: OrganizationRow, id: string): UnitRow {
  const row = findUnit(tx, organization, id);
  if (row === undefined) throw unitNotFound();
  return row;
}

/** @throws duplicateUnit when a sibling has the name */
function checkName(tx: ReadTx, parentId: string, name: string): void {
  if (tx.by(units, "parent", parentId).some((sibling) => sibling.name === name)) throw duplicateUnit();
}

export const createOrganizationalUnit = seatedOperation("CreateOrganizationalUnit", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.parent(input.ParentId)],
  tags: (input) => input.Tags,
  handle(tx, input, { organization, call }) {
    const { ParentId: parentId, Name: name } = input;
    if (!isParent(tx, organization, parentId)) throw parentNotFound();
    if (unitsAbove(tx, organization, parentId).length >= unitLevelsMax) throw unitsTooDeep();
    if (tx.by(units, "organization", organization.id).length >= unitsPerOrganizationMax) throw tooManyUnits();
    checkName(tx, parentId, name);
    const ownPart = organization.root.id.slice("r-".length);
    const row = putUnit(tx, {
      id: drawFreeId(
        () => `ou-${ownPart}-${drawAlphanumeric(call.environment.random, 8)}`,
        (id) => tx.get(units, id) !== undefined,
      ),
      organizationId: organization.id,
      parentId,
      name,
      createdAt: call.now,
      tags: readTags(input.Tags),
      policyIds: policiesEverywhere(organization.root.policyTypes),
    });
    return { OrganizationalUnit: unitView(tx, organization, row) };
  },
});

export const describeOrganizationalUnit = seatedOperation("DescribeOrganizationalUnit", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.unit(input.OrganizationalUnitId)],
  handle: (tx, input, { organization }) => ({
    OrganizationalUnit: unitView(tx, organization, fetchUnit(tx, organization, input.OrganizationalUnitId)),
  }),
});

export const updateOrganizationalUnit = seatedOperation("UpdateOrganizationalUnit", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.unit(input.OrganizationalUnitId)],
  handle(tx, input, { organization }) {
    const row = fetchUnit(tx, organization, input.OrganizationalUnitId);
    const name = input.Name ?? row.name;
    if (name !== row.name) checkName(tx, row.parentId, name);
    return { OrganizationalUnit: unitView(tx, organization, putUnit(tx, { ...row, name })) };
  },
});

export const deleteOrganizationalUnit = seatedOperation("DeleteOrganizationalUnit", {
  access: "write",
  audience: "management",
  resources: (input, named) => [named.unit(input.OrganizationalUnitId)],
  handle(tx, input, { organization }) {
    const { id } = fetchUnit(tx, organization, input.OrganizationalUnitId);
    if (tx.by(units, "parent", id).length > 0 || tx.by(members, "parent", id).length > 0) {
      throw unitNotEmpty();
    }
    tx.delete(units, id);
    return {};
  },
});

export const listOrganizationalUnitsForParent = seatedOperation("ListOrganizationalUnitsForParent", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.parent(input.ParentId)],
  handle(tx, input, { organization, call }) {
    if (!isParent(tx, organization, input.ParentId)) throw parentNotFound();
    const found = tx.by(units, "parent", input.ParentId);
    const { items, next } = listing(call, input, { items: found, key: ({ id }) => id });
    return { OrganizationalUnits: items.map((row) => unitView(tx, organization, row)), ...next };
  },
});

export const listChildren = seatedOperation("ListChildren", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.parent(input.ParentId)],
  handle(tx, input, { organization, call }) {
    const { ParentId: parentId, ChildType: type } = input;
    if (!isParent(tx, organization, parentId)) throw parentNotFound();
    const ids =
      type === "ACCOUNT"
        ? tx.by(members, "parent", parentId).map(({ accountId }) => accountId)
        : tx.by(units, "parent", parentId).map(({ id }) => id);
    const { items, next } = listing(call, input, { items: ids, key: (id) => id });
    return { Children: items.map((Id) => ({ Id, Type: type })), ...next };
  },
});

export const listParents = seatedOperation("ListParents", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.target(input.ChildId)],
  handle(tx, input, { organization, call }) {
    const child = findMember(tx, organization, input.ChildId) ?? findUnit(tx, organization, input.ChildId);
    if (child === undefined) throw childNotFound();
    const { items, next } = listing(call, input, { items: [child.parentId], key: (id) => id });
    const type = (id: string): ParentType => (id === organization.root.id ? "ROOT" : "ORGANIZATIONAL_UNIT");
    return { Parents: items.map((Id) => ({ Id, Type: type(Id) })), ...next };
  },
});

/** Every operation of this file. */
export const unitOperations = [
  createOrganizationalUnit,
  describeOrganizationalUnit,
  updateOrganizationalUnit,
  deleteOrganizationalUnit,
  listOrganizationalUnitsForParent,
  listChildren,
  listParents,
];
