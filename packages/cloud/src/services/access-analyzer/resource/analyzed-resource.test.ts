import type {
  GetAnalyzedResourceResponse,
  ListAnalyzedResourcesResponse,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openTestAnalyzer,
  otherAccount,
  testAccount,
  testNow,
  trusting,
  type TestAnalyzer,
} from "../testing.ts";

let cloud: TestAnalyzer;
let analyzerArn: string;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
  analyzerArn = cloud.analyzer();
});

const get = (resourceArn: string) =>
  cloud.run<GetAnalyzedResourceResponse>("GetAnalyzedResource", { analyzerArn, resourceArn }).resource;
const outside = { AWS: `arn:aws:iam::${otherAccount}:root` };

describe("an analyzed resource", () => {
  it("tells what is open about it", () => {
    const own = cloud.role("own", { AWS: testAccount });
    const at = new Date(testNow);
    const times = { createdAt: at, analyzedAt: at, updatedAt: at };
    const common = { resourceType: "AWS::IAM::Role", resourceOwnerAccount: testAccount, ...times };
    expect(get(own)).toEqual({ resourceArn: own, ...common, isPublic: false });
    const open = cloud.role("open", { AWS: "*" });
    expect(get(open)).toEqual({
      resourceArn: open,
      ...common,
      isPublic: true,
      actions: ["sts:AssumeRole"],
      status: "ACTIVE",
    });
  });

  it("follows its policy", () => {
    const resourceArn = cloud.role("r", outside);
    get(resourceArn);
    cloud.advance(1000);
    expect(get(resourceArn)).toMatchObject({ analyzedAt: new Date(testNow) });
    cloud.run("UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument: trusting({ AWS: testAccount }) });
    expect(get(resourceArn)).toMatchObject({
      createdAt: new Date(testNow),
      updatedAt: new Date(testNow + 1000),
      isPublic: false,
      status: "RESOLVED",
    });
    cloud.run("DeleteRole", { RoleName: "r" });
    expect(cloud.faultOf("GetAnalyzedResource", { analyzerArn, resourceArn })).toMatch(/^ResourceNotFound/);
  });

  it("is scanned at once when that is asked for", () => {
    const resourceArn = cloud.role("r", outside);
    get(resourceArn);
    cloud.advance(1000);
    cloud.run("StartResourceScan", { analyzerArn, resourceArn, resourceOwnerAccount: testAccount });
    const at = new Date(testNow + 1000);
    expect(get(resourceArn)).toMatchObject({ analyzedAt: at, updatedAt: new Date(testNow) });
    expect(cloud.run<{ findings: object[] }>("ListFindings", { analyzerArn }).findings).toMatchObject([
      { analyzedAt: at, updatedAt: new Date(testNow) },
    ]);
    const wrong = { analyzerArn, resourceArn, resourceOwnerAccount: otherAccount };
    expect(cloud.faultOf("StartResourceScan", wrong)).toBe(
      `ValidationException: ${otherAccount} does not own ${resourceArn}`,
    );
    const missing = { analyzerArn, resourceArn: `${resourceArn}x` };
    expect(cloud.faultOf("StartResourceScan", missing)).toMatch(/^ResourceNotFoundException/);
  });

  it("is listed by type, and comes in pages", () => {
    for (const name of ["c", "a", "b"]) cloud.role(name, { AWS: testAccount });
    const list = (more: object) =>
      cloud.run<ListAnalyzedResourcesResponse>("ListAnalyzedResources", { analyzerArn, ...more });
    const resourceArn = `arn:aws:iam::${testAccount}:role/a`;
    const first = list({ maxResults: 2 });
    expect(first.analyzedResources[0]).toEqual({
      resourceArn,
      resourceOwnerAccount: testAccount,
      resourceType: "AWS::IAM::Role",
    });
    expect(list({ maxResults: 2, nextToken: first.nextToken }).analyzedResources).toHaveLength(1);
    expect(list({ resourceType: "AWS::S3::Bucket" }).analyzedResources).toEqual([]);
    expect(list({ resourceType: "AWS::IAM::Role" }).analyzedResources).toHaveLength(3);
  });

  it("is none of an analyzer of unused access", () => {
    analyzerArn = cloud.run<{ arn: string }>("CreateAnalyzer", {
      analyzerName: "u",
      type: "ACCOUNT_UNUSED_ACCESS",
    }).arn;
    const resourceArn = cloud.role("r", outside);
    for (const name of [
      "GetAnalyzedResource",
      "ListAnalyzedResources",
      "StartResourceScan",
      "ListFindings",
      "GetFinding",
    ]) {
      expect(cloud.faultOf(name, { analyzerArn, resourceArn, id: "i" })).toBe(
        `ValidationException: ${name} of an unused access analyzer is not supported.`,
      );
    }
  });
});
