import { describe, expect, it } from "vitest";
import {
  allowing,
  credentialsIn,
  field,
  openSignedCloud,
  policyOf,
  trusting,
} from "../../request-path/testing/signed-calls.ts";

const account = "111122223333";
const arn = (resource: string): string => `arn:aws:iam::${account}:${resource}`;

describe("IAM through signed calls", () => {
  it("lives: people come, are given permissions, bounded, promoted, suspended, and go", async () => {
    const cloud = await openSignedCloud();
    const { admin, call, must } = cloud;
    const refusal = async (...asked: Parameters<typeof call>) => (await call(...asked)).code;

    // A team: a managed policy with a tag condition, a user with it, her key.
    await must(admin, "CreatePolicy", {
      PolicyName: "own-team",
      PolicyDocument: allowing(["iam:GetUser", "iam:TagUser", "iam:ListUsers", "iam:ListAccessKeys"], "*", {
        StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" },
      }),
    });
    await must(admin, "CreateUser", {
      UserName: "ana",
      Path: "/eng/",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "red",
    });
    const ana = credentialsIn(await must(admin, "CreateAccessKey", { UserName: "ana" }));
    await must(admin, "CreateUser", {
      UserName: "bob",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "blue",
    });
    expect(await refusal(ana, "GetUser")).toBe("AccessDenied");
    await must(admin, "AttachUserPolicy", { UserName: "ana", PolicyArn: arn("policy/own-team") });

    // The same call is now allowed on her own team only, and on things without tags not at all.
    expect(field(await must(ana, "GetUser"), "Arn")).toBe(arn("user/eng/ana"));
    expect(await refusal(ana, "GetUser", { UserName: "bob" })).toBe("AccessDenied");
    expect(await refusal(ana, "GetUser", { UserName: "nobody" })).toBe("AccessDenied");
    expect(await refusal(ana, "ListUsers")).toBe("AccessDenied");
    expect(await refusal(ana, "CreateAccessKey")).toBe("AccessDenied");

    // A new version of the policy counts once it is the default, and at once.
    const wider = allowing(["iam:Get*", "iam:List*"]);
    const version = { PolicyArn: arn("policy/own-team"), PolicyDocument: wider };
    await must(admin, "CreatePolicyVersion", version);
    expect(await refusal(ana, "ListUsers")).toBe("AccessDenied");
    await must(admin, "SetDefaultPolicyVersion", { PolicyArn: arn("policy/own-team"), VersionId: "v2" });
    expect((await must(ana, "ListUsers")).text).toContain("<UserName>bob</UserName>");
    expect(await refusal(ana, "DeleteUser", { UserName: "bob" })).toBe("AccessDenied");

    // A boundary takes away what the policy gives; an inline policy beyond it gives nothing.
    await must(admin, "CreatePolicy", { PolicyName: "edge", PolicyDocument: allowing("iam:GetUser") });
    const bounded = { UserName: "ana", PermissionsBoundary: arn("policy/edge") };
    await must(admin, "PutUserPermissionsBoundary", bounded);
    const beyond = await call(ana, "ListUsers");
    expect(beyond.message).toContain("because no permissions boundary allows the iam:ListUsers action");
    const more = { UserName: "ana", PolicyName: "more", PolicyDocument: allowing("*") };
    await must(admin, "PutUserPolicy", more);
    expect(await refusal(ana, "ListUsers")).toBe("AccessDenied");
    await must(ana, "GetUser", { UserName: "bob" });
    await must(admin, "DeleteUserPermissionsBoundary", { UserName: "ana" });
    await must(ana, "ListUsers");

    // Somebody who may only hand out bounded users cannot make an unbounded one, nor take a boundary off.
    const hr = await cloud.user(
      "hr",
      allowing(["iam:CreateUser", "iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"], "*", {
        StringEquals: { "iam:PermissionsBoundary": arn("policy/edge") },
      }),
      policyOf({ Effect: "Deny", Action: "iam:DeleteUserPermissionsBoundary", Resource: "*" }),
    );
    expect(await refusal(hr, "CreateUser", { UserName: "cy" })).toBe("AccessDenied");
    await must(hr, "CreateUser", { UserName: "cy", PermissionsBoundary: arn("policy/edge") });
    expect(await refusal(hr, "PutUserPolicy", { ...more, UserName: "bob" })).toBe("AccessDenied");
    await must(hr, "PutUserPolicy", { ...more, UserName: "cy" });
    expect(await refusal(hr, "DeleteUserPermissionsBoundary", { UserName: "cy" })).toBe("AccessDenied");

    // Somebody who may attach one policy cannot attach another.
    const clerk = await cloud.user(
      "clerk",
      allowing("iam:AttachUserPolicy", "*", {
        ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/IAMReadOnlyAccess" },
      }),
    );
    const attach = { UserName: "clerk", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" };
    expect(await refusal(clerk, "AttachUserPolicy", attach)).toBe("AccessDenied");
    await must(clerk, "AttachUserPolicy", {
      ...attach,
      PolicyArn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    });
    await must(clerk, "ListRoles");
    expect(await refusal(clerk, "DeletePolicy", { PolicyArn: attach.PolicyArn })).toBe("AccessDenied");
    // Not even the administrator changes a policy of AWS.
    expect(await refusal(admin, "DeletePolicy", { PolicyArn: attach.PolicyArn })).toBe("AccessDenied");

    // A key is suspended and let in again; a rename keeps it; the secret is never recorded.
    const key = { UserName: "ana", AccessKeyId: ana.accessKeyId };
    await must(admin, "UpdateAccessKey", { ...key, Status: "Inactive" });
    expect(await refusal(ana, "GetUser")).toBe("InvalidClientTokenId");
    await must(admin, "UpdateAccessKey", { ...key, Status: "Active" });
    await must(admin, "UpdateUser", { UserName: "ana", NewUserName: "anna" });
    expect(field(await must(ana, "GetUser"), "Arn")).toBe(arn("user/eng/anna"));
    const used = await must(admin, "GetAccessKeyLastUsed", { AccessKeyId: ana.accessKeyId });
    expect([field(used, "UserName"), field(used, "ServiceName"), field(used, "Region")]).toEqual([
      "anna",
      "iam",
      "us-east-1",
    ]);
    expect(JSON.stringify(await cloud.trail())).not.toContain(ana.secretAccessKey);

    // She goes: only when nothing hangs on her, and her key with her.
    expect(await refusal(admin, "DeleteUser", { UserName: "anna" })).toBe("DeleteConflict");
    await must(admin, "DetachUserPolicy", { UserName: "anna", PolicyArn: arn("policy/own-team") });
    await must(admin, "DeleteUserPolicy", { UserName: "anna", PolicyName: "more" });
    await must(admin, "DeleteAccessKey", { ...key, UserName: "anna" });
    await must(admin, "DeleteUser", { UserName: "anna" });
    expect(await refusal(ana, "GetUser")).toBe("InvalidClientTokenId");
    expect(cloud.defects).toEqual([]);
  });

  it("gathers people in groups, which give and take permissions together", async () => {
    const cloud = await openSignedCloud();
    const { admin, call, must } = cloud;
    const refusal = async (...asked: Parameters<typeof call>) => (await call(...asked)).code;

    // Two people come; nobody may do anything before the group does.
    const ana = await cloud.user("ana");
    const bob = await cloud.user("bob");
    await must(admin, "CreateGroup", { GroupName: "readers", Path: "/eng/" });
    const read = { PolicyName: "read", PolicyDocument: allowing("iam:List*") };
    await must(admin, "PutGroupPolicy", { GroupName: "readers", ...read });
    expect(await refusal(ana, "ListUsers")).toBe("AccessDenied");
    await must(admin, "AddUserToGroup", { GroupName: "readers", UserName: "ana" });
    await must(ana, "ListUsers");
    expect(await refusal(bob, "ListUsers")).toBe("AccessDenied");

    // A change of the group counts for its members at once, and a Deny of it is above what is their own.
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    await must(admin, "AttachGroupPolicy", { GroupName: "readers", PolicyArn });
    expect(field(await must(ana, "GetGroup", { GroupName: "readers" }), "UserName")).toBe("ana");
    const shut = policyOf({ Effect: "Deny", Action: "iam:GetUser", Resource: arn("user/bob") });
    await must(admin, "PutGroupPolicy", { GroupName: "readers", PolicyName: "shut", PolicyDocument: shut });
    expect((await call(ana, "GetUser", { UserName: "bob" })).message).toContain("with an explicit deny");
    await must(ana, "GetUser");

    // Who may add to one group only cannot add to another, nor to this one under another name.
    await must(admin, "CreateGroup", { GroupName: "admins" });
    await must(admin, "AttachGroupPolicy", {
      GroupName: "admins",
      PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
    });
    const clerk = await cloud.user("clerk", allowing("iam:AddUserToGroup", arn("group/eng/*")));
    await must(clerk, "AddUserToGroup", { GroupName: "readers", UserName: "bob" });
    const promoted = { GroupName: "admins", UserName: "clerk" };
    expect(await refusal(clerk, "AddUserToGroup", promoted)).toBe("AccessDenied");
    await must(bob, "ListUsers");
    await must(admin, "UpdateGroup", { GroupName: "readers", NewGroupName: "watchers" });
    await must(bob, "ListUsers");

    // What is simulated is what happens; the reports tell of it.
    const simulated = await must(admin, "SimulatePrincipalPolicy", {
      PolicySourceArn: arn("user/ana"),
      "ActionNames.member.1": "iam:GetUser",
      "ResourceArns.member.1": arn("user/bob"),
    });
    expect(field(simulated, "EvalDecision")).toBe("explicitDeny");
    const details = await must(admin, "GetAccountAuthorizationDetails", { "Filter.member.1": "Group" });
    expect(details.text).toContain(`<Arn>${arn("group/eng/watchers")}</Arn>`);
    await must(admin, "GenerateCredentialReport");
    const report = await must(admin, "GetCredentialReport");
    expect(atob(field(report, "Content"))).toContain(`\nbob,${arn("user/bob")},`);

    // They leave, and may do nothing any more; only then can the group go.
    expect(await refusal(admin, "DeleteGroup", { GroupName: "watchers" })).toBe("DeleteConflict");
    for (const UserName of ["ana", "bob"]) {
      await must(admin, "RemoveUserFromGroup", { GroupName: "watchers", UserName });
    }
    expect(await refusal(ana, "ListUsers")).toBe("AccessDenied");
    await must(admin, "DetachGroupPolicy", { GroupName: "watchers", PolicyArn });
    for (const PolicyName of ["read", "shut"]) {
      await must(admin, "DeleteGroupPolicy", { GroupName: "watchers", PolicyName });
    }
    await must(admin, "DeleteGroup", { GroupName: "watchers" });
    expect(cloud.defects).toEqual([]);
  });

  it("makes what an instance needs: a role, its policy, a profile, and somebody who may pass it", async () => {
    const cloud = await openSignedCloud();
    const { admin, call, must } = cloud;
    await must(admin, "CreateRole", {
      RoleName: "app",
      Path: "/svc/",
      AssumeRolePolicyDocument: trusting({ Service: "ec2.amazonaws.com" }),
    });
    const inline = { RoleName: "app", PolicyName: "p", PolicyDocument: allowing("ec2:Describe*") };
    await must(admin, "PutRolePolicy", inline);
    await must(admin, "CreateInstanceProfile", { InstanceProfileName: "web" });
    const ops = await cloud.user(
      "ops",
      allowing("iam:AddRoleToInstanceProfile"),
      allowing("iam:PassRole", arn("role/svc/*"), {
        StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" },
      }),
    );
    await must(admin, "CreateRole", {
      RoleName: "boss",
      AssumeRolePolicyDocument: trusting({ Service: "ec2.amazonaws.com" }),
    });
    const add = (RoleName: string) =>
      call(ops, "AddRoleToInstanceProfile", { InstanceProfileName: "web", RoleName });
    const passing = await add("boss");
    expect(passing.message).toContain(`iam:PassRole on resource: ${arn("role/boss")}`);
    expect((await add("app")).status).toBe(200);
    expect((await add("app")).code).toBe("LimitExceeded");
    const shown = await must(admin, "GetInstanceProfile", { InstanceProfileName: "web" });
    expect(shown.text).toContain(`<Arn>${arn("role/svc/app")}</Arn>`);
    expect(field(shown, "AssumeRolePolicyDocument")).toMatch(/^%7B%22Version%22%3A/);
    // Not without a trust in EC2 alone: nobody here can assume the role.
    const role = { RoleArn: arn("role/svc/app"), RoleSessionName: "me-too" };
    expect((await call(admin, "sts:AssumeRole", role)).code).toBe("AccessDenied");
    expect(cloud.defects).toEqual([]);
  });

  it("gives page marks that the API takes back, for the longest names too", async () => {
    const cloud = await openSignedCloud();
    const { admin, must } = cloud;
    const names = ["a", "b", "c"].map((letter) => letter.repeat(128));
    for (const PolicyName of names) {
      await must(admin, "CreatePolicy", {
        PolicyName,
        Path: `/${"p".repeat(300)}/`,
        PolicyDocument: allowing("*"),
      });
    }
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const page = await must(admin, "ListPolicies", {
        Scope: "Local",
        MaxItems: "1",
        ...(marker === undefined ? {} : { Marker: marker }),
      });
      seen.push(field(page, "PolicyName"));
      marker = field(page, "IsTruncated") === "true" ? field(page, "Marker") : undefined;
    } while (marker !== undefined);
    expect(seen).toEqual(names);
  });

  it("is closed to a session from GetSessionToken without MFA, whatever its user may do", async () => {
    const cloud = await openSignedCloud();
    const session = credentialsIn(await cloud.must(cloud.admin, "sts:GetSessionToken"));
    await cloud.must(session, "sts:GetCallerIdentity");
    for (const operation of ["ListUsers", "GetUser", "CreateAccessKey"]) {
      const answer = await cloud.call(session, operation);
      expect([answer.status, answer.code, answer.message]).toEqual([
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
      ]);
    }
  });

  it("keeps accounts apart, whatever a caller may do in its own", async () => {
    const cloud = await openSignedCloud();
    const { admin, stranger, call, must } = cloud;
    await must(admin, "CreatePolicy", { PolicyName: "p", PolicyDocument: allowing("*") });
    expect((await call(stranger, "GetPolicy", { PolicyArn: arn("policy/p") })).code).toBe("AccessDenied");
    expect((await call(stranger, "DeletePolicy", { PolicyArn: arn("policy/p") })).code).toBe("AccessDenied");
    const attach = { UserName: "admin", PolicyArn: arn("policy/p") };
    expect((await call(stranger, "AttachUserPolicy", attach)).code).toBe("NoSuchEntity");
    await cloud.user("ana");
    expect((await call(stranger, "GetUser", { UserName: "ana" })).code).toBe("NoSuchEntity");
    const deleting = { UserName: "admin", AccessKeyId: admin.accessKeyId };
    expect((await call(stranger, "DeleteAccessKey", deleting)).code).toBe("NoSuchEntity");
    const used = await call(stranger, "GetAccessKeyLastUsed", { AccessKeyId: admin.accessKeyId });
    expect(used.code).toBe("NoSuchEntity");
  });

  it.each([
    ["CreateUser", { UserName: "a b" }, "ValidationError"],
    ["CreateUser", {}, "ValidationError"],
    ["CreateUser", { UserName: "x".repeat(65) }, "ValidationError"],
    ["CreateUser", { UserName: "x", Path: "no-slash" }, "ValidationError"],
    ["CreateRole", { RoleName: "r", AssumeRolePolicyDocument: "{" }, "MalformedPolicyDocument"],
    [
      "CreateRole",
      { RoleName: "r", AssumeRolePolicyDocument: "{}", MaxSessionDuration: "60" },
      "ValidationError",
    ],
    ["UpdateAccessKey", { AccessKeyId: "AKIAAAAAAAAAAAAAAAAA", Status: "Perhaps" }, "ValidationError"],
    ["ListUsers", { MaxItems: "0" }, "ValidationError"],
    ["GetPolicyVersion", { PolicyArn: arn("policy/some"), VersionId: "1" }, "ValidationError"],
  ])("%s with %j is refused with %s", async (operation, parameters, code) => {
    const cloud = await openSignedCloud();
    const answer = await cloud.call(cloud.admin, operation, parameters as Record<string, string>);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(cloud.defects).toEqual([]);
  });
});
