import type {
  DescribeOrganizationResponse,
  ListAccountsResponse,
  ListRootsResponse,
} from "@casemate/wire/organizations";
import { beforeEach, describe, expect, it } from "vitest";
import { findServiceLinkedRole } from "../../iam/index.ts";
import {
  openTestOrganizations,
  otherOutsideAccount,
  outsideAccount,
  testAccount,
  type TestOrganizations,
} from "../testing.ts";

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
});

describe("an organization", () => {
  const described = (accountId?: string) =>
    on.run<DescribeOrganizationResponse>("DescribeOrganization", {}, accountId).Organization;

  it("is shown to every member alike, with its management account", () => {
    const organization = described();
    expect(organization).toEqual({
      Id: expect.stringMatching(/^o-[a-z0-9]{10}$/),
      Arn: `arn:aws:organizations::${testAccount}:organization/${organization?.Id}`,
      FeatureSet: "ALL",
      MasterAccountArn: `arn:aws:organizations::${testAccount}:account/${organization?.Id}/${testAccount}`,
      MasterAccountId: testAccount,
      MasterAccountEmail: `root@${testAccount}.example.com`,
      AvailablePolicyTypes: [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }],
    });
    expect(described(on.account("member"))).toEqual(organization);
  });

  it("has one root, with services' policies in force from the start", () => {
    const { Roots } = on.run<ListRootsResponse>("ListRoots");
    const id = described()?.Id;
    expect(Roots).toEqual([
      {
        Id: expect.stringMatching(/^r-[a-z0-9]{4}$/),
        Arn: `arn:aws:organizations::${testAccount}:root/${id}/${on.rootId()}`,
        Name: "Root",
        PolicyTypes: [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }],
      },
    ]);
  });

  it("for billing alone has no policies, and makes no role", () => {
    on.run("CreateOrganization", { FeatureSet: "CONSOLIDATED_BILLING" }, outsideAccount);
    expect(described(outsideAccount)).toMatchObject({
      FeatureSet: "CONSOLIDATED_BILLING",
      AvailablePolicyTypes: [],
    });
    expect(on.run<ListRootsResponse>("ListRoots", {}, outsideAccount).Roots?.[0]?.PolicyTypes).toEqual([]);
    const role = (accountId: string) =>
      on.store.read((tx) => findServiceLinkedRole(tx, accountId, { service: "organizations.amazonaws.com" }));
    expect([role(testAccount)?.name, role(outsideAccount)]).toEqual([
      "AWSServiceRoleForOrganizations",
      undefined,
    ]);
  });

  it("is deleted with everything in it once no other member is left, and can be made again", () => {
    on.unit("unit");
    on.policy("policy");
    const first = described()?.Id;
    on.run("DeleteOrganization");
    expect(on.faultOf("DescribeOrganization")).toMatch(/^AWSOrganizationsNotInUse/);
    on.run("CreateOrganization");
    expect(described()?.Id).not.toBe(first);
    expect(on.run("ListOrganizationalUnitsForParent", { ParentId: on.rootId() })).toEqual({
      OrganizationalUnits: [],
    });
    expect(on.run("ListPolicies", { Filter: "SERVICE_CONTROL_POLICY" })).toMatchObject({
      Policies: [{ Id: "p-FullAWSAccess", AwsManaged: true }],
    });
  });
});

describe("permissions", () => {
  it("are asked on the ARNs of the management account, or on everything", () => {
    const needs = on.needsOf("DescribeAccount", { AccountId: "999999999999" });
    const organization = on.run<DescribeOrganizationResponse>("DescribeOrganization").Organization?.Id;
    expect(needs).toEqual([
      {
        action: "organizations:DescribeAccount",
        target: {
          arn: `arn:aws:organizations::${testAccount}:account/${organization}/999999999999`,
          accountId: testAccount,
          keys: {},
        },
        keys: {},
      },
    ]);
    expect(on.needsOf("ListAccounts", {}, otherOutsideAccount)[0]?.target.arn).toBe("*");
  });

  it("name tags asked for, and want organizations:TagResource for them", () => {
    const input = { AccountName: "a", Email: "a@example.com" };
    expect(on.needsOf("CreateAccount", input).map(({ keys }) => keys)).toEqual([{}]);
    const tagged = on.needsOf("CreateAccount", { ...input, Tags: [{ Key: "team", Value: "" }] });
    const keys = { "aws:TagKeys": ["team"], "aws:RequestTag/team": "" };
    expect(tagged.map((need) => [need.action, need.keys])).toEqual([
      ["organizations:CreateAccount", keys],
      ["organizations:TagResource", keys],
    ]);
  });

  it("carry the tags of what they are asked on", () => {
    const unit = on.unit("unit");
    on.run("TagResource", { ResourceId: unit, Tags: [{ Key: "team", Value: "red" }] });
    const [need] = on.needsOf("DeleteOrganizationalUnit", { OrganizationalUnitId: unit });
    expect(need?.target.keys).toEqual({ "aws:ResourceTag/team": "red" });
  });

  it("name the type of a policy where there is one, and the service of a delegation", () => {
    const key = (name: string, input: object) =>
      on.needsOf(name, input).map(({ keys }) => keys["organizations:PolicyType"]);
    expect(key("AttachPolicy", { PolicyId: on.policy("one"), TargetId: on.rootId() })).toEqual([
      "SERVICE_CONTROL_POLICY",
      "SERVICE_CONTROL_POLICY",
    ]);
    expect(key("DescribePolicy", { PolicyId: "p-none0000" })).toEqual([undefined]);
    const services = (input: object) =>
      on.needsOf("ListDelegatedAdministrators", input)[0]?.keys["organizations:ServicePrincipal"];
    expect([services({}), services({ ServicePrincipal: "a.amazonaws.com" })]).toEqual([
      undefined,
      "a.amazonaws.com",
    ]);
  });
});

it("pages its lists by sealed tokens, at most twenty items each", () => {
  for (let index = 0; index < 24; index += 1) on.account(`member-${index}`);
  const list = (input: object) => on.run<ListAccountsResponse>("ListAccounts", input);
  const first = list({});
  const second = list({ NextToken: first.NextToken });
  expect([first.Accounts?.length, second.Accounts?.length, second.NextToken]).toEqual([20, 5, undefined]);
  const ids = [...(first.Accounts ?? []), ...(second.Accounts ?? [])].map(({ Id }) => Id);
  expect(new Set(ids).size).toBe(25);
  expect(list({ MaxResults: 3 }).Accounts).toHaveLength(3);
});
