import { compileStored, validatePolicy } from "@casemate/iam-engine";
import type {
  CreatePolicyResponse,
  CreatePolicyVersionResponse,
  GetPolicyResponse,
  GetPolicyVersionResponse,
  GetUserPolicyResponse,
  ListAttachedUserPoliciesResponse,
  ListEntitiesForPolicyResponse,
  ListPoliciesResponse,
  ListPolicyTagsResponse,
  ListPolicyVersionsResponse,
  ListUserPoliciesResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, type TestIam } from "../testing.ts";
import { awsManagedPolicies, findAwsManagedPolicy } from "./aws-managed-policies.ts";
import { awsManagedPoliciesText } from "./generated/aws-managed-policies-text.ts";

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const allow = (action: string, more: object = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "*", ...more }],
  });
const sized = (size: number): string => {
  const bare = allow("*", { Sid: "" });
  return bare.replace('"Sid":""', `"Sid":"${"x".repeat(size - bare.length)}"`);
};

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.run("CreateUser", { UserName: "ana" });
  iam.run("CreateGroup", { GroupName: "team" });
  iam.run("CreateRole", {
    RoleName: "app",
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    }),
  });
});

const create = (PolicyName: string, more: object = {}): string =>
  iam.run<CreatePolicyResponse>("CreatePolicy", { PolicyName, PolicyDocument: allow("ec2:*"), ...more })
    .Policy?.Arn ?? "";
const get = (PolicyArn: string) => iam.run<GetPolicyResponse>("GetPolicy", { PolicyArn }).Policy;
const own = (name: string): string => `arn:aws:iam::${testAccount}:policy/${name}`;

describe.each([
  ["User", "ana", 2048],
  ["Group", "team", 5120],
  ["Role", "app", 10_240],
])("inline policies of a %s", (kind, name, limit) => {
  const holder = { [`${kind}Name`]: name };
  const put = (PolicyName: string, PolicyDocument: string) =>
    iam.run(`Put${kind}Policy`, { ...holder, PolicyName, PolicyDocument });
  const names = (more: object = {}) =>
    iam.run<ListUserPoliciesResponse>(`List${kind}Policies`, { ...holder, ...more });

  it("are put, replaced, listed, shown percent-encoded, and deleted", () => {
    put("b", allow("ec2:*"));
    put("a", allow("s3:*"));
    put("b", allow("sqs:*"));
    expect(names()).toEqual({ PolicyNames: ["a", "b"], IsTruncated: false });
    const { Marker } = names({ MaxItems: 1 });
    expect(names({ MaxItems: 1, Marker }).PolicyNames).toEqual(["b"]);
    const read = iam.run<GetUserPolicyResponse>(`Get${kind}Policy`, { ...holder, PolicyName: "b" });
    expect(read).toMatchObject({ ...holder, PolicyName: "b" });
    expect(read.PolicyDocument).toContain("%22sqs%3A%2A%22");
    expect(decodeURIComponent(read.PolicyDocument)).toBe(allow("sqs:*"));
    iam.run(`Delete${kind}Policy`, { ...holder, PolicyName: "b" });
    expect(names().PolicyNames).toEqual(["a"]);
  });

  it("that are not there are NoSuchEntity", () => {
    const text = `NoSuchEntity: The ${kind.toLowerCase()} policy with name none cannot be found.`;
    expect(iam.faultOf(`Get${kind}Policy`, { ...holder, PolicyName: "none" })).toBe(text);
    expect(iam.faultOf(`Delete${kind}Policy`, { ...holder, PolicyName: "none" })).toBe(text);
  });

  it("are judged when they are written", () => {
    const refused = (PolicyDocument: string) =>
      iam.faultOf(`Put${kind}Policy`, { ...holder, PolicyName: "p", PolicyDocument });
    expect(refused("{")).toBe("MalformedPolicyDocument: Syntax errors in policy.");
    expect(refused(allow("ec2"))).toMatch(/^MalformedPolicyDocument: Actions\/Conditions must be prefaced/);
    expect(refused(allow("ec2:*", { Principal: "*" }))).toBe(
      "MalformedPolicyDocument: Policy document should not specify a principal.",
    );
    expect(names().PolicyNames).toEqual([]);
  });

  it(`have ${limit} characters together, white space not counted`, () => {
    put("a", sized(limit - 200));
    put("b", sized(200).replaceAll(",", ",\n   "));
    const PolicyDocument = sized(201);
    expect(iam.faultOf(`Put${kind}Policy`, { ...holder, PolicyName: "b", PolicyDocument })).toBe(
      `LimitExceeded: Maximum policy size of ${limit} bytes exceeded for ${kind.toLowerCase()} ${name}`,
    );
    put("a", sized(199));
    put("b", PolicyDocument);
  });
});

describe.each([
  ["User", "ana"],
  ["Group", "team"],
  ["Role", "app"],
])("attached policies of a %s", (kind, name) => {
  const holder = { [`${kind}Name`]: name };
  const attached = (more: object = {}) =>
    iam.run<ListAttachedUserPoliciesResponse>(`ListAttached${kind}Policies`, { ...holder, ...more })
      .AttachedPolicies;

  it("are attached once however often, listed by path, and detached", () => {
    const PolicyArn = create("mine", { Path: "/eng/" });
    for (const arn of [PolicyArn, administrator, PolicyArn]) {
      iam.run(`Attach${kind}Policy`, { ...holder, PolicyArn: arn });
    }
    expect(attached()).toEqual([
      { PolicyName: "AdministratorAccess", PolicyArn: administrator },
      { PolicyName: "mine", PolicyArn },
    ]);
    expect(attached({ PathPrefix: "/eng/" })).toHaveLength(1);
    iam.run(`Detach${kind}Policy`, { ...holder, PolicyArn });
    expect(attached()).toHaveLength(1);
    expect(iam.faultOf(`Detach${kind}Policy`, { ...holder, PolicyArn })).toBe(
      `NoSuchEntity: Policy ${PolicyArn} was not found.`,
    );
  });

  it("exist: here, or at AWS, but not in another account", () => {
    const theirs = iam.run<CreatePolicyResponse>(
      "CreatePolicy",
      { PolicyName: "theirs", PolicyDocument: allow("*") },
      { principal: rootOf(otherAccount) },
    ).Policy?.Arn;
    for (const PolicyArn of [own("none"), "arn:aws:iam::aws:policy/None", theirs]) {
      expect(iam.faultOf(`Attach${kind}Policy`, { ...holder, PolicyArn })).toBe(
        `NoSuchEntity: Policy ${PolicyArn} does not exist or is not attachable.`,
      );
    }
    for (const PolicyArn of ["arn:aws:iam::111122223333:user/x", "arn:aws:s3:::b/policy/something"]) {
      const refusal = `InvalidInput: ARN ${PolicyArn} is not valid.`;
      expect(iam.faultOf(`Attach${kind}Policy`, { ...holder, PolicyArn })).toBe(refusal);
    }
  });

  it("are ten at most", () => {
    for (let index = 0; index < 10; index += 1) {
      iam.run(`Attach${kind}Policy`, { ...holder, PolicyArn: create(`p${index}`) });
    }
    expect(iam.faultOf(`Attach${kind}Policy`, { ...holder, PolicyArn: administrator })).toBe(
      `LimitExceeded: Cannot exceed quota for PoliciesPer${kind}: 10`,
    );
    iam.run(`Attach${kind}Policy`, { ...holder, PolicyArn: own("p3") });
  });

  it("need the holder with iam:PolicyARN", () => {
    for (const operation of [`Attach${kind}Policy`, `Detach${kind}Policy`]) {
      const [need] = iam.needsOf(operation, { ...holder, PolicyArn: administrator });
      expect(need).toMatchObject({
        action: `iam:${operation}`,
        target: { arn: `arn:aws:iam::${testAccount}:${kind.toLowerCase()}/${name}` },
        keys: { "iam:PolicyARN": administrator },
      });
      expect(need?.keys["iam:PermissionsBoundary"]).toBeUndefined();
    }
  });
});

describe.each([
  ["User", "ana"],
  ["Role", "app"],
])("the permissions boundary of a %s", (kind, name) => {
  const holder = { [`${kind}Name`]: name };
  const arn = `arn:aws:iam::${testAccount}:${kind.toLowerCase()}/${name}`;

  it("is in iam:PermissionsBoundary when policies of the holder change, and without one the key is absent", () => {
    const need = (operation: string) =>
      iam.needsOf(operation, { ...holder, PolicyName: "p", PolicyDocument: "{}" })[0];
    for (const operation of [`Put${kind}Policy`, `Delete${kind}Policy`]) {
      expect(need(operation)).toMatchObject({ action: `iam:${operation}`, target: { arn } });
      expect(need(operation)?.keys["iam:PermissionsBoundary"]).toBeUndefined();
    }
    iam.run(`Put${kind}PermissionsBoundary`, { ...holder, PermissionsBoundary: administrator });
    expect(need(`Put${kind}Policy`)?.keys).toEqual({ "iam:PermissionsBoundary": administrator });
    expect(need(`Get${kind}Policy`)).toMatchObject({ target: { arn }, keys: {} });
  });

  it("is set, shown, counted, and taken away", () => {
    const boundary = create("edge");
    const need = (operation: string) =>
      iam.needsOf(operation, { ...holder, PermissionsBoundary: boundary })[0]?.keys[
        "iam:PermissionsBoundary"
      ];
    expect(need(`Put${kind}PermissionsBoundary`)).toBe(boundary);
    expect(need(`Delete${kind}PermissionsBoundary`)).toBeUndefined();
    iam.run(`Put${kind}PermissionsBoundary`, { ...holder, PermissionsBoundary: boundary });
    expect(need(`Delete${kind}PermissionsBoundary`)).toBe(boundary);
    const shown = iam.run<Record<string, unknown>>(`Get${kind}`, holder)[kind];
    expect(shown).toMatchObject({ PermissionsBoundary: { PermissionsBoundaryArn: boundary } });
    expect(get(boundary)).toMatchObject({ AttachmentCount: 0, PermissionsBoundaryUsageCount: 1 });
    expect(iam.faultOf("DeletePolicy", { PolicyArn: boundary })).toMatch(/^DeleteConflict/);
    iam.run(`Delete${kind}PermissionsBoundary`, holder);
    iam.run("DeletePolicy", { PolicyArn: boundary });
    const gone = { ...holder, PermissionsBoundary: boundary };
    expect(iam.faultOf(`Put${kind}PermissionsBoundary`, gone)).toBe(
      `NoSuchEntity: Scope ARN: ${boundary} does not exist or is not attachable.`,
    );
  });
});

describe("managed policies", () => {
  it("are made with a first version, and shown with description, tags and uses", () => {
    const PolicyArn = create("mine", { Path: "/eng/", Description: "d", Tags: [{ Key: "a", Value: "b" }] });
    expect(PolicyArn).toBe(`arn:aws:iam::${testAccount}:policy/eng/mine`);
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn });
    expect(get(PolicyArn)).toMatchObject({
      PolicyName: "mine",
      Path: "/eng/",
      DefaultVersionId: "v1",
      AttachmentCount: 2,
      IsAttachable: true,
      Description: "d",
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(get(PolicyArn)?.PolicyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
  });

  it("have names that are unique in the account, whatever the case and the path", () => {
    create("mine");
    const input = { PolicyName: "MINE", Path: "/eng/", PolicyDocument: allow("*") };
    expect(iam.faultOf("CreatePolicy", input)).toBe(
      "EntityAlreadyExists: A policy called MINE already exists. Duplicate names are not allowed.",
    );
    create("AdministratorAccess");
  });

  it("are judged and measured", () => {
    create("full", { PolicyDocument: sized(6144).replaceAll(",", ",  \n") });
    const refused = (PolicyDocument: string) =>
      iam.faultOf("CreatePolicy", { PolicyName: "p", PolicyDocument });
    expect(refused(sized(6145))).toBe("LimitExceeded: Cannot exceed quota for PolicySize: 6144");
    expect(refused("[]")).toBe("MalformedPolicyDocument: Syntax errors in policy.");
    const PolicyDocument = sized(6145);
    expect(iam.faultOf("CreatePolicyVersion", { PolicyArn: own("full"), PolicyDocument })).toMatch(
      /^LimitExceeded/,
    );
  });

  it("have up to five versions, numbered without reuse, one of them the default", () => {
    const PolicyArn = create("mine");
    const add = (SetAsDefault?: boolean) =>
      iam.run<CreatePolicyVersionResponse>("CreatePolicyVersion", {
        PolicyArn,
        PolicyDocument: allow("s3:*"),
        SetAsDefault,
      }).PolicyVersion;
    expect(add()).toMatchObject({ VersionId: "v2", IsDefaultVersion: false });
    expect(add(true)).toMatchObject({ VersionId: "v3", IsDefaultVersion: true });
    expect(iam.faultOf("DeletePolicyVersion", { PolicyArn, VersionId: "v3" })).toBe(
      "DeleteConflict: Cannot delete the default version of a policy.",
    );
    iam.run("DeletePolicyVersion", { PolicyArn, VersionId: "v2" });
    for (const id of ["v4", "v5", "v6"]) expect(add()?.VersionId).toBe(id);
    expect(iam.faultOf("CreatePolicyVersion", { PolicyArn, PolicyDocument: allow("*") })).toMatch(
      /^LimitExceeded: A managed policy can have up to 5 versions\./,
    );
    const list = (more: object = {}) =>
      iam.run<ListPolicyVersionsResponse>("ListPolicyVersions", { PolicyArn, ...more });
    expect(list().Versions?.map(({ VersionId }) => VersionId)).toEqual(["v6", "v5", "v4", "v3", "v1"]);
    const { Marker } = list({ MaxItems: 4 });
    expect(list({ MaxItems: 4, Marker }).Versions?.map(({ VersionId }) => VersionId)).toEqual(["v1"]);
    iam.run("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
    expect(get(PolicyArn)?.DefaultVersionId).toBe("v1");
    const version = iam.run<GetPolicyVersionResponse>("GetPolicyVersion", { PolicyArn, VersionId: "v6" });
    expect(decodeURIComponent(version.PolicyVersion?.Document ?? "")).toBe(allow("s3:*"));
    expect(iam.faultOf("DeletePolicy", { PolicyArn })).toMatch(
      /^DeleteConflict: This policy has more than one version\./,
    );
    for (const operation of ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"]) {
      expect(iam.faultOf(operation, { PolicyArn, VersionId: "v2" })).toBe(
        `NoSuchEntity: Policy ${PolicyArn} version v2 does not exist or is not attachable.`,
      );
    }
  });

  it("cannot be deleted while attached, and are gone when deleted", () => {
    const PolicyArn = create("mine");
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    expect(iam.faultOf("DeletePolicy", { PolicyArn })).toBe(
      "DeleteConflict: Cannot delete a policy attached to entities.",
    );
    iam.run("DetachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("DeletePolicy", { PolicyArn });
    expect(iam.faultOf("GetPolicy", { PolicyArn })).toBe(`NoSuchEntity: Policy ${PolicyArn} was not found.`);
  });

  it("are listed by scope, path, attachment and use", () => {
    const mine = create("mine", { Path: "/eng/", Description: "d" });
    const edge = create("edge");
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn: mine });
    iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn: administrator });
    iam.run("PutUserPermissionsBoundary", { UserName: "ana", PermissionsBoundary: edge });
    const list = (input: object) => iam.run<ListPoliciesResponse>("ListPolicies", input);
    const names = (input: object) => list(input).Policies?.map(({ PolicyName }) => PolicyName);
    expect(names({ Scope: "Local" })).toEqual(["edge", "mine"]);
    const MaxItems = 1000;
    expect(names({ Scope: "AWS", MaxItems })).toHaveLength(awsManagedPolicies().length);
    expect(names({ MaxItems })).toHaveLength(awsManagedPolicies().length + 2);
    expect(names({ Scope: "AWS" })).toHaveLength(100);
    expect(names({ Scope: "AWS", PathPrefix: "/root-task/" })).toHaveLength(5);
    expect(names({ OnlyAttached: true })).toEqual(["AdministratorAccess", "mine"]);
    expect(names({ PathPrefix: "/eng/" })).toEqual(["mine"]);
    expect(names({ PolicyUsageFilter: "PermissionsBoundary" })).toEqual(["edge"]);
    expect(names({ PolicyUsageFilter: "PermissionsPolicy", Scope: "Local" })).toEqual(["mine"]);
    expect(list({ Scope: "Local" }).Policies?.[1]).not.toHaveProperty("Description");
    const { Marker } = list({ MaxItems: 2 });
    expect(list({ MaxItems: 1000, Marker }).Policies).toHaveLength(awsManagedPolicies().length);
  });

  it("tell which entities of the account use them", () => {
    const PolicyArn = create("mine");
    iam.run("CreateUser", { UserName: "bob", Path: "/eng/", PermissionsBoundary: PolicyArn });
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn });
    const who = (more: object = {}) => {
      const found = iam.run<ListEntitiesForPolicyResponse>("ListEntitiesForPolicy", { PolicyArn, ...more });
      const named = [...(found.PolicyRoles ?? []), ...(found.PolicyUsers ?? [])];
      return named.map((each) => ("RoleName" in each ? each.RoleName : "UserName" in each && each.UserName));
    };
    expect(who()).toEqual(["app", "ana", "bob"]);
    expect(who({ EntityFilter: "User" })).toEqual(["ana", "bob"]);
    expect(who({ EntityFilter: "Role" })).toEqual(["app"]);
    expect(who({ EntityFilter: "Group" })).toEqual([]);
    expect(who({ EntityFilter: "LocalManagedPolicy" })).toHaveLength(3);
    expect(who({ EntityFilter: "AWSManagedPolicy" })).toEqual([]);
    expect(who({ PathPrefix: "/eng/" })).toEqual(["bob"]);
    expect(who({ PolicyUsageFilter: "PermissionsBoundary" })).toEqual(["bob"]);
    expect(who({ PolicyUsageFilter: "PermissionsPolicy" })).toEqual(["app", "ana"]);
    expect(who({ MaxItems: 1 })).toEqual(["app"]);
  });

  it("have tags as users have", () => {
    const PolicyArn = create("mine", { Tags: [{ Key: "Team", Value: "a" }] });
    iam.run("TagPolicy", { PolicyArn, Tags: [{ Key: "team", Value: "b" }] });
    const tags = () => iam.run<ListPolicyTagsResponse>("ListPolicyTags", { PolicyArn }).Tags;
    expect(tags()).toEqual([{ Key: "team", Value: "b" }]);
    expect(iam.needsOf("DeletePolicy", { PolicyArn })[0]?.target.keys).toMatchObject({
      "iam:ResourceTag/team": "b",
    });
    iam.run("UntagPolicy", { PolicyArn, TagKeys: ["Team"] });
    expect(tags()).toEqual([]);
    expect(
      iam
        .needsOf("CreatePolicy", { PolicyName: "p", Tags: [{ Key: "a", Value: "" }] })
        .map((need) => need.action),
    ).toEqual(["iam:CreatePolicy", "iam:TagPolicy"]);
  });

  it("of another account are that account's to allow", () => {
    const PolicyArn = `arn:aws:iam::${otherAccount}:policy/theirs`;
    for (const operation of ["GetPolicy", "DeletePolicy"]) {
      expect(iam.needsOf(operation, { PolicyArn })[0]?.target).toMatchObject({ accountId: otherAccount });
    }
  });
});

describe("AWS managed policies", () => {
  it("are policies that pass the judgement of an account's own, but for partitions that AWS alone writes", () => {
    const refused = new Set<string>();
    for (const row of awsManagedPolicies()) {
      for (const { document } of row.versions) {
        const judgement = judgementOf(document);
        if (judgement !== "") refused.add(row.name);
        expect(judgement).toMatch(/^$|Partition "\*" is not valid/);
        expect(() => compileStored(document, "identity", { id: row.arn, type: "managed" })).not.toThrow();
      }
    }
    expect([...refused].toSorted()).toEqual([
      "AWSSecurityHubV2ServiceRolePolicy",
      "AmazonSSMAutomationRole",
      "AmazonVPCNetworkAccessAnalyzerFullAccessPolicy",
      "AmazonVPCReachabilityAnalyzerFullAccessPolicy",
      "AutoScalingServiceRolePolicy",
      "CloudTrailServiceRolePolicy",
    ]);
  });

  it("are those of the services here, within bounds", () => {
    const rows = awsManagedPolicies();
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.length).toBeLessThanOrEqual(250);
    expect(awsManagedPoliciesText.length).toBeLessThan(400_000);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.every(({ id }) => /^ANPA[A-Z2-7]{17}$/.test(id))).toBe(true);
    for (const name of [
      "PowerUserAccess",
      "ReadOnlyAccess",
      "SecurityAudit",
      "job-function/ViewOnlyAccess",
    ]) {
      expect(findAwsManagedPolicy(`arn:aws:iam::aws:policy/${name}`)).toBeDefined();
    }
    expect(rows.find(({ name }) => name === "IAMUserChangePassword")).toMatchObject({
      path: "/",
      defaultVersionId: "v5",
      createdAt: Date.UTC(2016, 10, 15, 0, 25, 16),
    });
  });

  it("say what AWS's documents say, strings that several share included", () => {
    const row = findAwsManagedPolicy("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess");
    expect(JSON.parse(row?.versions[0]?.document ?? "{}")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AmazonSQSReadOnlyAccess",
          Effect: "Allow",
          Action: [
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListDeadLetterSourceQueues",
            "sqs:ListQueues",
            "sqs:ListMessageMoveTasks",
            "sqs:ListQueueTags",
          ],
          Resource: "*",
        },
      ],
    });
    const administratorRow = findAwsManagedPolicy(administrator);
    expect(administratorRow?.versions[0]?.document).toBe(
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    );
  });

  it("of services' own roles and of root sessions are attached to nothing else", () => {
    for (const name of [
      "aws-service-role/AutoScalingServiceRolePolicy",
      "root-task/IAMAuditRootUserCredentials",
    ]) {
      const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
      const refused = "PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer Role.";
      expect(iam.faultOf("AttachRolePolicy", { RoleName: "app", PolicyArn })).toBe(refused);
      expect(iam.faultOf("AttachUserPolicy", { UserName: "ana", PolicyArn })).toBe(refused);
    }
  });

  it("are everybody's to read and nobody's to change", () => {
    expect(get(administrator)).toMatchObject({ PolicyName: "AdministratorAccess", AttachmentCount: 0 });
    const input = { PolicyArn: administrator };
    expect(iam.needsOf("GetPolicy", input)[0]?.target.accountId).toBe(testAccount);
    for (const operation of ["DeletePolicy", "TagPolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"]) {
      expect(iam.needsOf(operation, { ...input, Tags: [] })[0]?.target.accountId).toBe("aws");
    }
  });

  it("count the uses of the asking account alone", () => {
    const other = { principal: rootOf(otherAccount) };
    iam.run("CreateUser", { UserName: "zoe" }, other);
    iam.run("AttachUserPolicy", { UserName: "zoe", PolicyArn: administrator }, other);
    expect(get(administrator)?.AttachmentCount).toBe(0);
    expect(
      iam.run<ListEntitiesForPolicyResponse>("ListEntitiesForPolicy", { PolicyArn: administrator })
        .PolicyUsers,
    ).toEqual([]);
  });
});

/** Why a document is refused; empty when it is not. */
function judgementOf(document: string): string {
  try {
    validatePolicy(document, "identity");
    return "";
  } catch (thrown) {
    return String(thrown);
  }
}
