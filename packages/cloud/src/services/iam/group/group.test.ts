import type {
  CreateGroupResponse,
  CreateUserResponse,
  GetGroupResponse,
  ListEntitiesForPolicyResponse,
  ListGroupsForUserResponse,
  ListGroupsResponse,
} from "@casemate/wire/iam";
import { decide } from "@casemate/iam-engine";
import { beforeEach, describe, expect, it } from "vitest";
import { createIdentity } from "../identity/identity.ts";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const create = (GroupName: string, more: object = {}) =>
  iam.run<CreateGroupResponse>("CreateGroup", { GroupName, ...more }).Group;
const join = (UserName: string, GroupName: string) => iam.run("AddUserToGroup", { UserName, GroupName });
const arn = (path: string): string => `arn:aws:iam::${testAccount}:group${path}`;
const allow = (Action: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const names = (list: readonly { readonly GroupName: string }[]) => list.map(({ GroupName }) => GroupName);

describe("groups", () => {
  it("are made with a unique id and an ARN that holds the path", () => {
    const group = create("team", { Path: "/eng/" });
    expect(group).toEqual({
      GroupName: "team",
      Path: "/eng/",
      GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/) as string,
      Arn: arn("/eng/team"),
      CreateDate: new Date(testNow),
    });
    expect(iam.run<GetGroupResponse>("GetGroup", { GroupName: "TEAM" })).toEqual({
      Group: group,
      Users: [],
      IsTruncated: false,
    });
  });

  it("have names that are unique without regard to case, in their account", () => {
    create("team");
    expect(iam.faultOf("CreateGroup", { GroupName: "TEAM" })).toBe(
      "EntityAlreadyExists: Group with name TEAM already exists.",
    );
    iam.run("CreateGroup", { GroupName: "team" }, { principal: rootOf(otherAccount) });
  });

  it.each([
    ["GetGroup", {}],
    ["UpdateGroup", {}],
    ["DeleteGroup", {}],
    ["AddUserToGroup", { UserName: "ana" }],
    ["RemoveUserFromGroup", { UserName: "ana" }],
    ["ListAttachedGroupPolicies", {}],
  ])("that are not there are NoSuchEntity to %s", (operation, more) => {
    iam.run("CreateGroup", { GroupName: "team" }, { principal: rootOf(otherAccount) });
    expect(iam.faultOf(operation, { GroupName: "team", ...more })).toBe(
      "NoSuchEntity: The group with name team cannot be found.",
    );
  });

  it("are listed by name and path, in pages", () => {
    for (const name of ["b", "A", "c"]) create(name, { Path: "/eng/" });
    create("d");
    const list = (input: object) => iam.run<ListGroupsResponse>("ListGroups", input);
    expect(names(list({ PathPrefix: "/eng/" }).Groups)).toEqual(["A", "b", "c"]);
    const first = list({ MaxItems: 3 });
    expect(first.IsTruncated).toBe(true);
    expect(names(list({ MaxItems: 3, Marker: first.Marker }).Groups)).toEqual(["d"]);
    expect(iam.faultOf("ListGroups", { Marker: first.Marker, PathPrefix: "/eng/" })).toBe(
      "ValidationError: Invalid Marker.",
    );
  });

  it("are renamed and moved, and keep their id and members", () => {
    const { GroupId } = create("team");
    create("other");
    iam.run("CreateUser", { UserName: "ana" });
    join("ana", "team");
    expect(iam.faultOf("UpdateGroup", { GroupName: "team", NewGroupName: "OTHER" })).toBe(
      "EntityAlreadyExists: Group with name OTHER already exists.",
    );
    iam.run("UpdateGroup", { GroupName: "team", NewGroupName: "Team", NewPath: "/p/" });
    const read = iam.run<GetGroupResponse>("GetGroup", { GroupName: "team" });
    expect(read.Group).toMatchObject({ GroupId, GroupName: "Team", Arn: arn("/p/Team") });
    expect(read.Users.map(({ UserName }) => UserName)).toEqual(["ana"]);
  });

  it("are renamed by who may update both the old and the new name", () => {
    create("team");
    const arns = (more: object) =>
      iam.needsOf("UpdateGroup", { GroupName: "team", ...more }).map(({ target }) => target.arn);
    expect(arns({ NewPath: "/p/" })).toEqual([arn("/team"), arn("/p/team")]);
    expect(arns({})).toEqual([arn("/team")]);
  });

  it("cannot be deleted while they have members, attached or inline policies", () => {
    create("team");
    iam.run("CreateUser", { UserName: "ana" });
    join("ana", "team");
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    iam.run("AttachGroupPolicy", { GroupName: "team", PolicyArn });
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("s3:*") });
    const refusal = () => iam.faultOf("DeleteGroup", { GroupName: "team" });
    const inGroup = "DeleteConflict: Cannot delete entity, must remove users from group first.";
    expect(refusal()).toBe(inGroup);
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toBe(inGroup);
    iam.run("RemoveUserFromGroup", { GroupName: "team", UserName: "ana" });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must detach all policies first.");
    iam.run("DetachGroupPolicy", { GroupName: "team", PolicyArn });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must delete policies first.");
    iam.run("DeleteGroupPolicy", { GroupName: "team", PolicyName: "p" });
    iam.run("DeleteGroup", { GroupName: "team" });
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("are named to policies by their real ARN; a new one by the ARN it will have", () => {
    create("team", { Path: "/eng/" });
    iam.run("CreateUser", { UserName: "ana", Path: "/eng/" });
    for (const operation of ["GetGroup", "DeleteGroup", "AddUserToGroup", "RemoveUserFromGroup"]) {
      expect(iam.needsOf(operation, { GroupName: "TEAM", UserName: "ana" })).toEqual([
        {
          action: `iam:${operation}`,
          target: { arn: arn("/eng/team"), accountId: testAccount, keys: {} },
          keys: {},
        },
      ]);
    }
    expect(iam.needsOf("CreateGroup", { GroupName: "new", Path: "/p/" })[0]?.target.arn).toBe(arn("/p/new"));
    expect(iam.needsOf("ListGroups", { PathPrefix: "/eng/" })[0]?.target.arn).toBe(arn("/eng/"));
    expect(iam.needsOf("ListGroupsForUser", { UserName: "ana" })[0]?.target.arn).toBe(
      `arn:aws:iam::${testAccount}:user/eng/ana`,
    );
  });
});

describe("members of groups", () => {
  const groupsOf = (UserName: string, more: object = {}) =>
    iam.run<ListGroupsForUserResponse>("ListGroupsForUser", { UserName, ...more });

  it("are added and removed once however often", () => {
    create("team");
    iam.run("CreateUser", { UserName: "ana" });
    iam.run("RemoveUserFromGroup", { UserName: "ana", GroupName: "team" });
    join("ana", "team");
    join("ANA", "TEAM");
    expect(names(groupsOf("ana").Groups)).toEqual(["team"]);
    iam.run("RemoveUserFromGroup", { UserName: "ana", GroupName: "team" });
    expect(groupsOf("ana").Groups).toEqual([]);
    expect(iam.faultOf("AddUserToGroup", { UserName: "bob", GroupName: "team" })).toBe(
      "NoSuchEntity: The user with name bob cannot be found.",
    );
    expect(iam.faultOf("RemoveUserFromGroup", { UserName: "bob", GroupName: "team" })).toMatch(
      /^NoSuchEntity/,
    );
    expect(iam.faultOf("ListGroupsForUser", { UserName: "bob" })).toMatch(/^NoSuchEntity/);
  });

  it("are shown in pages, from both sides", () => {
    for (const name of ["x", "y", "z"]) {
      create(name);
      iam.run("CreateUser", { UserName: `in-${name}` });
    }
    for (const name of ["z", "x", "y"]) {
      join("in-x", name);
      join(`in-${name}`, "x");
    }
    const users = iam.run<GetGroupResponse>("GetGroup", { GroupName: "x", MaxItems: 2 });
    expect(users.Users.map(({ UserName }) => UserName)).toEqual(["in-x", "in-y"]);
    const rest = iam.run<GetGroupResponse>("GetGroup", { GroupName: "x", MaxItems: 2, Marker: users.Marker });
    expect([rest.Users.length, rest.IsTruncated]).toEqual([1, false]);
    const { Groups, Marker } = groupsOf("in-x", { MaxItems: 2 });
    expect(names(Groups)).toEqual(["x", "y"]);
    expect(names(groupsOf("in-x", { MaxItems: 2, Marker }).Groups)).toEqual(["z"]);
  });

  it("are in ten groups at most", () => {
    iam.run("CreateUser", { UserName: "ana" });
    for (let index = 0; index < 11; index += 1) create(`g${index}`);
    for (let index = 0; index < 10; index += 1) join("ana", `g${index}`);
    expect(iam.faultOf("AddUserToGroup", { UserName: "ana", GroupName: "g10" })).toBe(
      "LimitExceeded: Cannot exceed quota for GroupsPerUser: 10",
    );
    join("ana", "g9");
  });

  it("are nobody's by inheritance: a group made again under the same name is empty", () => {
    const { User } = iam.run<CreateUserResponse>("CreateUser", { UserName: "ana" });
    create("team");
    join("ana", "team");
    iam.run("RemoveUserFromGroup", { UserName: "ana", GroupName: "team" });
    iam.run("DeleteGroup", { GroupName: "team" });
    create("team");
    expect(iam.run<GetGroupResponse>("GetGroup", { GroupName: "team" }).Users).toEqual([]);
    expect(User).toBeDefined();
  });
});

describe("policies of groups", () => {
  let ana: ReturnType<typeof asUser>;
  beforeEach(() => {
    const { User } = iam.run<CreateUserResponse>("CreateUser", { UserName: "ana" });
    if (User === undefined) throw new Error("No user came back.");
    ana = asUser(User);
    create("team");
  });

  const may = (action: string): boolean =>
    iam.store.transaction((tx) => {
      const { identity, boundary } = createIdentity(iam.environment).policiesOf(tx, ana.principal);
      const { accountId, arn: caller, id } = ana.principal;
      const principal = { type: "user", accountId, arn: caller, id } as const;
      const resource = { resource: "*", resourceAccount: accountId, context: new Map() };
      return decide({ principal, action, identity, boundary, ...resource }).allowed;
    }).value;

  it("count for who is a member, and only as long", () => {
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("s3:*") });
    expect(may("s3:GetObject")).toBe(false);
    join("ana", "team");
    expect(may("s3:GetObject")).toBe(true);
    iam.run("RemoveUserFromGroup", { UserName: "ana", GroupName: "team" });
    expect(may("s3:GetObject")).toBe(false);
  });

  it("count as they are now, when the group changes and its member does not", () => {
    join("ana", "team");
    expect(may("s3:GetObject")).toBe(false);
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("s3:*") });
    expect(may("s3:GetObject")).toBe(true);
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("sqs:*") });
    expect([may("s3:GetObject"), may("sqs:SendMessage")]).toEqual([false, true]);
    iam.run("DeleteGroupPolicy", { GroupName: "team", PolicyName: "p" });
    expect(may("sqs:SendMessage")).toBe(false);
  });

  it("count as they are now, when a managed policy of the group changes", () => {
    const PolicyArn = `arn:aws:iam::${testAccount}:policy/mine`;
    iam.run("CreatePolicy", { PolicyName: "mine", PolicyDocument: allow("s3:*") });
    join("ana", "team");
    iam.run("AttachGroupPolicy", { GroupName: "team", PolicyArn });
    expect(may("s3:GetObject")).toBe(true);
    iam.run("CreatePolicyVersion", { PolicyArn, PolicyDocument: allow("sqs:*"), SetAsDefault: true });
    expect([may("s3:GetObject"), may("sqs:SendMessage")]).toEqual([false, true]);
    iam.run("DetachGroupPolicy", { GroupName: "team", PolicyArn });
    expect(may("sqs:SendMessage")).toBe(false);
  });

  it("deny too, and stay within the boundary of the member", () => {
    join("ana", "team");
    iam.run("PutUserPolicy", { UserName: "ana", PolicyName: "own", PolicyDocument: allow("*") });
    const deny = allow("s3:*").replace("Allow", "Deny");
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: deny });
    expect([may("s3:GetObject"), may("sqs:SendMessage")]).toEqual([false, true]);
    iam.run("PutUserPermissionsBoundary", {
      UserName: "ana",
      PermissionsBoundary: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    });
    expect([may("sqs:SendMessage"), may("iam:GetUser")]).toEqual([false, true]);
  });

  it("are counted and told of the managed policy, which cannot go meanwhile", () => {
    const PolicyArn = `arn:aws:iam::${testAccount}:policy/mine`;
    iam.run("CreatePolicy", { PolicyName: "mine", PolicyDocument: allow("s3:*") });
    for (const [operation, holder] of [
      ["AttachGroupPolicy", { GroupName: "team" }],
      ["AttachUserPolicy", { UserName: "ana" }],
    ] as const) {
      iam.run(operation, { ...holder, PolicyArn });
    }
    const entities = (more: object = {}) =>
      iam.run<ListEntitiesForPolicyResponse>("ListEntitiesForPolicy", { PolicyArn, ...more });
    expect(entities()).toMatchObject({
      PolicyGroups: [{ GroupName: "team", GroupId: expect.stringMatching(/^AGPA/) as string }],
      PolicyUsers: [{ UserName: "ana" }],
      PolicyRoles: [],
    });
    expect(entities({ EntityFilter: "Group" }).PolicyUsers).toEqual([]);
    expect(entities({ EntityFilter: "User" }).PolicyGroups).toEqual([]);
    const first = entities({ MaxItems: 1 });
    expect([first.PolicyGroups?.length, first.PolicyUsers?.length]).toEqual([1, 0]);
    expect(entities({ MaxItems: 1, Marker: first.Marker }).PolicyUsers).toHaveLength(1);
    expect(iam.run("GetPolicy", { PolicyArn })).toMatchObject({ Policy: { AttachmentCount: 2 } });
    expect(iam.faultOf("DeletePolicy", { PolicyArn })).toMatch(/^DeleteConflict/);
  });
});
