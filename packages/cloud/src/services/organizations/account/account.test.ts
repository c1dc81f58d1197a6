import type {
  CreateAccountResponse,
  DescribeAccountResponse,
  ListCreateAccountStatusResponse,
} from "@casemate/wire/organizations";
import { beforeEach, describe, expect, it } from "vitest";
import { findRole, findServiceLinkedRole } from "../../iam/index.ts";
import { openTestOrganizations, testAccount, testNow, type TestOrganizations } from "../testing.ts";

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
});

const described = (AccountId: string) =>
  on.run<DescribeAccountResponse>("DescribeAccount", { AccountId }).Account;
const create = (input: object) =>
  on.run<CreateAccountResponse>("CreateAccount", { AccountName: "new", Email: "new@example.com", ...input })
    .CreateAccountStatus;

describe("an account made in an organization", () => {
  it("is there at once, under the root, with its tags and the policies of everybody", () => {
    const status = create({ Tags: [{ Key: "team", Value: "red" }] });
    const id = status?.AccountId ?? "";
    expect(status).toEqual({
      Id: expect.stringMatching(/^car-[a-z0-9]{32}$/),
      AccountName: "new",
      State: "SUCCEEDED",
      RequestedTimestamp: new Date(testNow),
      CompletedTimestamp: new Date(testNow),
      AccountId: expect.stringMatching(/^\d{12}$/),
    });
    expect(described(id)).toMatchObject({
      Id: id,
      Email: "new@example.com",
      Name: "new",
      Status: "ACTIVE",
      State: "ACTIVE",
      JoinedMethod: "CREATED",
      JoinedTimestamp: new Date(testNow),
      Paths: [expect.stringMatching(new RegExp(`^o-[a-z0-9]{10}/${on.rootId()}/${id}/$`))],
    });
    expect(on.run("ListTagsForResource", { ResourceId: id })).toEqual({
      Tags: [{ Key: "team", Value: "red" }],
    });
    expect(on.run("ListPoliciesForTarget", { TargetId: id, Filter: "SERVICE_CONTROL_POLICY" })).toMatchObject(
      {
        Policies: [{ Id: "p-FullAWSAccess" }],
      },
    );
  });

  it("has a role that trusts the management account, under the name that was asked for", () => {
    const roleIn = (id: string | undefined, name: string) =>
      on.store.read((tx) => findRole(tx, id ?? "", name));
    const plain = create({})?.AccountId;
    const named = create({ Email: "other@example.com", RoleName: "Landlord" })?.AccountId;
    expect(JSON.parse(roleIn(plain, "OrganizationAccountAccessRole")?.trustDocument ?? "")).toMatchObject({
      Statement: [{ Principal: { AWS: `arn:aws:iam::${testAccount}:root` } }],
    });
    expect([roleIn(named, "Landlord")?.name, roleIn(named, "OrganizationAccountAccessRole")]).toEqual([
      "Landlord",
      undefined,
    ]);
    const service = "organizations.amazonaws.com";
    expect(on.store.read((tx) => findServiceLinkedRole(tx, plain ?? "", { service }))).toBeDefined();
  });

  it.each([
    ["NEW@example.com", "EMAIL_ALREADY_EXISTS"],
    ["not an address", "INVALID_EMAIL"],
    ["123456789012@accounts.invalid", "INVALID_EMAIL"],
  ])("is not made for %s: %s", (Email, reason) => {
    create({});
    const status = create({ Email });
    expect(status).toMatchObject({ State: "FAILED", FailureReason: reason });
    expect(status?.AccountId).toBeUndefined();
    const listed = (States?: readonly string[]) =>
      on.run<ListCreateAccountStatusResponse>("ListCreateAccountStatus", { States }).CreateAccountStatuses;
    expect(listed(["FAILED"])).toEqual([status]);
    expect(listed()).toHaveLength(2);
    const CreateAccountRequestId = status?.Id;
    expect(on.run("DescribeCreateAccountStatus", { CreateAccountRequestId })).toEqual({
      CreateAccountStatus: status,
    });
  });

  it("moves between units, and out of the organization, where its policies end", () => {
    const id = on.account("member");
    const unit = on.unit("unit");
    on.run("MoveAccount", { AccountId: id, SourceParentId: on.rootId(), DestinationParentId: unit });
    expect(on.run("ListParents", { ChildId: id })).toEqual({
      Parents: [{ Id: unit, Type: "ORGANIZATIONAL_UNIT" }],
    });
    expect(on.run("ListChildren", { ParentId: unit, ChildType: "ACCOUNT" })).toEqual({
      Children: [{ Id: id, Type: "ACCOUNT" }],
    });
    expect(on.run("ListAccountsForParent", { ParentId: unit })).toMatchObject({ Accounts: [{ Id: id }] });
    on.run("LeaveOrganization", {}, id);
    expect(on.run("ListAccountsForParent", { ParentId: unit })).toEqual({ Accounts: [] });
    expect(on.faultOf("RemoveAccountFromOrganization", { AccountId: id })).toMatch(/^AccountNotFound/);
    const other = on.account("other");
    on.run("RemoveAccountFromOrganization", { AccountId: other });
    expect(on.faultOf("DescribeOrganization", {}, other)).toMatch(/^AWSOrganizationsNotInUse/);
    expect(on.faultOf("RemoveAccountFromOrganization", { AccountId: testAccount })).toMatch(/^MasterCannot/);
  });

  it("is suspended once it is closed, and still listed", () => {
    const id = on.account("member");
    on.run("CloseAccount", { AccountId: id });
    expect(described(id)).toMatchObject({ Status: "SUSPENDED", State: "CLOSED" });
  });
});
