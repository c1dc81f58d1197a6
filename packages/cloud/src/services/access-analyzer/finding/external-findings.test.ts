import type {
  Finding,
  GetFindingResponse,
  GetFindingsStatisticsResponse,
  GetFindingV2Response,
  ListFindingsResponse,
  ListFindingsV2Response,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import { compileStored } from "@casemate/iam-engine";
import {
  asAccount,
  dayMs,
  openTestAnalyzer,
  otherAccount,
  strangeAccount,
  testAccount,
  testNow,
  trusting,
  type TestAnalyzer,
} from "../testing.ts";
import { resolvedLifetimeMs } from "./renew-findings.ts";

let cloud: TestAnalyzer;
let analyzerArn: string;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
  analyzerArn = cloud.analyzer();
});

const list = (more: object = {}) =>
  cloud.run<ListFindingsResponse>("ListFindings", { analyzerArn, ...more }).findings;
const only = (more: object = {}) => {
  const found = list(more);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const withStatus = (status: string) => ({ filter: { status: { eq: [status] } } });
const trust = (RoleName: string, ...principals: object[]) =>
  cloud.run("UpdateAssumeRolePolicy", { RoleName, PolicyDocument: trusting(...principals) });
const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;

describe("a finding of external access", () => {
  it("is made for whom a role trusts outside of the account, with the conditions", () => {
    const Condition = { StringEquals: { "sts:ExternalId": "secret-1" } };
    const resource = cloud.role("partner", { AWS: root(otherAccount), Condition });
    const at = new Date(testNow);
    expect(only()).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      principal: { AWS: root(otherAccount) },
      action: ["sts:AssumeRole"],
      resource,
      isPublic: false,
      resourceType: "AWS::IAM::Role",
      condition: { "sts:ExternalId": "secret-1" },
      createdAt: at,
      analyzedAt: at,
      updatedAt: at,
      status: "ACTIVE",
      resourceOwnerAccount: testAccount,
      resourceControlPolicyRestriction: "NOT_APPLICABLE",
    });
  });

  it("is not made for principals of the account, for services, or for roles of services", () => {
    cloud.role("own", { AWS: root(testAccount) }, { Service: "ec2.amazonaws.com" });
    cloud.run("CreateServiceLinkedRole", { AWSServiceName: "spot.amazonaws.com" });
    expect(list()).toEqual([]);
  });

  it("tells of everybody, and of identity providers", () => {
    cloud.role("open", { AWS: "*" });
    cloud.role("web", { Federated: "accounts.google.com" });
    const sort = { attributeName: "resource" };
    expect(list({ filter: { isPublic: { eq: ["true"] } }, sort })).toMatchObject([
      { principal: { AWS: "*" } },
      // Google vouches for anybody, and no audience narrows it.
      { principal: { Federated: "accounts.google.com" } },
    ]);
    expect(list({ filter: { "principal.Federated": { exists: true } } })).toMatchObject([
      { principal: { Federated: "accounts.google.com" } },
    ]);
  });

  it("is one for each principal, whichever statements let it in", () => {
    cloud.role("shared", { AWS: [root(otherAccount), root(strangeAccount)] }, { AWS: root(otherAccount) });
    expect(
      list({ sort: { attributeName: "principal.AWS" } }).map(({ principal }) => principal?.["AWS"]),
    ).toEqual([root(otherAccount), root(strangeAccount)]);
  });

  it("names users and roles by the ARN they have now, and ends with them", () => {
    const other = asAccount(otherAccount);
    const { User } = cloud.run<{ User: { Arn: string } }>("CreateUser", { UserName: "eve" }, other);
    cloud.role("visited", { AWS: User.Arn });
    const { id } = only();
    expect(only()).toMatchObject({ principal: { AWS: User.Arn }, status: "ACTIVE" });
    cloud.run("DeleteUser", { UserName: "eve" }, other);
    const after = list();
    expect(after.find((finding) => finding.id === id)?.status).toBe("RESOLVED");
    expect(
      after.every(
        ({ principal }) => principal?.["AWS"] === User.Arn || principal?.["AWS"]?.startsWith("AIDA"),
      ),
    ).toBe(true);
  });

  it("is resolved when the access ends, and active again when it comes back", () => {
    cloud.role("partner", { AWS: root(otherAccount) });
    const { id } = only();
    cloud.advance(dayMs);
    trust("partner", { AWS: root(testAccount) });
    expect(only()).toMatchObject({ id, status: "RESOLVED", updatedAt: new Date(testNow + dayMs) });
    cloud.advance(dayMs);
    trust("partner", { AWS: root(otherAccount) });
    expect(only()).toMatchObject({ id, status: "ACTIVE", createdAt: new Date(testNow) });
    cloud.run("DeleteRole", { RoleName: "partner" });
    expect(only()).toMatchObject({ id, status: "RESOLVED" });
  });

  it("is kept for ninety days after it is resolved", () => {
    cloud.role("partner", { AWS: root(otherAccount) });
    list();
    cloud.run("DeleteRole", { RoleName: "partner" });
    list();
    cloud.advance(resolvedLifetimeMs);
    expect(list()).toHaveLength(1);
    cloud.advance(1);
    expect(list()).toEqual([]);
  });

  it("tells that a control policy on resources may keep out whom the role lets in", () => {
    const everything =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}';
    const source = {
      id: "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess",
      type: "organization",
    } as const;
    cloud.organization.rcps = [[compileStored(everything, "rcp", source)]];
    cloud.role("partner", { AWS: root(otherAccount) });
    expect(only().resourceControlPolicyRestriction).toBe("NOT_APPLICABLE");
    cloud.organization.rcps = [[compileStored(everything, "rcp", { ...source, id: "p-1" })]];
    expect(only().resourceControlPolicyRestriction).toBe("APPLICABLE");
  });

  it("has the same facts in the second form", () => {
    cloud.role("partner", { AWS: root(otherAccount) });
    const { id } = only();
    const { finding } = cloud.run<GetFindingResponse>("GetFinding", { analyzerArn, id });
    const { principal, action, condition, isPublic, resourceControlPolicyRestriction, ...common } =
      finding as Finding;
    const second = { ...common, findingType: "ExternalAccess" };
    const details = { principal, action, condition, isPublic, resourceControlPolicyRestriction };
    expect(cloud.run<GetFindingV2Response>("GetFindingV2", { analyzerArn, id })).toEqual({
      ...second,
      findingDetails: [{ externalAccessDetails: details }],
    });
    expect(cloud.run<ListFindingsV2Response>("ListFindingsV2", { analyzerArn }).findings).toEqual([second]);
  });
});

describe("the zone of trust", () => {
  it("of an organization is all of its accounts", () => {
    cloud.organization.members = [testAccount, otherAccount];
    const organization = cloud.run<{ arn: string }>("CreateAnalyzer", {
      analyzerName: "o",
      type: "ORGANIZATION",
    });
    analyzerArn = organization.arn;
    cloud.role("mine", { AWS: root(otherAccount) }, { AWS: root(strangeAccount) });
    const document = {
      AssumeRolePolicyDocument: trusting({ AWS: root(testAccount) }, { AWS: root(strangeAccount) }),
    };
    cloud.run("CreateRole", { RoleName: "theirs", ...document }, asAccount(otherAccount));
    expect(
      list({ sort: { attributeName: "resourceOwnerAccount" } }).map((finding) => [
        finding.resourceOwnerAccount,
        finding.principal,
      ]),
    ).toEqual([
      [testAccount, { AWS: root(strangeAccount) }],
      [otherAccount, { AWS: root(strangeAccount) }],
    ]);
    cloud.organization.members = [testAccount];
    expect(
      list({ ...withStatus("ACTIVE"), sort: { attributeName: "principal.AWS" } }).map(
        ({ principal }) => principal?.["AWS"],
      ),
    ).toEqual([root(otherAccount), root(strangeAccount)]);
  });

  it("does not move while the organization keeps the service out", () => {
    cloud.organization.members = [testAccount, otherAccount];
    analyzerArn = cloud.run<{ arn: string }>("CreateAnalyzer", {
      analyzerName: "o",
      type: "ORGANIZATION",
    }).arn;
    cloud.role("mine", { AWS: root(strangeAccount) });
    const { id } = only();
    cloud.organization.standing = { ...cloud.organization.standing, trusted: false };
    cloud.run("DeleteRole", { RoleName: "mine" });
    expect(only()).toMatchObject({ id, status: "ACTIVE" });
  });
});

describe("findings", () => {
  const ids = () => list().map(({ id }) => id);

  it.each([
    [{ resourceOwnerAccount: { eq: [testAccount] } }, 2],
    [{ resourceOwnerAccount: { neq: [testAccount] } }, 0],
    [{ "principal.AWS": { eq: [otherAccount] } }, 1],
    [{ "principal.AWS": { eq: [root(otherAccount)] } }, 1],
    [{ "principal.AWS": { contains: ["iam::"] } }, 2],
    [{ "condition.sts:ExternalId": { exists: true } }, 1],
    [{ "condition.sts:ExternalId": { exists: false } }, 1],
    [{ "condition.sts:ExternalId": { eq: ["x"], neq: ["y"] } }, 1],
    [{ resource: { contains: ["role/a"] }, isPublic: { eq: ["false"] } }, 1],
    [{ status: { eq: ["ARCHIVED"] } }, 0],
    [{ error: { exists: true } }, 0],
  ])("are narrowed by %j to %j", (filter, count) => {
    cloud.role("a1", { AWS: root(otherAccount) });
    cloud.role("b2", { AWS: root(strangeAccount), Condition: { StringEquals: { "sts:ExternalId": "x" } } });
    expect(list({ filter })).toHaveLength(count);
  });

  it("are sorted by an attribute and come in pages", () => {
    for (const name of ["b", "a", "c"]) {
      cloud.role(name, { AWS: root(otherAccount) });
      list();
      cloud.advance(1);
    }
    const names = (more: object) =>
      list(more)
        .map(({ resource }) => resource?.at(-1))
        .join("");
    expect(names({})).toBe("bac");
    expect(names({ sort: { attributeName: "resource" } })).toBe("abc");
    expect(names({ sort: { attributeName: "createdAt", orderBy: "DESC" } })).toBe("cab");
    const sort = { attributeName: "resource" };
    const first = cloud.run<ListFindingsResponse>("ListFindings", { analyzerArn, sort, maxResults: 2 });
    expect(first.findings).toHaveLength(2);
    const rest = { analyzerArn, sort, maxResults: 2, nextToken: first.nextToken };
    const last = cloud.run<ListFindingsResponse>("ListFindings", rest);
    expect([last.findings.map(({ resource }) => resource?.at(-1)), last.nextToken]).toEqual([
      ["c"],
      undefined,
    ]);
    expect(cloud.faultOf("ListFindings", { ...rest, sort: {} })).toBe(
      "ValidationException: The nextToken is not valid.",
    );
  });

  it.each([
    [{ filter: { coffee: { eq: ["x"] } } }, "Invalid filter key: coffee"],
    [{ filter: { __proto__: null, constructor: { eq: ["x"] } } }, "Invalid filter key: constructor"],
    [{ filter: { resource: {} } }, "The criterion of resource has no operator"],
    [{ sort: { attributeName: "coffee" } }, "Invalid sort attribute: coffee"],
    [{ maxResults: 0 }, "maxResults must be between 1 and 1000"],
  ])("are refused by %j", (more, message) => {
    expect(cloud.faultOf("ListFindings", { analyzerArn, ...more })).toBe(`ValidationException: ${message}`);
  });

  it("are archived and made active again by id or by resource, but not once resolved", () => {
    const resourceArn = cloud.role("a", { AWS: [root(otherAccount), root(strangeAccount)] });
    const update = (more: object) => cloud.run("UpdateFindings", { analyzerArn, ...more });
    update({ status: "ARCHIVED", ids: ids().slice(0, 1) });
    expect(list(withStatus("ARCHIVED"))).toHaveLength(1);
    update({ status: "ARCHIVED", resourceArn });
    expect(list(withStatus("ARCHIVED"))).toHaveLength(2);
    update({ status: "ACTIVE", ids: ids() });
    expect(list(withStatus("ACTIVE"))).toHaveLength(2);
    cloud.run("DeleteRole", { RoleName: "a" });
    const [id] = ids();
    const fault = (more: object) =>
      cloud.faultOf("UpdateFindings", { analyzerArn, status: "ARCHIVED", ...more });
    expect(fault({ ids: [id] })).toBe(`ValidationException: The finding ${id} is resolved`);
    update({ status: "ARCHIVED", resourceArn });
    expect(list(withStatus("RESOLVED"))).toHaveLength(2);
    expect(fault({})).toBe("ValidationException: Either ids or resourceArn must be given");
    expect(fault({ ids: ["x"] })).toMatch(/^ResourceNotFoundException/);
  });

  it("are counted by type and status", () => {
    cloud.role("a", { AWS: [root(otherAccount), "*"] });
    cloud.role("b", { AWS: root(otherAccount) });
    list();
    cloud.run("DeleteRole", { RoleName: "b" });
    const [statistics] =
      cloud.run<GetFindingsStatisticsResponse>("GetFindingsStatistics", { analyzerArn }).findingsStatistics ??
      [];
    expect(statistics).toEqual({
      externalAccessFindingsStatistics: {
        resourceTypeStatistics: {
          "AWS::IAM::Role": { totalActivePublic: 1, totalActiveCrossAccount: 1, totalActiveErrors: 0 },
        },
        totalActiveFindings: 2,
        totalArchivedFindings: 0,
        totalResolvedFindings: 1,
      },
    });
  });

  it("are of one analyzer, in its region, and of nobody else's", () => {
    cloud.role("a", { AWS: root(otherAccount) });
    const [id] = ids();
    const missing = /^ResourceNotFoundException: The specified resource could not be found: /;
    expect(cloud.faultOf("GetFinding", { analyzerArn, id }, asAccount(otherAccount))).toMatch(missing);
    expect(cloud.faultOf("GetFinding", { analyzerArn, id }, { region: "eu-west-1" })).toMatch(missing);
    expect(cloud.faultOf("GetFinding", { analyzerArn, id: "none" })).toMatch(missing);
    cloud.run("DeleteAnalyzer", { analyzerName: "a" });
    cloud.analyzer();
    expect(cloud.faultOf("GetFinding", { analyzerArn, id })).toMatch(missing);
  });

  it("need the analyzer, and both forms need the same action", () => {
    for (const name of ["GetFinding", "ListFindings"]) {
      for (const form of [name, `${name}V2`]) {
        expect(cloud.needsOf(form, { analyzerArn, id: "i" })).toMatchObject([
          { action: `access-analyzer:${name}`, target: { arn: analyzerArn, accountId: testAccount } },
        ]);
      }
    }
    const foreign = analyzerArn.replace(testAccount, otherAccount);
    expect(cloud.needsOf("UpdateFindings", { analyzerArn: foreign, status: "ACTIVE" })).toMatchObject([
      { target: { accountId: otherAccount } },
    ]);
  });
});
