import type {
  AccessKey,
  CreateAccessKeyResponse,
  CreateUserResponse,
  GetAccessKeyLastUsedResponse,
  GetUserResponse,
  ListAccessKeysResponse,
  ListUsersResponse,
  ListUserTagsResponse,
  User,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { accessKeys, openSecret } from "../access-key/access-key.ts";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const create = (UserName: string, more: object = {}): User => {
  const { User: user } = iam.run<CreateUserResponse>("CreateUser", { UserName, ...more });
  if (user === undefined) throw new Error("No user came back.");
  return user;
};
const newKey = (UserName?: string): AccessKey =>
  iam.run<CreateAccessKeyResponse>("CreateAccessKey", { UserName }).AccessKey;
const arn = (path: string): string => `arn:aws:iam::${testAccount}:user${path}`;

/** A caller that assumed a role. */
const session = {
  principal: {
    type: "role-session",
    accountId: testAccount,
    arn: `arn:aws:sts::${testAccount}:assumed-role/r/s`,
    id: "AROAX:s",
    accessKeyId: "ASIATEST",
    roleArn: `arn:aws:iam::${testAccount}:role/r`,
    roleId: "AROAX",
    roleName: "r",
    sessionName: "s",
    session: {
      issuedAt: testNow,
      expiresAt: testNow + 1,
      tags: {},
      transitiveTagKeys: [],
      policies: [],
      chained: false,
    },
  },
} as const;

describe("users", () => {
  it("are made with a unique id, an ARN that holds the path, and the tags asked for", () => {
    const user = create("ana", { Path: "/eng/", Tags: [{ Key: "Team", Value: "a" }] });
    expect(user).toMatchObject({
      UserName: "ana",
      Path: "/eng/",
      Arn: arn("/eng/ana"),
      CreateDate: new Date(testNow),
      Tags: [{ Key: "Team", Value: "a" }],
    });
    expect(user.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(create("bob")).not.toHaveProperty("Tags");
  });

  it("have names that are unique without regard to case", () => {
    create("ana");
    expect(iam.faultOf("CreateUser", { UserName: "ANA" })).toBe(
      "EntityAlreadyExists: User with name ANA already exists.",
    );
    expect(iam.run<GetUserResponse>("GetUser", { UserName: "Ana" }).User?.UserName).toBe("ana");
  });

  it.each([
    ["GetUser", {}],
    ["DeleteUser", {}],
    ["UpdateUser", { NewPath: "/x/" }],
    ["TagUser", { Tags: [] }],
    ["UntagUser", { TagKeys: [] }],
    ["ListUserTags", {}],
    ["CreateAccessKey", {}],
    ["ListAccessKeys", {}],
    ["UpdateAccessKey", { AccessKeyId: "AKIAAAAAAAAAAAAAAAAA", Status: "Active" }],
    ["DeleteAccessKey", { AccessKeyId: "AKIAAAAAAAAAAAAAAAAA" }],
  ])("%s of an unknown user is NoSuchEntity", (operation, more) => {
    expect(iam.faultOf(operation, { UserName: "nobody", ...more })).toBe(
      "NoSuchEntity: The user with name nobody cannot be found.",
    );
  });

  it("of another account are not seen", () => {
    create("ana");
    const other = { principal: rootOf(otherAccount) };
    expect(iam.faultOf("GetUser", { UserName: "ana" }, other)).toMatch(/^NoSuchEntity/);
    expect(iam.run<ListUsersResponse>("ListUsers", {}, other).Users).toEqual([]);
  });

  it("keep their id when they are renamed or moved", () => {
    const before = create("ana", { Tags: [{ Key: "k", Value: "v" }] });
    create("bob");
    iam.run("UpdateUser", { UserName: "ana", NewUserName: "anna", NewPath: "/eng/" });
    const after = iam.run<GetUserResponse>("GetUser", { UserName: "anna" }).User;
    expect(after).toMatchObject({ UserId: before.UserId, Arn: arn("/eng/anna"), Tags: before.Tags });
    expect(iam.faultOf("GetUser", { UserName: "ana" })).toMatch(/^NoSuchEntity/);
    expect(iam.faultOf("UpdateUser", { UserName: "anna", NewUserName: "BOB" })).toMatch(
      /^EntityAlreadyExists/,
    );
    iam.run("UpdateUser", { UserName: "anna", NewUserName: "ANNA" });
    expect(iam.run<GetUserResponse>("GetUser", { UserName: "anna" }).User?.UserName).toBe("ANNA");
  });

  it("made again under an old name have another id", () => {
    const { UserId } = create("ana");
    iam.run("DeleteUser", { UserName: "ana" });
    expect(create("ana").UserId).not.toBe(UserId);
  });

  it("without a name in the request are the caller: the user itself, or the root", () => {
    const user = create("ana", { Path: "/eng/" });
    expect(iam.run<GetUserResponse>("GetUser", {}, asUser(user)).User).toMatchObject({ UserId: user.UserId });
    expect(iam.needsOf("GetUser", {}, asUser(user))[0]?.target.arn).toBe(user.Arn);
    expect(iam.run<GetUserResponse>("GetUser").User).toMatchObject({
      UserId: testAccount,
      Arn: `arn:aws:iam::${testAccount}:root`,
    });
    expect(iam.faultOf("GetUser", {}, session)).toBe(
      "ValidationError: Must specify userName when calling with non-User credentials",
    );
    expect(iam.faultOf("CreateAccessKey", {}, session)).toMatch(/^ValidationError/);
  });

  it("are listed by path, in name order, page by page", () => {
    for (const name of ["c", "A", "b"]) create(name, { Path: "/eng/" });
    create("d");
    const list = (input: object) => iam.run<ListUsersResponse>("ListUsers", input);
    expect(list({ PathPrefix: "/eng/" }).Users.map(({ UserName }) => UserName)).toEqual(["A", "b", "c"]);
    expect(list({ PathPrefix: "/e" }).Users).toHaveLength(3);
    const first = list({ MaxItems: 3 });
    expect(first).toMatchObject({ IsTruncated: true });
    expect(first.Marker?.length).toBeLessThanOrEqual(320);
    const rest = list({ MaxItems: 3, Marker: first.Marker });
    expect(rest.Users.map(({ UserName }) => UserName)).toEqual(["d"]);
    expect(rest.IsTruncated).toBe(false);
    expect(rest).not.toHaveProperty("Marker");
    expect(iam.faultOf("ListUsers", { Marker: "nonsense" })).toBe("ValidationError: Invalid Marker.");
    expect(iam.faultOf("ListUsers", { Marker: first.Marker, PathPrefix: "/eng/" })).toMatch(/Marker/);
    expect(iam.faultOf("ListUsers", { Marker: first.Marker }, { principal: rootOf(otherAccount) })).toMatch(
      /Marker/,
    );
  });

  it("cannot be deleted while they have keys, attached or inline policies", () => {
    create("ana");
    const { AccessKeyId } = newKey("ana");
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    const PolicyDocument =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("PutUserPolicy", { UserName: "ana", PolicyName: "p", PolicyDocument });
    const refusal = () => iam.faultOf("DeleteUser", { UserName: "ana" });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must delete access keys first.");
    iam.run("DeleteAccessKey", { UserName: "ana", AccessKeyId });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must detach all policies first.");
    iam.run("DetachUserPolicy", { UserName: "ana", PolicyArn });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must delete policies first.");
    iam.run("DeleteUserPolicy", { UserName: "ana", PolicyName: "p" });
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("are named to policies by their real ARN with their tags; a new one by the ARN it will have", () => {
    create("ana", { Path: "/eng/", Tags: [{ Key: "Team", Value: "" }] });
    const [need] = iam.needsOf("DeleteUser", { UserName: "ANA" });
    expect(need).toMatchObject({
      action: "iam:DeleteUser",
      target: { arn: arn("/eng/ana"), keys: { "aws:ResourceTag/Team": "", "iam:ResourceTag/Team": "" } },
    });
    const plain = iam.needsOf("CreateUser", { UserName: "new", Path: "/p/" });
    expect(plain).toHaveLength(1);
    expect(plain[0]).toMatchObject({ action: "iam:CreateUser", target: { arn: arn("/p/new"), keys: {} } });
    expect(plain[0]?.keys["aws:TagKeys"]).toBeUndefined();
    expect(plain[0]?.keys["iam:PermissionsBoundary"]).toBeUndefined();
    const PermissionsBoundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    const whole = iam.needsOf("CreateUser", {
      UserName: "new",
      PermissionsBoundary,
      Tags: [{ Key: "a", Value: "1" }],
    });
    expect(whole.map(({ action }) => action)).toEqual(["iam:CreateUser", "iam:TagUser"]);
    expect(whole[0]?.keys).toMatchObject({
      "iam:PermissionsBoundary": PermissionsBoundary,
      "aws:RequestTag/a": "1",
      "aws:TagKeys": ["a"],
    });
    expect(iam.needsOf("UntagUser", { UserName: "ana", TagKeys: ["x"] })[0]?.keys).toEqual({
      "aws:TagKeys": ["x"],
    });
    expect(iam.needsOf("ListUsers", { PathPrefix: "/eng/" })[0]?.target.arn).toBe(arn("/eng/"));
  });

  it("are renamed by who may update both the old and the new name", () => {
    create("ana");
    const arns = (more: object) =>
      iam.needsOf("UpdateUser", { UserName: "ana", ...more }).map(({ target }) => target.arn);
    expect(arns({ NewUserName: "root-ish" })).toEqual([arn("/ana"), arn("/root-ish")]);
    expect(arns({})).toEqual([arn("/ana")]);
  });

  it("are made with a boundary that exists, and show it", () => {
    const PermissionsBoundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    expect(create("ana", { PermissionsBoundary }).PermissionsBoundary).toEqual({
      PermissionsBoundaryType: "Policy",
      PermissionsBoundaryArn: PermissionsBoundary,
    });
    const gone = `arn:aws:iam::${testAccount}:policy/gone`;
    expect(iam.faultOf("CreateUser", { UserName: "b", PermissionsBoundary: gone })).toBe(
      `NoSuchEntity: Scope ARN: ${gone} does not exist or is not attachable.`,
    );
    expect(iam.faultOf("CreateUser", { UserName: "b", PermissionsBoundary: "arn:aws:iam::x:policy/y" })).toBe(
      "InvalidInput: ARN arn:aws:iam::x:policy/y is not valid.",
    );
  });
});

describe("tags of users", () => {
  const tags = () => iam.run<ListUserTagsResponse>("ListUserTags", { UserName: "ana" }).Tags;

  it("are compared without case: a new one replaces, and removal finds it", () => {
    create("ana", { Tags: [{ Key: "Team", Value: "a" }] });
    iam.run("TagUser", {
      UserName: "ana",
      Tags: [
        { Key: "team", Value: "b" },
        { Key: "__proto__", Value: "c" },
      ],
    });
    expect(tags()).toEqual([
      { Key: "__proto__", Value: "c" },
      { Key: "team", Value: "b" },
    ]);
    iam.run("UntagUser", { UserName: "ana", TagKeys: ["TEAM", "absent"] });
    expect(tags()).toEqual([{ Key: "__proto__", Value: "c" }]);
  });

  it.each([
    [[{ Key: "aws:x", Value: "" }], /^InvalidInput: aws: prefixed/],
    [
      [
        { Key: "a", Value: "1" },
        { Key: "A", Value: "2" },
      ],
      /^InvalidInput: Duplicate tag keys found/,
    ],
  ])("%j are refused", (Tags, refusal) => {
    create("ana");
    expect(iam.faultOf("TagUser", { UserName: "ana", Tags })).toMatch(refusal);
    expect(iam.faultOf("CreateUser", { UserName: "b", Tags })).toMatch(refusal);
  });

  it("are 50 at most", () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `k${from + index}`, Value: "" }));
    create("ana", { Tags: many(0, 50) });
    iam.run("TagUser", { UserName: "ana", Tags: many(0, 50) });
    expect(iam.faultOf("TagUser", { UserName: "ana", Tags: many(50, 1) })).toBe(
      "LimitExceeded: The number of tags has reached the maximum limit.",
    );
    expect(iam.faultOf("CreateUser", { UserName: "b", Tags: many(0, 51) })).toMatch(/^LimitExceeded/);
  });
});

describe("access keys", () => {
  const list = (UserName?: string) =>
    iam.run<ListAccessKeysResponse>("ListAccessKeys", { UserName }).AccessKeyMetadata;

  it("are two per user, shown with their secret once and stored sealed", () => {
    create("ana");
    const key = newKey("ana");
    newKey("ana");
    expect(key).toMatchObject({ UserName: "ana", Status: "Active" });
    expect(iam.faultOf("CreateAccessKey", { UserName: "ana" })).toBe(
      "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2",
    );
    expect(list("ana")).toHaveLength(2);
    expect(JSON.stringify(list("ana"))).not.toContain(key.SecretAccessKey);
    const row = iam.store.transaction((tx) => tx.get(accessKeys, key.AccessKeyId)).value;
    expect(row && openSecret(iam.environment, row)).toBe(key.SecretAccessKey);
  });

  it("without a user name are the caller's: a user's own, or the root's", () => {
    const user = create("ana");
    newKey("ana");
    const root = newKey();
    expect(list().map(({ AccessKeyId }) => AccessKeyId)).toEqual([root.AccessKeyId]);
    expect(
      iam.run<ListAccessKeysResponse>("ListAccessKeys", {}, asUser(user)).AccessKeyMetadata,
    ).toMatchObject([{ UserName: "ana" }]);
    expect(iam.needsOf("CreateAccessKey", {}, asUser(user))[0]?.target.arn).toBe(user.Arn);
    expect(iam.needsOf("CreateAccessKey", { UserName: "bob" }, asUser(user))[0]?.target.arn).toBe(
      arn("/bob"),
    );
    iam.run("DeleteAccessKey", { AccessKeyId: root.AccessKeyId });
    expect(list()).toEqual([]);
  });

  it("are changed and deleted only as keys of the user that is named", () => {
    create("ana");
    create("bob");
    const { AccessKeyId } = newKey("ana");
    const unknown = `NoSuchEntity: The Access Key with id ${AccessKeyId} cannot be found.`;
    expect(iam.faultOf("DeleteAccessKey", { AccessKeyId, UserName: "bob" })).toBe(unknown);
    expect(iam.faultOf("UpdateAccessKey", { AccessKeyId, UserName: "bob", Status: "Inactive" })).toBe(
      unknown,
    );
    expect(iam.faultOf("DeleteAccessKey", { AccessKeyId })).toBe(unknown);
    expect(iam.faultOf("UpdateAccessKey", { AccessKeyId, UserName: "ana", Status: "Expired" })).toMatch(
      /^ValidationError/,
    );
    iam.run("UpdateAccessKey", { AccessKeyId, UserName: "ana", Status: "Inactive" });
    expect(list("ana")).toMatchObject([{ Status: "Inactive" }]);
  });

  it("tell when they were last used, and nothing of another account's", () => {
    create("ana");
    const { AccessKeyId } = newKey("ana");
    const read = () => iam.run<GetAccessKeyLastUsedResponse>("GetAccessKeyLastUsed", { AccessKeyId });
    expect(read()).toEqual({
      UserName: "ana",
      AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" },
    });
    iam.store.transaction((tx) => {
      const row = tx.get(accessKeys, AccessKeyId)!;
      tx.put(accessKeys, { ...row, lastUsed: { at: testNow, service: "ec2", region: "eu-west-1" } });
    });
    expect(read().AccessKeyLastUsed).toEqual({
      ServiceName: "ec2",
      Region: "eu-west-1",
      LastUsedDate: new Date(testNow),
    });
    expect(iam.faultOf("GetAccessKeyLastUsed", { AccessKeyId }, { principal: rootOf(otherAccount) })).toMatch(
      /^NoSuchEntity/,
    );
    expect(iam.needsOf("GetAccessKeyLastUsed", { AccessKeyId })[0]?.target.arn).toBe(arn("/ana"));
  });
});
