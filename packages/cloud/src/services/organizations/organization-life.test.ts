import type { Credentials } from "@casemate/wire";
import { beforeAll, describe, expect, it } from "vitest";
import {
  allowing,
  credentialsIn,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "../../request-path/testing/signed-calls.ts";

const management = "111122223333";

interface Member {
  readonly accountId: string;
  /** A session of the role that the organization made. */
  readonly credentials: Credentials;
}

let cloud: SignedCloud;
let rootId: string;

const org = async (operation: string, input: object = {}, credentials = cloud.admin) =>
  (await cloud.must(credentials, `organizations:${operation}`, { ...input })).json;
const refused = async (credentials: Credentials, operation: string, input: object = {}) => {
  const answer = await cloud.call(credentials, operation, { ...input });
  return `${answer.code}: ${answer.message}`;
};
const ok = async (credentials: Credentials, operation: string, input: object = {}) =>
  (await cloud.call(credentials, operation, { ...input })).status === 200;

async function enter(accountId: string): Promise<Credentials> {
  return credentialsIn(
    await cloud.must(cloud.admin, "sts:AssumeRole", {
      RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      RoleSessionName: "landlord",
    }),
  );
}

async function newMember(name: string): Promise<Member> {
  const { CreateAccountStatus } = (await org("CreateAccount", {
    AccountName: name,
    Email: `${name}@example.com`,
  })) as { readonly CreateAccountStatus: { readonly AccountId: string } };
  const accountId = CreateAccountStatus.AccountId;
  return { accountId, credentials: await enter(accountId) };
}

async function newUnit(name: string, ...accountIds: readonly string[]): Promise<string> {
  const { OrganizationalUnit } = (await org("CreateOrganizationalUnit", {
    ParentId: rootId,
    Name: name,
  })) as {
    readonly OrganizationalUnit: { readonly Id: string };
  };
  for (const AccountId of accountIds) {
    await org("MoveAccount", {
      AccountId,
      SourceParentId: rootId,
      DestinationParentId: OrganizationalUnit.Id,
    });
  }
  return OrganizationalUnit.Id;
}

async function newPolicy(name: string, Content: string, Type = "SERVICE_CONTROL_POLICY"): Promise<string> {
  const { Policy } = (await org("CreatePolicy", { Name: name, Type, Content, Description: "" })) as {
    readonly Policy: { readonly PolicySummary: { readonly Id: string } };
  };
  return Policy.PolicySummary.Id;
}

beforeAll(async () => {
  cloud = await openSignedCloud();
  await org("CreateOrganization");
  const { Roots } = (await org("ListRoots")) as { readonly Roots: readonly { readonly Id: string }[] };
  rootId = Roots[0]?.Id ?? "";
  await org("EnablePolicyType", { RootId: rootId, PolicyType: "RESOURCE_CONTROL_POLICY" });
});

describe("an account of an organization", () => {
  it("is entered by its management account through the role, and by nobody else", async () => {
    const { accountId, credentials } = await newMember("entered");
    expect(await ok(credentials, "CreateUser", { UserName: "ana" })).toBe(true);
    const RoleArn = `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`;
    expect(
      await refused(cloud.stranger, "sts:AssumeRole", { RoleArn, RoleSessionName: "visitor" }),
    ).toContain("is not authorized to perform: sts:AssumeRole");
  });

  it("is bounded by the policies of its unit from the next call on, and no longer once it has left", async () => {
    const { accountId, credentials } = await newMember("bounded");
    const unit = await newUnit("bounded", accountId);
    const create = (UserName: string) => refused(credentials, "CreateUser", { UserName });
    expect(await create("a")).toBe("undefined: undefined");
    const PolicyId = await newPolicy(
      "no users",
      policyOf({ Effect: "Deny", Action: "iam:Create*", Resource: "*" }),
    );
    await org("AttachPolicy", { PolicyId, TargetId: unit });
    const arn = `arn:aws:organizations::${management}:policy/`;
    expect(await create("b")).toMatch(
      /^AccessDenied: .* with an explicit deny in a service control policy(?:: arn:aws:organizations.*)?$/,
    );
    expect((await create("b")).includes(arn)).toBe(true);
    await org("UpdatePolicy", { PolicyId, Content: allowing("iam:List*") });
    expect(await create("b")).toBe("undefined: undefined");
    await org("DetachPolicy", { PolicyId: "p-FullAWSAccess", TargetId: unit });
    expect(await create("c")).toMatch(/because no service control policy allows the iam:CreateUser action/);
    expect(await ok(credentials, "ListUsers")).toBe(true);
    await org("RemoveAccountFromOrganization", { AccountId: accountId });
    expect(await create("c")).toBe("undefined: undefined");
  });

  it("is told by the simulator what the policies of its organization would refuse", async () => {
    const { accountId, credentials } = await newMember("simulated");
    const unit = await newUnit("simulated", accountId);
    const role = `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`;
    const simulate = async (): Promise<string[]> => {
      const { text } = await cloud.must(credentials, "SimulatePrincipalPolicy", {
        PolicySourceArn: role,
        "ActionNames.member.1": "iam:CreateUser",
      });
      return ["EvalDecision", "AllowedByOrganizations"].map(
        (name) => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1] ?? "",
      );
    };
    expect(await simulate()).toEqual(["allowed", "true"]);
    const { Organization } = (await org("DescribeOrganization")) as {
      readonly Organization: { readonly Id: string };
    };
    const Condition = { StringEquals: { "aws:PrincipalOrgID": Organization.Id } };
    const PolicyId = await newPolicy(
      "simulated",
      policyOf({ Effect: "Deny", Action: "iam:CreateUser", Resource: "*", Condition }),
    );
    await org("AttachPolicy", { PolicyId, TargetId: unit });
    expect(await simulate()).toEqual(["explicitDeny", "false"]);
    expect(await refused(credentials, "CreateUser", { UserName: "ana" })).toContain("service control policy");
    await org("DetachPolicy", { PolicyId, TargetId: unit });
    expect(await simulate()).toEqual(["allowed", "true"]);
  });

  it("cannot leave where a policy says so", async () => {
    const { accountId, credentials } = await newMember("kept");
    const unit = await newUnit("kept", accountId);
    const PolicyId = await newPolicy(
      "stay",
      policyOf({ Effect: "Deny", Action: "organizations:LeaveOrganization", Resource: "*" }),
    );
    await org("AttachPolicy", { PolicyId, TargetId: unit });
    expect(await refused(credentials, "organizations:LeaveOrganization")).toMatch(
      /^AccessDeniedException: .*explicit deny in a service control policy/,
    );
    await org("DetachPolicy", { PolicyId, TargetId: unit });
    expect(await ok(credentials, "organizations:LeaveOrganization")).toBe(true);
  });

  it("guards its roles by resource control policies against whomever they trust", async () => {
    const { accountId, credentials } = await newMember("guarded");
    const unit = await newUnit("guarded", accountId);
    await cloud.must(credentials, "CreateRole", {
      RoleName: "shared",
      AssumeRolePolicyDocument: trusting({ AWS: ["444455556666", management] }),
    });
    const assume = { RoleArn: `arn:aws:iam::${accountId}:role/shared`, RoleSessionName: "visitor" };
    expect(await ok(cloud.stranger, "sts:AssumeRole", assume)).toBe(true);
    const { Organization } = (await org("DescribeOrganization")) as {
      readonly Organization: { readonly Id: string };
    };
    const PolicyId = await newPolicy(
      "ours only",
      policyOf({
        Effect: "Deny",
        Principal: "*",
        Action: "sts:AssumeRole",
        Resource: "*",
        Condition: { StringNotEqualsIfExists: { "aws:PrincipalOrgID": Organization.Id } },
      }),
      "RESOURCE_CONTROL_POLICY",
    );
    await org("AttachPolicy", { PolicyId, TargetId: unit });
    expect(await refused(cloud.stranger, "sts:AssumeRole", assume)).toContain(
      "with an explicit deny in a resource control policy",
    );
    expect(await ok(cloud.admin, "sts:AssumeRole", assume)).toBe(true);
  });

  it("lets nobody in from the moment it is closed: not its keys, not its sessions, not its roles", async () => {
    const { accountId, credentials } = await newMember("closed");
    await cloud.must(credentials, "CreateUser", { UserName: "ana" });
    await cloud.must(credentials, "PutUserPolicy", {
      UserName: "ana",
      PolicyName: "all",
      PolicyDocument: allowing("*"),
    });
    const key = credentialsIn(await cloud.must(credentials, "CreateAccessKey", { UserName: "ana" }));
    expect([await ok(key, "ListUsers"), await ok(credentials, "ListUsers")]).toEqual([true, true]);
    await org("CloseAccount", { AccountId: accountId });
    for (const each of [key, credentials]) {
      expect(await refused(each, "ListUsers")).toMatch(/^InvalidClientTokenId/);
      expect(await refused(each, "organizations:LeaveOrganization")).toMatch(/^UnrecognizedClientException/);
    }
    await expect(enter(accountId)).rejects.toThrow("because no role trust policy allows");
  });
});

describe("a member account", () => {
  it("may do what the organization's resource policy lets it, on what that names, and its own policies too", async () => {
    const one = await newMember("policy-admin");
    const other = await newMember("not-admin");
    const input = { Name: "theirs", Type: "SERVICE_CONTROL_POLICY", Content: allowing("*"), Description: "" };
    expect(await refused(one.credentials, "organizations:CreatePolicy", input)).toBe(
      "AccessDeniedException: You don't have permissions to access this resource.",
    );
    const grant = {
      Effect: "Allow",
      Principal: { AWS: one.accountId },
      Action: ["organizations:CreatePolicy", "organizations:ListPolicies", "organizations:CreateAccount"],
      Resource: "*",
      Condition: { StringEquals: { "organizations:PolicyType": "SERVICE_CONTROL_POLICY" } },
    };
    await org("PutResourcePolicy", { Content: policyOf(grant) });
    expect(await ok(one.credentials, "organizations:CreatePolicy", input)).toBe(true);
    expect(await ok(one.credentials, "organizations:ListPolicies", { Filter: input.Type })).toBe(true);
    const because = "because no resource-based policy allows";
    const rcp = { ...input, Name: "b", Type: "RESOURCE_CONTROL_POLICY" };
    expect(await refused(one.credentials, "organizations:CreatePolicy", rcp)).toContain(because);
    expect(await refused(other.credentials, "organizations:CreatePolicy", input)).toContain(because);
    expect(await refused(other.credentials, "organizations:ListAccounts")).toContain(because);
    // What the management account alone may do cannot be given away.
    const account = { AccountName: "a", Email: "a@example.com" };
    expect(await refused(one.credentials, "organizations:CreateAccount", account)).toBe(
      "AccessDeniedException: You don't have permissions to access this resource.",
    );
    await cloud.must(one.credentials, "CreateUser", { UserName: "poor" });
    const poor = credentialsIn(await cloud.must(one.credentials, "CreateAccessKey", { UserName: "poor" }));
    expect(await refused(poor, "organizations:CreatePolicy", input)).toContain(
      "because no identity-based policy",
    );
    await org("DeleteResourcePolicy");
    expect(await refused(one.credentials, "organizations:CreatePolicy", input)).toMatch(
      /^AccessDeniedException: You/,
    );
  });

  it("reads as a delegated administrator unless a statement of the organization denies it", async () => {
    const { accountId, credentials } = await newMember("reader");
    const ServicePrincipal = "access-analyzer.amazonaws.com";
    await org("EnableAWSServiceAccess", { ServicePrincipal });
    await org("RegisterDelegatedAdministrator", { AccountId: accountId, ServicePrincipal });
    expect(await ok(credentials, "organizations:ListAccounts")).toBe(true);
    const denial = { Effect: "Deny", Principal: "*", Action: "organizations:ListAccounts", Resource: "*" };
    await org("PutResourcePolicy", { Content: policyOf(denial) });
    expect(await refused(credentials, "organizations:ListAccounts")).toContain(
      "with an explicit deny in a resource-based policy",
    );
    expect(await ok(credentials, "organizations:ListRoots")).toBe(true);
    await org("DeleteResourcePolicy");
  });
});

it("tells the reason of a refusal as a member of the exception", async () => {
  const answer = await cloud.call(cloud.admin, "organizations:CloseAccount", { AccountId: management });
  expect(answer.json).toMatchObject({
    __type: "ConstraintViolationException",
    Reason: "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
  });
});
