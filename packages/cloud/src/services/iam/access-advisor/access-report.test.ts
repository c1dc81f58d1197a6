import type {
  GenerateServiceLastAccessedDetailsResponse,
  GetServiceLastAccessedDetailsResponse,
  GetServiceLastAccessedDetailsWithEntitiesResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import type { Principal } from "../../../kit/index.ts";
import { createIdentity } from "../identity/identity.ts";
import {
  asUser,
  openTestIam,
  otherAccount,
  rootOf,
  testAccount,
  testNow,
  type Caller,
  type TestIam,
} from "../testing.ts";
import { accessReportLifetimeMs, accessReports, accessReportsPerAccountMax } from "./access-report.ts";
import { trackingPeriodMs } from "./make-report.ts";
import { serviceAccesses } from "./service-access.ts";

const own = (resource: string): string => `arn:aws:iam::${testAccount}:${resource}`;
const allow = (Action: string | readonly string[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const hourMs = 3_600_000;

let iam: TestIam;
let ana: Principal;
let bob: Principal;
let now = testNow;
beforeEach(async () => {
  iam = await openTestIam();
  now = testNow;
  const make = (UserName: string): Principal => {
    const { User } = iam.run<{ User: Parameters<typeof asUser>[0] }>("CreateUser", { UserName });
    iam.run("PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument: allow("ec2:*") });
    return asUser(User).principal;
  };
  ana = make("ana");
  bob = make("bob");
});

const advance = (ms: number): void => {
  now += ms;
  iam.advance(ms);
};
const note = (principal: Principal, actions: string[], region = "us-east-1"): void => {
  iam.store.transaction((tx) => {
    createIdentity(iam.environment).noteAccess(tx, { principal, actions, region, now });
  });
};
const generate = (Arn: string, more: object = {}, caller: Caller = {}): string =>
  iam.run<GenerateServiceLastAccessedDetailsResponse>(
    "GenerateServiceLastAccessedDetails",
    { Arn, ...more },
    caller,
  ).JobId ?? "";
const read = (JobId: string, more: object = {}, caller: Caller = {}) =>
  iam.run<GetServiceLastAccessedDetailsResponse>("GetServiceLastAccessedDetails", { JobId, ...more }, caller);
const services = (arn: string, more: object = {}) => read(generate(arn, more)).ServicesLastAccessed;
const entities = (arn: string, ServiceNamespace = "ec2", more: object = {}) =>
  iam.run<GetServiceLastAccessedDetailsWithEntitiesResponse>("GetServiceLastAccessedDetailsWithEntities", {
    JobId: generate(arn),
    ServiceNamespace,
    ...more,
  }).EntityDetailsList;
/** Who tried, and how many hours after the beginning. */
const tried = (arn: string) =>
  entities(arn).map(({ EntityInfo, LastAuthenticated }) => [
    EntityInfo.Name,
    LastAuthenticated && (LastAuthenticated.getTime() - testNow) / hourMs,
  ]);

describe("a report of last access", () => {
  it("lists the services that the policies allow, tried or not", () => {
    expect(services(own("user/ana"))).toEqual([
      { ServiceName: "Amazon EC2", ServiceNamespace: "ec2", TotalAuthenticatedEntities: 0 },
    ]);
    iam.run("PutUserPolicy", { UserName: "ana", PolicyName: "q", PolicyDocument: allow("iam:Get*") });
    note(ana, ["iam:GetUser"], "eu-west-1");
    expect(services(own("user/ana"))).toEqual([
      { ServiceName: "Amazon EC2", ServiceNamespace: "ec2", TotalAuthenticatedEntities: 0 },
      {
        ServiceName: "AWS Identity and Access Management",
        ServiceNamespace: "iam",
        TotalAuthenticatedEntities: 1,
        LastAuthenticated: new Date(testNow),
        LastAuthenticatedEntity: own("user/ana"),
        LastAuthenticatedRegion: "eu-west-1",
      },
    ]);
  });

  it("does not list what is tried without any policy for it, nor what a boundary would allow", () => {
    note(ana, ["sts:AssumeRole"]);
    iam.run("PutUserPermissionsBoundary", {
      UserName: "ana",
      PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
    });
    expect(services(own("user/ana")).map(({ ServiceNamespace }) => ServiceNamespace)).toEqual(["ec2"]);
  });

  it("is completed at once, and keeps what was true when it was made", () => {
    const JobId = generate(own("user/ana"));
    advance(hourMs);
    note(ana, ["ec2:RunInstances"]);
    expect(read(JobId)).toEqual({
      JobStatus: "COMPLETED",
      JobType: "SERVICE_LEVEL",
      JobCreationDate: new Date(testNow),
      JobCompletionDate: new Date(testNow),
      ServicesLastAccessed: [
        { ServiceName: "Amazon EC2", ServiceNamespace: "ec2", TotalAuthenticatedEntities: 0 },
      ],
      IsTruncated: false,
    });
  });

  it("tells the actions when asked for them, with who tried each last", () => {
    iam.run("CreateGroup", { GroupName: "team" });
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("ec2:*") });
    for (const UserName of ["ana", "bob"]) iam.run("AddUserToGroup", { GroupName: "team", UserName });
    note(ana, ["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"]);
    advance(hourMs);
    note(bob, ["ec2:RunInstances"], "eu-west-1");
    const JobId = generate(own("group/team"), { Granularity: "ACTION_LEVEL" });
    const report = read(JobId);
    expect(report.JobType).toBe("ACTION_LEVEL");
    expect(report.ServicesLastAccessed[0]?.TrackedActionsLastAccessed).toEqual([
      {
        ActionName: "CreateTags",
        LastAccessedEntity: own("user/ana"),
        LastAccessedTime: new Date(testNow),
        LastAccessedRegion: "us-east-1",
      },
      {
        ActionName: "RunInstances",
        LastAccessedEntity: own("user/bob"),
        LastAccessedTime: new Date(testNow + hourMs),
        LastAccessedRegion: "eu-west-1",
      },
    ]);
    expect(services(own("group/team"))[0]).not.toHaveProperty("TrackedActionsLastAccessed");
  });

  it("on a group tells of its members, the latest attempt first", () => {
    iam.run("CreateGroup", { GroupName: "team" });
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: allow("ec2:*") });
    iam.run("CreateUser", { UserName: "idle" });
    for (const UserName of ["idle", "ana", "bob"]) {
      iam.run("AddUserToGroup", { GroupName: "team", UserName });
    }
    note(ana, ["ec2:RunInstances"]);
    advance(hourMs);
    note(bob, ["ec2:RunInstances"]);
    expect(tried(own("group/team"))).toEqual([
      ["bob", 1],
      ["ana", 0],
      ["idle", undefined],
    ]);
    expect(services(own("group/team"))).toMatchObject([
      { TotalAuthenticatedEntities: 2, LastAuthenticatedEntity: own("user/bob") },
    ]);
  });

  it("on a policy tells of everybody it is attached to, through groups too, once", () => {
    const trust = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: testAccount }, Action: "sts:AssumeRole" }],
    });
    iam.run("CreatePolicy", { PolicyName: "mine", PolicyDocument: allow("ec2:*") });
    const PolicyArn = own("policy/mine");
    iam.run("CreateGroup", { GroupName: "team" });
    iam.run("CreateRole", { RoleName: "app", Path: "/svc/", AssumeRolePolicyDocument: trust });
    iam.run("AddUserToGroup", { GroupName: "team", UserName: "ana" });
    iam.run("AttachGroupPolicy", { GroupName: "team", PolicyArn });
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("AttachRolePolicy", { RoleName: "app", PolicyArn });
    iam.run("PutUserPermissionsBoundary", { UserName: "bob", PermissionsBoundary: PolicyArn });
    note(ana, ["ec2:RunInstances"]);
    expect(tried(PolicyArn)).toEqual([
      ["ana", 0],
      ["app", undefined],
    ]);
    expect(entities(PolicyArn)[1]?.EntityInfo).toEqual({
      Arn: own("role/svc/app"),
      Name: "app",
      Type: "ROLE",
      Id: expect.stringMatching(/^AROA/) as string,
      Path: "/svc/",
    });
    expect(entities(PolicyArn, "iam")).toEqual([]);
  });

  it("comes in pages, of services and of entities", () => {
    iam.run("PutUserPolicy", {
      UserName: "ana",
      PolicyName: "q",
      PolicyDocument: allow(["ec2:*", "iam:*", "sts:*"]),
    });
    const JobId = generate(own("user/ana"));
    const first = read(JobId, { MaxItems: 2 });
    expect(first.ServicesLastAccessed.map(({ ServiceNamespace }) => ServiceNamespace)).toEqual([
      "ec2",
      "iam",
    ]);
    const rest = read(JobId, { MaxItems: 2, Marker: first.Marker });
    expect(rest.ServicesLastAccessed).toMatchObject([{ ServiceNamespace: "sts" }]);
    expect(rest.IsTruncated).toBe(false);
    expect(entities(own("user/ana"), "ec2", { MaxItems: 1 })).toHaveLength(1);
  });

  it("is read by who asked for it alone", () => {
    const JobId = generate(own("user/ana"), {}, { principal: ana });
    expect(read(JobId, {}, { principal: ana }).JobStatus).toBe("COMPLETED");
    const missing = `NoSuchEntity: The job with id ${JobId} cannot be found.`;
    for (const principal of [bob, rootOf(testAccount), rootOf(otherAccount)]) {
      expect(iam.faultOf("GetServiceLastAccessedDetails", { JobId }, { principal })).toBe(missing);
      const withEntities = { JobId, ServiceNamespace: "ec2" };
      expect(iam.faultOf("GetServiceLastAccessedDetailsWithEntities", withEntities, { principal })).toBe(
        missing,
      );
    }
  });

  it("is kept for a week, and a hundred of them for an account", () => {
    const count = () => iam.store.read((tx) => tx.count(accessReports));
    const first = generate(own("user/ana"));
    for (let index = 1; index < accessReportsPerAccountMax; index += 1) {
      advance(1);
      generate(own("user/ana"));
    }
    read(first);
    advance(1);
    generate(own("user/ana"));
    expect(count()).toBe(accessReportsPerAccountMax);
    expect(iam.faultOf("GetServiceLastAccessedDetails", { JobId: first })).toMatch(/^NoSuchEntity/);
    advance(accessReportLifetimeMs + accessReportsPerAccountMax);
    generate(own("user/ana"));
    expect(count()).toBe(1);
  });

  it("needs the user, group, role or policy, which must be there; reading needs no resource", () => {
    const targetOf = (Arn: string) => iam.needsOf("GenerateServiceLastAccessedDetails", { Arn })[0]?.target;
    expect(targetOf(own("user/ana"))?.arn).toBe(own("user/ana"));
    expect(targetOf("arn:aws:iam::aws:policy/AdministratorAccess")?.accountId).toBe(testAccount);
    expect(targetOf(`arn:aws:iam::${otherAccount}:role/x`)?.accountId).toBe(otherAccount);
    const refusal = (Arn: string) => iam.faultOf("GenerateServiceLastAccessedDetails", { Arn });
    expect(refusal(own("user/none"))).toBe("NoSuchEntity: The user with name none cannot be found.");
    expect(refusal(own("policy/none"))).toBe(`NoSuchEntity: Policy ${own("policy/none")} was not found.`);
    expect(refusal(own("mfa/none"))).toMatch(/^InvalidInput: Invalid Entity Arn/);
    for (const operation of ["GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities"]) {
      const input = { JobId: "j", ServiceNamespace: "ec2" };
      expect(iam.needsOf(operation, input)).toMatchObject([{ target: { arn: "*" } }]);
    }
  });
});

describe("attempts", () => {
  const row = () => iam.store.read((tx) => tx.get(serviceAccesses, `${ana.id}/ec2`));

  it("are noted once a day for each action", () => {
    const dayEnd = Date.UTC(2026, 0, 16) - testNow;
    note(ana, ["ec2:RunInstances", "ec2:RunInstances"]);
    advance(dayEnd - 1);
    note(ana, ["ec2:RunInstances"], "eu-west-1");
    expect(row()?.last).toEqual({ at: testNow, region: "us-east-1" });
    note(ana, ["ec2:StopInstances"], "eu-west-1");
    expect(row()?.last).toEqual({ at: testNow + dayEnd - 1, region: "eu-west-1" });
    expect(row()?.actions["RunInstances"]?.at).toBe(testNow);
    advance(1);
    note(ana, ["ec2:RunInstances"]);
    expect(row()?.actions["RunInstances"]?.at).toBe(testNow + dayEnd);
  });

  it("are forgotten with their user, and not told after the tracking period", () => {
    note(ana, ["ec2:RunInstances"]);
    advance(trackingPeriodMs);
    expect(services(own("user/ana"))[0]?.TotalAuthenticatedEntities).toBe(1);
    advance(1);
    expect(services(own("user/ana"), { Granularity: "ACTION_LEVEL" })[0]).toEqual({
      ServiceName: "Amazon EC2",
      ServiceNamespace: "ec2",
      TotalAuthenticatedEntities: 0,
      TrackedActionsLastAccessed: [],
    });
    iam.run("DeleteUserPolicy", { UserName: "ana", PolicyName: "p" });
    iam.run("DeleteUser", { UserName: "ana" });
    expect(row()).toBeUndefined();
    note(ana, ["ec2:RunInstances"]);
    expect(row()).toBeUndefined();
  });

  it("of the root are nobody's", () => {
    note(rootOf(testAccount), ["ec2:RunInstances"]);
    expect(iam.store.read((tx) => tx.count(serviceAccesses))).toBe(0);
  });
});
