import type { GetAccountAuthorizationDetailsResponse } from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";

const readOnly = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},' +
  '"Action":"sts:AssumeRole"}]}';
const own = (resource: string): string => `arn:aws:iam::${testAccount}:${resource}`;
const encoded = (text: string): string => encodeURIComponent(text).replaceAll("*", "%2A");

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  const mine = own("policy/eng/mine");
  const inline = { PolicyName: "p", PolicyDocument: document };
  iam.run("CreatePolicy", {
    PolicyName: "mine",
    Path: "/eng/",
    PolicyDocument: document,
    Description: "what for",
  });
  iam.run("CreatePolicyVersion", { PolicyArn: mine, PolicyDocument: document });
  iam.run("CreateUser", { UserName: "Ana", Tags: [{ Key: "a", Value: "1" }], PermissionsBoundary: mine });
  iam.run("CreateUser", { UserName: "bob" });
  iam.run("CreateGroup", { GroupName: "team" });
  iam.run("AddUserToGroup", { GroupName: "team", UserName: "Ana" });
  iam.run("CreateRole", { RoleName: "app", AssumeRolePolicyDocument: trust, MaxSessionDuration: 7200 });
  iam.run("CreateInstanceProfile", { InstanceProfileName: "machines" });
  iam.run("AddRoleToInstanceProfile", { InstanceProfileName: "machines", RoleName: "app" });
  iam.run("PutUserPolicy", { UserName: "Ana", ...inline });
  iam.run("PutGroupPolicy", { GroupName: "team", ...inline });
  iam.run("PutRolePolicy", { RoleName: "app", ...inline });
  iam.run("AttachUserPolicy", { UserName: "Ana", PolicyArn: readOnly });
  iam.run("AttachGroupPolicy", { GroupName: "team", PolicyArn: mine });
  iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn: mine });
});

const read = (input: object = {}, caller = {}) =>
  iam.run<GetAccountAuthorizationDetailsResponse>("GetAccountAuthorizationDetails", input, caller);
/** The names in an answer, by kind. */
const names = (details: GetAccountAuthorizationDetailsResponse) => ({
  users: details.UserDetailList?.map(({ UserName }) => UserName),
  groups: details.GroupDetailList?.map(({ GroupName }) => GroupName),
  roles: details.RoleDetailList?.map(({ RoleName }) => RoleName),
  policies: details.Policies?.map(({ PolicyName }) => PolicyName),
});
const none = { users: [], groups: [], roles: [], policies: [] };

describe("authorization details", () => {
  it("show users with groups, inline and attached policies, boundary and tags", () => {
    const [ana, bob] = read().UserDetailList ?? [];
    expect(ana).toEqual({
      Path: "/",
      UserName: "Ana",
      UserId: expect.stringMatching(/^AIDA/) as string,
      Arn: own("user/Ana"),
      CreateDate: new Date(testNow),
      UserPolicyList: [{ PolicyName: "p", PolicyDocument: encoded(document) }],
      GroupList: ["team"],
      AttachedManagedPolicies: [{ PolicyName: "IAMReadOnlyAccess", PolicyArn: readOnly }],
      PermissionsBoundary: {
        PermissionsBoundaryType: "Policy",
        PermissionsBoundaryArn: own("policy/eng/mine"),
      },
      Tags: [{ Key: "a", Value: "1" }],
    });
    expect(bob).toMatchObject({ UserPolicyList: [], GroupList: [], AttachedManagedPolicies: [], Tags: [] });
    expect(bob).not.toHaveProperty("PermissionsBoundary");
  });

  it("show groups with their policies", () => {
    expect(read().GroupDetailList).toEqual([
      {
        Path: "/",
        GroupName: "team",
        GroupId: expect.stringMatching(/^AGPA/) as string,
        Arn: own("group/team"),
        CreateDate: new Date(testNow),
        GroupPolicyList: [{ PolicyName: "p", PolicyDocument: encoded(document) }],
        AttachedManagedPolicies: [{ PolicyName: "mine", PolicyArn: own("policy/eng/mine") }],
      },
    ]);
  });

  it("show roles with trust policy, instance profiles, policies and last use", () => {
    expect(read().RoleDetailList).toEqual([
      {
        Path: "/",
        RoleName: "app",
        RoleId: expect.stringMatching(/^AROA/) as string,
        Arn: own("role/app"),
        CreateDate: new Date(testNow),
        AssumeRolePolicyDocument: encoded(trust),
        InstanceProfileList: [
          expect.objectContaining({
            InstanceProfileName: "machines",
            Roles: [expect.objectContaining({ RoleName: "app" }) as object],
          }),
        ],
        RolePolicyList: [{ PolicyName: "p", PolicyDocument: encoded(document) }],
        AttachedManagedPolicies: [{ PolicyName: "mine", PolicyArn: own("policy/eng/mine") }],
        Tags: [],
        RoleLastUsed: {},
      },
    ]);
  });

  it("show managed policies with all versions, and of AWS's own those in use", () => {
    const policies = read().Policies ?? [];
    expect(policies.map(({ PolicyName }) => PolicyName)).toEqual(["IAMReadOnlyAccess", "mine"]);
    expect(policies[1]).toMatchObject({
      Arn: own("policy/eng/mine"),
      Description: "what for",
      DefaultVersionId: "v1",
      AttachmentCount: 2,
      PermissionsBoundaryUsageCount: 1,
      PolicyVersionList: [
        { VersionId: "v2", IsDefaultVersion: false, Document: encoded(document) },
        { VersionId: "v1", IsDefaultVersion: true, Document: encoded(document) },
      ],
    });
  });

  it.each([
    [["User"], { ...none, users: ["Ana", "bob"] }],
    [["Group"], { ...none, groups: ["team"] }],
    [["Role"], { ...none, roles: ["app"] }],
    [["LocalManagedPolicy"], { ...none, policies: ["mine"] }],
    [["AWSManagedPolicy"], { ...none, policies: ["IAMReadOnlyAccess"] }],
    [["Role", "Group"], { ...none, groups: ["team"], roles: ["app"] }],
  ])("filtered by %j show nothing else", (Filter, wanted) => {
    expect(names(read({ Filter }))).toEqual(wanted);
  });

  it("come in pages that run through all kinds", () => {
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const page = read({ MaxItems: 2, Marker });
      const { users, groups, roles, policies } = names(page);
      const here = [users, groups, roles, policies].flatMap((list) => list ?? []).map(String);
      expect(here.length).toBeLessThanOrEqual(2);
      seen.push(...here);
      Marker = page.Marker;
      expect(page.IsTruncated).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(seen).toEqual(["Ana", "bob", "team", "app", "IAMReadOnlyAccess", "mine"]);
    const { Marker: first } = read({ MaxItems: 1 });
    expect(iam.faultOf("GetAccountAuthorizationDetails", { Marker: first, Filter: ["User"] })).toBe(
      "ValidationError: Invalid Marker.",
    );
  });

  it("tell nothing of another account", () => {
    expect(names(read({}, { principal: rootOf(otherAccount) }))).toEqual(none);
  });
});
