import { beforeEach, expect, it } from "vitest";
import { openTestOrganizations, type TestOrganizations } from "../testing.ts";

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
});

it("makes units within units, each with its path", () => {
  const outer = on.unit("outer");
  const inner = on.unit("inner", outer);
  expect(inner).toMatch(new RegExp(`^ou-${on.rootId().slice(2)}-[a-z0-9]{8}$`));
  expect(on.run("DescribeOrganizationalUnit", { OrganizationalUnitId: inner })).toMatchObject({
    OrganizationalUnit: {
      Name: "inner",
      Path: expect.stringMatching(new RegExp(`^o-[a-z0-9]{10}/${on.rootId()}/${outer}/${inner}/$`)),
    },
  });
  expect(on.run("ListOrganizationalUnitsForParent", { ParentId: outer })).toMatchObject({
    OrganizationalUnits: [{ Id: inner }],
  });
  expect(on.run("ListChildren", { ParentId: on.rootId(), ChildType: "ORGANIZATIONAL_UNIT" })).toEqual({
    Children: [{ Id: outer, Type: "ORGANIZATIONAL_UNIT" }],
  });
  expect(on.run("ListParents", { ChildId: outer })).toEqual({
    Parents: [{ Id: on.rootId(), Type: "ROOT" }],
  });
});

it("keeps names apart among siblings only", () => {
  const one = on.unit("one");
  on.unit("one", one);
  expect(on.faultOf("CreateOrganizationalUnit", { ParentId: on.rootId(), Name: "one" })).toMatch(
    /^Duplicate/,
  );
  expect(on.run("UpdateOrganizationalUnit", { OrganizationalUnitId: one, Name: "one" })).toMatchObject({
    OrganizationalUnit: { Name: "one" },
  });
  on.run("UpdateOrganizationalUnit", { OrganizationalUnitId: one, Name: "two" });
  on.unit("one");
});

it("deletes a unit once nothing is in it", () => {
  const id = on.unit("unit");
  const account = on.account("member");
  on.run("MoveAccount", { AccountId: account, SourceParentId: on.rootId(), DestinationParentId: id });
  expect(on.faultOf("DeleteOrganizationalUnit", { OrganizationalUnitId: id })).toMatch(/NotEmpty/);
  on.run("MoveAccount", { AccountId: account, SourceParentId: id, DestinationParentId: on.rootId() });
  on.run("DeleteOrganizationalUnit", { OrganizationalUnitId: id });
  expect(on.faultOf("DescribeOrganizationalUnit", { OrganizationalUnitId: id })).toMatch(/NotFound/);
});
