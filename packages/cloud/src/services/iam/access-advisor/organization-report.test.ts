import type {
  GenerateOrganizationsAccessReportResponse,
  GetOrganizationsAccessReportResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import {
  noGuardrails,
  type OrganizationPlace,
  type ScopeOfPolicies,
  type ScopeQuestion,
  type ScopeRefusal,
} from "../../../kit/index.ts";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { createIdentity } from "../identity/identity.ts";

const entity = "o-a1b2c3d4e5/r-ab12";
const home = { id: testAccount, path: `${entity}/${testAccount}` };
const away = { id: otherAccount, path: `${entity}/ou-ab12-11111111/${otherAccount}` };
const allow = (...actions: string[]) => statement("Allow", actions);
const deny = (...actions: string[]) => statement("Deny", actions);

function statement(Effect: string, Action: string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Action, Resource: "*" }] });
}

let iam: TestIam;
let place: OrganizationPlace | undefined;
let scope: ScopeOfPolicies | ScopeRefusal;
let asked: ScopeQuestion | undefined;
beforeEach(async () => {
  place = { id: "o-a1b2c3d4e5", managementAccountId: testAccount, path: `${entity}/` };
  scope = { levels: [[allow("ec2:*", "iam:*", "sts:*")]], accounts: [home, away] };
  const scopeOf = (_tx: unknown, question: ScopeQuestion) => {
    asked = question;
    return scope;
  };
  iam = await openTestIam({ guardrails: { ...noGuardrails, organizationOf: () => place, scopeOf } });
});

const generate = (more: object = {}): string => {
  const input = { EntityPath: entity, ...more };
  const made = iam.run<GenerateOrganizationsAccessReportResponse>("GenerateOrganizationsAccessReport", input);
  return made.JobId ?? "";
};
const read = (JobId: string, more: object = {}) =>
  iam.run<GetOrganizationsAccessReportResponse>("GetOrganizationsAccessReport", { JobId, ...more });
const services = (report: GetOrganizationsAccessReportResponse) =>
  report.AccessDetails?.map(({ ServiceNamespace }) => ServiceNamespace);

/** A user of an account has tried an action. */
function tried(accountId: string, name: string, attempt: { action: string; at: number }): void {
  const caller = { principal: rootOf(accountId) };
  const { User } = iam.run<{ User: Parameters<typeof asUser>[0] }>("CreateUser", { UserName: name }, caller);
  const principal = { ...asUser(User).principal, accountId };
  iam.store.transaction((tx) => {
    const { action, at: now } = attempt;
    createIdentity(iam.environment).noteAccess(tx, {
      principal,
      actions: [action],
      region: "eu-west-1",
      now,
    });
  });
}

describe("a report of last access in an organization", () => {
  it("lists what the policies allow, and who last used it", () => {
    tried(testAccount, "ana", { action: "ec2:RunInstances", at: testNow - 5000 });
    tried(otherAccount, "zoe", { action: "ec2:DescribeVpcs", at: testNow - 1000 });
    tried(otherAccount, "old", { action: "iam:GetUser", at: testNow - 500 * 86_400_000 });
    const report = read(generate());
    expect(report).toMatchObject({
      JobStatus: "COMPLETED",
      JobCreationDate: new Date(testNow),
      JobCompletionDate: new Date(testNow),
      NumberOfServicesAccessible: 3,
      NumberOfServicesNotAccessed: 2,
      IsTruncated: false,
    });
    expect(report.AccessDetails).toEqual([
      {
        ServiceName: "Amazon EC2",
        ServiceNamespace: "ec2",
        Region: "eu-west-1",
        EntityPath: away.path,
        LastAuthenticatedTime: new Date(testNow - 1000),
        TotalAuthenticatedEntities: 2,
      },
      {
        ServiceName: "AWS Identity and Access Management",
        ServiceNamespace: "iam",
        TotalAuthenticatedEntities: 0,
      },
      { ServiceName: "AWS Security Token Service", ServiceNamespace: "sts", TotalAuthenticatedEntities: 0 },
    ]);
  });

  it("wants every level to allow, and none to take away", () => {
    scope = { levels: [[allow("*")], [allow("ec2:Describe*", "iam:*")]], accounts: [] };
    expect(services(read(generate()))).toEqual(["ec2", "iam"]);
    scope = {
      levels: [
        [allow("*"), deny("ec2:*")],
        [allow("*"), deny("iam:CreateUser")],
      ],
      accounts: [],
    };
    expect(services(read(generate()))).toEqual(["access-analyzer", "iam", "organizations", "sts"]);
    scope = { levels: [], accounts: [] };
    expect(services(read(generate()))).toEqual(["access-analyzer", "ec2", "iam", "organizations", "sts"]);
  });

  it("is sorted and paged as asked", () => {
    tried(testAccount, "ana", { action: "sts:AssumeRole", at: testNow - 5000 });
    tried(testAccount, "bob", { action: "ec2:RunInstances", at: testNow - 1000 });
    const job = generate();
    const sorted = (SortKey: string) => services(read(job, { SortKey }));
    expect(sorted("SERVICE_NAMESPACE_DESCENDING")).toEqual(["sts", "iam", "ec2"]);
    expect(sorted("LAST_AUTHENTICATED_TIME_ASCENDING")).toEqual(["iam", "sts", "ec2"]);
    expect(sorted("LAST_AUTHENTICATED_TIME_DESCENDING")).toEqual(["ec2", "sts", "iam"]);
    const first = read(job, { MaxItems: 2 });
    expect([first.IsTruncated, services(first)]).toEqual([true, ["ec2", "iam"]]);
    expect(services(read(job, { MaxItems: 2, Marker: first.Marker }))).toEqual(["sts"]);
  });

  it("asks about one policy where one is named", () => {
    generate({ OrganizationsPolicyId: "p-scp00000" });
    expect(asked).toEqual({ accountId: testAccount, entityPath: entity, policyId: "p-scp00000" });
    const needs = (more: object) =>
      iam.needsOf("GenerateOrganizationsAccessReport", { EntityPath: entity, ...more });
    expect(needs({})[0]).toMatchObject({
      target: { arn: `arn:aws:iam::${testAccount}:access-report/${entity}` },
    });
    expect(needs({})[0]?.keys["iam:OrganizationsPolicyId"]).toBeUndefined();
    expect(needs({ OrganizationsPolicyId: "p-1" })[0]?.keys["iam:OrganizationsPolicyId"]).toBe("p-1");
    expect(needs({}).map(({ action }) => action)).toContain("organizations:ListPoliciesForTarget");
  });

  it.each([
    ["no-organization", "AWSOrganizationsNotInUseException"],
    ["no-such-entity", "TargetNotFoundException"],
    ["no-such-policy", "PolicyNotFoundException"],
    ["policies-disabled", "PolicyTypeNotEnabledException"],
  ] as const)("tells why there is none: %s", (refusal, Code) => {
    scope = refusal;
    expect(read(generate())).toMatchObject({ JobStatus: "FAILED", ErrorDetails: { Code } });
  });

  it("is the management account's to make, and its account's to read", () => {
    const job = generate();
    const JobId = { JobId: job };
    expect(iam.faultOf("GetOrganizationsAccessReport", JobId, { principal: rootOf(otherAccount) })).toBe(
      `NoSuchEntity: The job with id ${job} cannot be found.`,
    );
    place = { id: "o-a1b2c3d4e5", managementAccountId: otherAccount, path: `${entity}/` };
    expect(read(generate())).toMatchObject({
      JobStatus: "FAILED",
      ErrorDetails: { Code: "AccessDeniedException" },
    });
  });
});
