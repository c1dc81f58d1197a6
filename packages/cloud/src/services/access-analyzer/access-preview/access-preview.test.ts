import type {
  AccessPreviewFinding,
  GetAccessPreviewResponse,
  ListAccessPreviewFindingsResponse,
  ListAccessPreviewsResponse,
  ListFindingsResponse,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openTestAnalyzer,
  otherAccount,
  strangeAccount,
  testAccount,
  testNow,
  trusting,
  type TestAnalyzer,
} from "../testing.ts";
import { accessPreviews, previewLifetimeMs } from "./access-preview.ts";

let cloud: TestAnalyzer;
let analyzerArn: string;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
  analyzerArn = cloud.analyzer("ACCOUNT", {
    archiveRules: [{ ruleName: "r", filter: { "principal.AWS": { eq: [strangeAccount] } } }],
  });
});

const arn = `arn:aws:iam::${testAccount}:role/team/app`;
const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;
const proposal = (trustPolicy?: string, resource = arn) => ({
  analyzerArn,
  configurations: { [resource]: { iamRole: trustPolicy === undefined ? {} : { trustPolicy } } },
});
const create = (trustPolicy?: string, more: object = {}) =>
  cloud.run<{ id: string }>("CreateAccessPreview", { ...proposal(trustPolicy), ...more }).id;
const get = (accessPreviewId: string) =>
  cloud.run<GetAccessPreviewResponse>("GetAccessPreview", { analyzerArn, accessPreviewId }).accessPreview;
const found = (accessPreviewId: string, more: object = {}) =>
  cloud.run<ListAccessPreviewFindingsResponse>("ListAccessPreviewFindings", {
    analyzerArn,
    accessPreviewId,
    ...more,
  }).findings;
const changes = (id: string) =>
  found(id).map(({ changeType, existingFindingStatus, status, principal }: AccessPreviewFinding) => [
    changeType,
    existingFindingStatus,
    status,
    principal?.["AWS"],
  ]);
const role = (...principals: object[]) =>
  cloud.run("CreateRole", {
    RoleName: "app",
    Path: "/team/",
    AssumeRolePolicyDocument: trusting(...principals),
  });

describe("an access preview", () => {
  it("tells what would be found of a role that does not exist yet, and changes nothing", () => {
    const id = create(trusting({ AWS: otherAccount }, { AWS: strangeAccount }));
    expect(get(id)).toEqual({
      id,
      analyzerArn,
      configurations: proposal(trusting({ AWS: otherAccount }, { AWS: strangeAccount })).configurations,
      createdAt: new Date(testNow),
      status: "COMPLETED",
    });
    expect(found(id)[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      resource: arn,
      resourceType: "AWS::IAM::Role",
      resourceOwnerAccount: testAccount,
      createdAt: new Date(testNow),
      changeType: "NEW",
      status: "ACTIVE",
      principal: { AWS: root(otherAccount) },
      action: ["sts:AssumeRole"],
      condition: {},
      isPublic: false,
      resourceControlPolicyRestriction: "NOT_APPLICABLE",
    });
    expect(changes(id)).toEqual([
      ["NEW", undefined, "ACTIVE", root(otherAccount)],
      ["NEW", undefined, "ARCHIVED", root(strangeAccount)],
    ]);
    expect(cloud.run<ListFindingsResponse>("ListFindings", { analyzerArn }).findings).toEqual([]);
  });

  it("compares with what is found of the role now", () => {
    role({ AWS: otherAccount });
    expect(changes(create())).toEqual([["UNCHANGED", "ACTIVE", "ACTIVE", root(otherAccount)]]);
    const id = create(trusting({ AWS: "*" }));
    expect(changes(id)).toEqual([
      ["NEW", undefined, "ACTIVE", "*"],
      ["CHANGED", "ACTIVE", "RESOLVED", root(otherAccount)],
    ]);
    cloud.run("DeleteRole", { RoleName: "app" });
    expect(changes(create(trusting({ AWS: otherAccount })))).toEqual([
      ["CHANGED", "RESOLVED", "ACTIVE", root(otherAccount)],
    ]);
    expect(changes(id)).toHaveLength(2);
  });

  it("says the same as comes true", () => {
    const document = trusting({ AWS: otherAccount }, { AWS: strangeAccount }, { AWS: testAccount });
    const previewed = found(create(document)).map(({ principal, status }) => ({ principal, status }));
    role({ AWS: otherAccount }, { AWS: strangeAccount }, { AWS: testAccount });
    const real = cloud.run<ListFindingsResponse>("ListFindings", { analyzerArn }).findings;
    expect(previewed).toHaveLength(2);
    expect(real.map(({ principal, status }) => ({ principal, status }))).toEqual(
      expect.arrayContaining(previewed),
    );
  });

  it("of a policy that cannot be read has failed", () => {
    const id = create("{");
    expect(get(id)).toMatchObject({ status: "FAILED", statusReason: { code: "INVALID_CONFIGURATION" } });
    expect(cloud.faultOf("ListAccessPreviewFindings", { analyzerArn, accessPreviewId: id })).toBe(
      `ConflictException: The access preview ${id} has failed`,
    );
  });

  it("has findings that are narrowed, and come in pages", () => {
    role({ AWS: otherAccount });
    const id = create(trusting({ AWS: otherAccount }, { AWS: strangeAccount }));
    const count = (filter: object) => found(id, { filter }).length;
    expect(count({ changeType: { eq: ["NEW"] } })).toBe(1);
    expect(count({ existingFindingStatus: { eq: ["ACTIVE"] } })).toBe(1);
    expect(count({ existingFindingId: { exists: false } })).toBe(1);
    expect(count({ "principal.AWS": { contains: ["root"] } })).toBe(2);
    expect(found(id, { maxResults: 1 })).toHaveLength(1);
    expect(cloud.faultOf("ListFindings", { analyzerArn, filter: { changeType: { eq: ["NEW"] } } })).toBe(
      "ValidationException: Invalid filter key: changeType",
    );
  });

  it("is listed newest first, and kept for a day", () => {
    const first = create(trusting({ AWS: otherAccount }));
    cloud.advance(1000);
    const second = create(trusting({ AWS: otherAccount }));
    const list = () =>
      cloud.run<ListAccessPreviewsResponse>("ListAccessPreviews", { analyzerArn }).accessPreviews;
    expect(list()).toEqual([
      { id: second, analyzerArn, createdAt: new Date(testNow + 1000), status: "COMPLETED" },
      { id: first, analyzerArn, createdAt: new Date(testNow), status: "COMPLETED" },
    ]);
    cloud.advance(previewLifetimeMs);
    expect(list().map(({ id }) => id)).toEqual([second]);
    const gone = { analyzerArn, accessPreviewId: first };
    expect(cloud.faultOf("GetAccessPreview", gone)).toMatch(/^ResourceNotFoundException/);
    create(trusting({ AWS: otherAccount }));
    expect(cloud.store.read((tx) => tx.count(accessPreviews))).toBe(2);
    cloud.run("DeleteAnalyzer", { analyzerName: "a" });
    expect(cloud.store.read((tx) => tx.count(accessPreviews))).toBe(0);
  });

  it("is made once for a token", () => {
    const document = trusting({ AWS: otherAccount });
    expect(create(document, { clientToken: "t" })).toBe(create(document, { clientToken: "t" }));
  });

  it.each([
    [{}, "The configurations must contain exactly one element"],
    [{ [arn]: {} }, "A configuration must be of exactly one type of resource"],
    [{ [arn]: { iamRole: {} } }, "The trust policy of a new role must be specified"],
    [{ [arn]: { iamRole: { trustPolicy: "" } } }, "The trust policy of a new role must be specified"],
    [{ [arn]: { sqsQueue: {} } }, "A configuration of the type sqsQueue is not supported."],
    [
      { [arn.replace(testAccount, otherAccount)]: { iamRole: {} } },
      `${arn.replace(testAccount, otherAccount)} is not the ARN of a role of this account`,
    ],
    [{ "arn:aws:s3:::b": { iamRole: {} } }, "arn:aws:s3:::b is not the ARN of a role of this account"],
  ])("is refused for %j", (configurations, message) => {
    expect(cloud.faultOf("CreateAccessPreview", { analyzerArn, configurations })).toBe(
      `ValidationException: ${message}`,
    );
  });

  it("is none of an analyzer of unused access, and needs the analyzer", () => {
    const unused = { analyzerName: "u", type: "ACCOUNT_UNUSED_ACCESS" };
    analyzerArn = cloud.run<{ arn: string }>("CreateAnalyzer", unused).arn;
    expect(cloud.faultOf("CreateAccessPreview", proposal(trusting({ AWS: otherAccount })))).toBe(
      "ValidationException: A preview of an analyzer of type ACCOUNT_UNUSED_ACCESS is not supported.",
    );
    for (const name of ["CreateAccessPreview", "GetAccessPreview", "ListAccessPreviews"]) {
      expect(cloud.needsOf(name, { analyzerArn })).toMatchObject([{ target: { arn: analyzerArn } }]);
    }
  });
});
