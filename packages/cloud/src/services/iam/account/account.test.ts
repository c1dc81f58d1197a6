import type {
  CreatePolicyResponse,
  GetAccountSummaryResponse,
  ListAccountAliasesResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, type TestIam } from "../testing.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const other = { principal: rootOf(otherAccount) };
const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

describe("the alias of an account", () => {
  const aliases = (caller = {}) =>
    iam.run<ListAccountAliasesResponse>("ListAccountAliases", {}, caller).AccountAliases;

  it("is none at first, then one, which the next one replaces", () => {
    expect(iam.run("ListAccountAliases")).toEqual({ AccountAliases: [], IsTruncated: false });
    iam.run("CreateAccountAlias", { AccountAlias: "first" });
    iam.run("CreateAccountAlias", { AccountAlias: "second" });
    expect(aliases()).toEqual(["second"]);
    expect(aliases(other)).toEqual([]);
    iam.run("CreateAccountAlias", { AccountAlias: "first" }, other);
  });

  it("is taken while any account has it", () => {
    iam.run("CreateAccountAlias", { AccountAlias: "mine" });
    const taken = "EntityAlreadyExists: The account alias mine already exists.";
    expect(iam.faultOf("CreateAccountAlias", { AccountAlias: "mine" }, other)).toBe(taken);
    expect(iam.faultOf("CreateAccountAlias", { AccountAlias: "mine" })).toBe(taken);
    iam.run("DeleteAccountAlias", { AccountAlias: "mine" });
    iam.run("CreateAccountAlias", { AccountAlias: "mine" }, other);
  });

  it("is deleted by its name only", () => {
    iam.run("CreateAccountAlias", { AccountAlias: "mine" });
    const unknown = "NoSuchEntity: The account alias with name other cannot be found.";
    expect(iam.faultOf("DeleteAccountAlias", { AccountAlias: "other" })).toBe(unknown);
    expect(iam.faultOf("DeleteAccountAlias", { AccountAlias: "mine" }, other)).toMatch(/^NoSuchEntity/);
    iam.run("DeleteAccountAlias", { AccountAlias: "mine" });
    expect(iam.faultOf("DeleteAccountAlias", { AccountAlias: "mine" })).toMatch(/^NoSuchEntity/);
  });
});

describe("the summary of an account", () => {
  const summary = (caller = {}) =>
    iam.run<GetAccountSummaryResponse>("GetAccountSummary", {}, caller).SummaryMap ?? {};

  it("counts what there is, in this account alone", () => {
    const before = summary();
    iam.run("CreateUser", { UserName: "ana" });
    iam.run("CreateUser", { UserName: "bob" });
    iam.run("CreateGroup", { GroupName: "team" });
    iam.run("CreateRole", {
      RoleName: "app",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    });
    iam.run("CreateInstanceProfile", { InstanceProfileName: "app" });
    const { Policy } = iam.run<CreatePolicyResponse>("CreatePolicy", {
      PolicyName: "p",
      PolicyDocument: document,
    });
    iam.run("CreatePolicyVersion", { PolicyArn: Policy?.Arn, PolicyDocument: document });
    iam.run("CreateAccessKey");
    const after = summary();
    const changed = Object.fromEntries(
      Object.entries(after).filter(([name, count]) => count !== before[name]),
    );
    expect(changed).toEqual({
      AccountAccessKeysPresent: 1,
      Groups: 1,
      InstanceProfiles: 1,
      Policies: 1,
      PolicyVersionsInUse: 2,
      Roles: 1,
      Users: 2,
    });
    expect(summary(other)).toEqual(before);
  });

  it("tells the version of tokens that the account has chosen, its own and no other's", () => {
    const version = (caller?: Parameters<typeof summary>[0]) =>
      summary(caller)?.["GlobalEndpointTokenVersion"];
    expect(version()).toBe(1);
    iam.run("SetSecurityTokenServicePreferences", { GlobalEndpointTokenVersion: "v2Token" });
    expect([version(), version(other)]).toEqual([2, 1]);
    iam.run("SetSecurityTokenServicePreferences", { GlobalEndpointTokenVersion: "v1Token" });
    expect(version()).toBe(1);
  });

  it("has every figure that AWS gives, and the quotas that hold here", () => {
    expect(Object.keys(summary()).toSorted()).toEqual([
      "AccessKeysPerUserQuota",
      "AccountAccessKeysPresent",
      "AccountMFAEnabled",
      "AccountPasswordPresent",
      "AccountSigningCertificatesPresent",
      "AssumeRolePolicySizeQuota",
      "AttachedPoliciesPerGroupQuota",
      "AttachedPoliciesPerRoleQuota",
      "AttachedPoliciesPerUserQuota",
      "GlobalEndpointTokenVersion",
      "GroupPolicySizeQuota",
      "Groups",
      "GroupsPerUserQuota",
      "GroupsQuota",
      "InstanceProfiles",
      "InstanceProfilesQuota",
      "MFADevices",
      "MFADevicesInUse",
      "Policies",
      "PoliciesQuota",
      "PolicySizeQuota",
      "PolicyVersionsInUse",
      "PolicyVersionsInUseQuota",
      "Providers",
      "RolePolicySizeQuota",
      "Roles",
      "RolesQuota",
      "ServerCertificates",
      "ServerCertificatesQuota",
      "SigningCertificatesPerUserQuota",
      "UserPolicySizeQuota",
      "Users",
      "UsersQuota",
      "VersionsPerPolicyQuota",
    ]);
    expect(summary()).toMatchObject({
      AccessKeysPerUserQuota: 2,
      AssumeRolePolicySizeQuota: 2048,
      AttachedPoliciesPerUserQuota: 10,
      GroupPolicySizeQuota: 5120,
      GroupsPerUserQuota: 10,
      GroupsQuota: 300,
      PoliciesQuota: 1500,
      PolicySizeQuota: 6144,
      RolesQuota: 1000,
      UsersQuota: 5000,
      VersionsPerPolicyQuota: 5,
    });
  });
});

it("operations on the account need their action, on no resource", () => {
  for (const [operation, input] of [
    ["CreateAccountAlias", { AccountAlias: "mine" }],
    ["DeleteAccountAlias", { AccountAlias: "mine" }],
    ["ListAccountAliases", {}],
    ["GetAccountSummary", {}],
    ["GetAccountAuthorizationDetails", {}],
    ["GenerateCredentialReport", {}],
    ["GetCredentialReport", {}],
  ] as const) {
    const needs = iam.needsOf(operation, input);
    expect(needs).toMatchObject([{ action: `iam:${operation}`, target: { arn: "*", keys: {} }, keys: {} }]);
  }
});
