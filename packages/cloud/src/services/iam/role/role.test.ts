import type {
  CreateRoleResponse,
  CreateUserResponse,
  GetRoleResponse,
  ListRolesResponse,
  ListRoleTagsResponse,
  Role,
  UpdateRoleDescriptionResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, type TestIam } from "../testing.ts";
import { roles } from "./role.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const trusting = (principal: unknown): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
  });
const ec2 = trusting({ Service: "ec2.amazonaws.com" });

const create = (RoleName: string, more: object = {}): Role => {
  const input = { RoleName, AssumeRolePolicyDocument: ec2, ...more };
  const { Role: role } = iam.run<CreateRoleResponse>("CreateRole", input);
  if (role === undefined) throw new Error("No role came back.");
  return role;
};
const get = (RoleName: string): Role | undefined => iam.run<GetRoleResponse>("GetRole", { RoleName }).Role;
const shown = (RoleName: string): string => decodeURIComponent(get(RoleName)?.AssumeRolePolicyDocument ?? "");
const stored = (id: string): string =>
  iam.store.transaction((tx) => tx.get(roles, id)).value?.trustDocument ?? "";
const arn = (path: string): string => `arn:aws:iam::${testAccount}:role${path}`;

describe("roles", () => {
  it("are made with a unique id, an hour's sessions and a percent-encoded trust policy", () => {
    const role = create("app", { Path: "/svc/", Description: "d", Tags: [{ Key: "a", Value: "b" }] });
    expect(role).toMatchObject({
      RoleName: "app",
      Arn: arn("/svc/app"),
      MaxSessionDuration: 3600,
      Description: "d",
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(role.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(role.AssumeRolePolicyDocument).toMatch(/^%7B%22Version%22%3A%222012-10-17%22/);
    expect(shown("app")).toBe(ec2);
    expect(get("app")).toHaveProperty("RoleLastUsed", {});
  });

  it("encode every character but letters, digits and -._~ in documents", () => {
    const document = trusting({ AWS: "*" }).replace(
      "}]}",
      `,"Sid":"","Condition":{"Null":{"aws:x!'()~":"true"}}}]}`,
    );
    expect(create("app", { AssumeRolePolicyDocument: document }).AssumeRolePolicyDocument).toMatch(
      /^[A-Za-z0-9\-._~%]+$/,
    );
    expect(shown("app")).toBe(document);
  });

  it("have names that are unique without regard to case", () => {
    create("app");
    expect(iam.faultOf("CreateRole", { RoleName: "APP", AssumeRolePolicyDocument: ec2 })).toBe(
      "EntityAlreadyExists: Role with name APP already exists.",
    );
  });

  it.each([
    ["GetRole", {}],
    ["DeleteRole", {}],
    ["UpdateRole", {}],
    ["UpdateRoleDescription", { Description: "" }],
    ["UpdateAssumeRolePolicy", { PolicyDocument: ec2 }],
    ["TagRole", { Tags: [] }],
    ["UntagRole", { TagKeys: [] }],
    ["ListRoleTags", {}],
    ["ListInstanceProfilesForRole", {}],
    ["PutRolePolicy", { PolicyName: "p", PolicyDocument: "{}" }],
    ["GetRolePolicy", { PolicyName: "p" }],
    ["ListRolePolicies", {}],
    ["DeleteRolePolicy", { PolicyName: "p" }],
    ["AttachRolePolicy", { PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }],
    ["DetachRolePolicy", { PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }],
    ["ListAttachedRolePolicies", {}],
    ["PutRolePermissionsBoundary", { PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess" }],
    ["DeleteRolePermissionsBoundary", {}],
  ])("%s of an unknown role is NoSuchEntity", (operation, more) => {
    expect(iam.faultOf(operation, { RoleName: "none", ...more })).toBe(
      "NoSuchEntity: The role with name none cannot be found.",
    );
  });

  it("are updated: description, session length, and trust", () => {
    create("app", { MaxSessionDuration: 7200 });
    iam.run("UpdateRole", { RoleName: "app", Description: "x", MaxSessionDuration: 43_200 });
    expect(get("app")).toMatchObject({ Description: "x", MaxSessionDuration: 43_200 });
    iam.run("UpdateRole", { RoleName: "app" });
    expect(get("app")).toMatchObject({ Description: "x", MaxSessionDuration: 3600 });
    const said = iam.run<UpdateRoleDescriptionResponse>("UpdateRoleDescription", {
      RoleName: "app",
      Description: "",
    });
    expect(said.Role?.Description).toBe("");
    const other = trusting({ AWS: "*" });
    iam.run("UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument: other });
    expect(shown("app")).toBe(other);
  });

  it("are listed by path, without what only GetRole tells", () => {
    create("b", { Path: "/svc/", Tags: [{ Key: "a", Value: "b" }] });
    create("A", { Path: "/svc/" });
    create("c");
    const list = (input: object) => iam.run<ListRolesResponse>("ListRoles", input);
    const { Roles } = list({ PathPrefix: "/svc/" });
    expect(Roles.map(({ RoleName }) => RoleName)).toEqual(["A", "b"]);
    expect(Roles[1]).not.toHaveProperty("Tags");
    expect(Roles[1]).not.toHaveProperty("RoleLastUsed");
    const { Marker, IsTruncated } = list({ MaxItems: 2 });
    expect(IsTruncated).toBe(true);
    expect(list({ MaxItems: 2, Marker }).Roles.map(({ RoleName }) => RoleName)).toEqual(["c"]);
    expect(iam.needsOf("ListRoles")[0]?.target.arn).toBe(arn("/"));
  });

  it("cannot be deleted while they have policies or stand in an instance profile", () => {
    create("app");
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    const PolicyDocument =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
    iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn });
    iam.run("PutRolePolicy", { RoleName: "app", PolicyName: "p", PolicyDocument });
    iam.run("CreateInstanceProfile", { InstanceProfileName: "ip" });
    iam.run("AddRoleToInstanceProfile", { InstanceProfileName: "ip", RoleName: "app" });
    const refusal = () => iam.faultOf("DeleteRole", { RoleName: "app" });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must detach all policies first.");
    iam.run("DetachRolePolicy", { RoleName: "app", PolicyArn });
    expect(refusal()).toBe("DeleteConflict: Cannot delete entity, must delete policies first.");
    iam.run("DeleteRolePolicy", { RoleName: "app", PolicyName: "p" });
    expect(refusal()).toBe(
      "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
    );
    iam.run("RemoveRoleFromInstanceProfile", { InstanceProfileName: "ip", RoleName: "app" });
    iam.run("DeleteRole", { RoleName: "app" });
    expect(create("app").RoleId).toBeDefined();
  });

  it("are named to policies by their real ARN; tags on creation need TagRole too", () => {
    create("app", { Path: "/svc/", Tags: [{ Key: "a", Value: "b" }] });
    expect(iam.needsOf("UpdateAssumeRolePolicy", { RoleName: "App" })[0]).toMatchObject({
      action: "iam:UpdateAssumeRolePolicy",
      target: { arn: arn("/svc/app"), keys: { "iam:ResourceTag/a": "b", "aws:ResourceTag/a": "b" } },
    });
    const whole = iam.needsOf("CreateRole", { RoleName: "n", Tags: [{ Key: "a", Value: "" }] });
    expect(whole.map(({ action, target }) => [action, target.arn])).toEqual([
      ["iam:CreateRole", arn("/n")],
      ["iam:TagRole", arn("/n")],
    ]);
    expect(whole[0]?.keys).toMatchObject({ "aws:TagKeys": ["a"], "aws:RequestTag/a": "" });
    expect(iam.needsOf("CreateRole", { RoleName: "n" })).toHaveLength(1);
  });

  it("have tags as users have", () => {
    create("app");
    iam.run("TagRole", { RoleName: "app", Tags: [{ Key: "Team", Value: "a" }] });
    iam.run("TagRole", { RoleName: "app", Tags: [{ Key: "team", Value: "b" }] });
    const tags = () => iam.run<ListRoleTagsResponse>("ListRoleTags", { RoleName: "app" }).Tags;
    expect(tags()).toEqual([{ Key: "team", Value: "b" }]);
    iam.run("UntagRole", { RoleName: "app", TagKeys: ["TEAM"] });
    expect(tags()).toEqual([]);
  });
});

describe("trust policies", () => {
  const user = (UserName: string, more: object = {}) =>
    iam.run<CreateUserResponse>("CreateUser", { UserName, ...more }).User!;

  it("name users, roles and sessions by unique id in the row and by ARN when shown", () => {
    const ana = user("ana", { Path: "/eng/" });
    const first = create("first");
    const session = `arn:aws:sts::${testAccount}:assumed-role/first/job`;
    const document = trusting({ AWS: [ana.Arn, first.Arn, session], Service: "ec2.amazonaws.com" });
    const role = create("app", { AssumeRolePolicyDocument: document });
    for (const text of [ana.UserId, `"${first.RoleId}"`, `"${first.RoleId}:job"`]) {
      expect(stored(role.RoleId)).toContain(text);
    }
    expect(stored(role.RoleId)).not.toContain("arn:");
    expect(shown("app")).toBe(document);
  });

  it("show the bare id of a principal that is gone, and do not take it for its namesake", () => {
    const ana = user("ana");
    create("app", { AssumeRolePolicyDocument: trusting({ AWS: ana.Arn }) });
    iam.run("DeleteUser", { UserName: "ana" });
    const again = user("ana");
    expect(shown("app")).toBe(trusting({ AWS: ana.UserId }));
    expect(shown("app")).not.toContain(again.UserId);
    const saved = { RoleName: "app", PolicyDocument: shown("app") };
    expect(iam.faultOf("UpdateAssumeRolePolicy", saved)).toBe(
      `MalformedPolicyDocument: Invalid principal in policy: "AWS":"${ana.UserId}"`,
    );
  });

  it("follow a principal that is renamed", () => {
    const ana = user("ana");
    create("app", { AssumeRolePolicyDocument: trusting({ AWS: ana.Arn }) });
    iam.run("UpdateUser", { UserName: "ana", NewUserName: "anna" });
    expect(shown("app")).toBe(trusting({ AWS: `arn:aws:iam::${testAccount}:user/anna` }));
  });

  it("take an account by its number or its root, and show the root", () => {
    create("app", { AssumeRolePolicyDocument: trusting({ AWS: otherAccount }) });
    expect(shown("app")).toBe(trusting({ AWS: `arn:aws:iam::${otherAccount}:root` }));
    expect(
      iam.faultOf("CreateRole", {
        RoleName: "b",
        AssumeRolePolicyDocument: trusting({ AWS: "999988887777" }),
      }),
    ).toBe('MalformedPolicyDocument: Invalid principal in policy: "AWS":"999988887777"');
  });

  it.each([
    ["AWS", "arn:aws:iam::111122223333:user/nobody"],
    ["AWS", "arn:aws:iam::111122223333:user/ana"],
    ["AWS", "arn:aws:iam::111122223333:role/nobody"],
    ["AWS", "arn:aws:iam::999988887777:root"],
    ["AWS", "arn:aws:iam::111122223333:group/eng"],
    ["AWS", "arn:aws:sts::111122223333:assumed-role/nobody/s"],
    ["AWS", "AIDAAAAAAAAAAAAAAAAAA"],
    ["AWS", "arn:aws-cn:iam::111122223333:root"],
    ["SERVICE", "ec2"],
    ["SERVICE", "ec2.example.com"],
  ])("do not name %s %s", (type, value) => {
    user("ana", { Path: "/eng/" });
    const key = type === "AWS" ? type : `${type.charAt(0)}${type.slice(1).toLowerCase()}`;
    const AssumeRolePolicyDocument = trusting({ [key]: value });
    expect(iam.faultOf("CreateRole", { RoleName: "app", AssumeRolePolicyDocument })).toBe(
      `MalformedPolicyDocument: Invalid principal in policy: "${type}":"${value}"`,
    );
  });

  it.each([
    "accounts.google.com",
    "arn:aws:iam::111122223333:oidc-provider/idp.example.com/tenant",
    "arn:aws:iam::111122223333:saml-provider/ADFS",
  ])("name the provider %s, which need not exist", (Federated) => {
    const document = trusting({ Federated });
    create("app", { AssumeRolePolicyDocument: document });
    expect(shown("app")).toBe(document);
  });

  it.each([
    "arn:aws:iam::111122223333:provider/none",
    "arn:aws:iam::111122223333:oidc-provider/",
    "arn:aws:iam::1111:oidc-provider/idp.example.com",
    "arn:aws:iam::111122223333:saml-provider/a/b",
    "https://idp.example.com",
  ])("do not name %s as a provider", (Federated) => {
    const AssumeRolePolicyDocument = trusting({ Federated });
    expect(iam.faultOf("CreateRole", { RoleName: "app", AssumeRolePolicyDocument })).toBe(
      "MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs",
    );
  });

  it.each([
    ["no JSON", "{", "Syntax errors in policy."],
    ["a resource", ec2.replace('"Action"', '"Resource":"*","Action"'), "Has prohibited field Resource"],
    ["no principal", ec2.replace(/"Principal":\{[^}]*\},/, ""), "Missing required field Principal"],
    ["another action", ec2.replace("sts:AssumeRole", "ec2:RunInstances"), "AssumeRole policy may only"],
  ])("with %s are malformed", (_what, AssumeRolePolicyDocument, text) => {
    expect(iam.faultOf("CreateRole", { RoleName: "app", AssumeRolePolicyDocument })).toContain(
      `MalformedPolicyDocument: ${text}`,
    );
  });

  it("have 2048 characters at most, white space not counted", () => {
    const fill = (count: number) => ec2.replace('"Effect"', `"Sid":"${"x".repeat(count)}","Effect"`);
    const fitting = fill(2048 - ec2.length - '"Sid":"",'.length);
    expect(fitting).toHaveLength(2048);
    create("app", { AssumeRolePolicyDocument: fitting.replaceAll(",", ",\n\t    ") });
    expect(
      iam.faultOf("CreateRole", { RoleName: "b", AssumeRolePolicyDocument: fitting.replace("x", "xx") }),
    ).toBe("LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
  });

  it("of a role in another account may name principals here", () => {
    const ana = user("ana");
    const role = iam.run<CreateRoleResponse>(
      "CreateRole",
      { RoleName: "app", AssumeRolePolicyDocument: trusting({ AWS: ana.Arn }) },
      { principal: rootOf(otherAccount) },
    ).Role;
    expect(role?.Arn).toBe(`arn:aws:iam::${otherAccount}:role/app`);
    expect(stored(role?.RoleId ?? "")).toContain(ana.UserId);
  });
});
