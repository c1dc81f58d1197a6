import type {
  GetAnalyzerResponse,
  ListAnalyzersResponse,
  ListTagsForResourceResponse,
  UpdateAnalyzerResponse,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import { findServiceLinkedRole } from "../../iam/index.ts";
import { analyzedResources } from "../resource/analyzed-resource.ts";
import { findings } from "../finding/finding.ts";
import {
  asAccount,
  openTestAnalyzer,
  otherAccount,
  testAccount,
  testNow,
  type TestAnalyzer,
} from "../testing.ts";
import { servicePrincipal } from "./analyzer.ts";

let cloud: TestAnalyzer;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
});

const get = (analyzerName = "a") => cloud.run<GetAnalyzerResponse>("GetAnalyzer", { analyzerName }).analyzer;
const names = (more: object = {}, caller = {}) =>
  cloud.run<ListAnalyzersResponse>("ListAnalyzers", more, caller).analyzers.map(({ name }) => name);
const role = () =>
  cloud.store.read((tx) => findServiceLinkedRole(tx, testAccount, { service: servicePrincipal }));
const create = (more: object) =>
  cloud.faultOf("CreateAnalyzer", { analyzerName: "n", type: "ACCOUNT", ...more });

describe("an analyzer", () => {
  it("is made, told of and listed in its region alone", () => {
    const arn = cloud.analyzer("ACCOUNT", { tags: { team: "red" } });
    expect(arn).toBe(`arn:aws:access-analyzer:us-east-1:${testAccount}:analyzer/a`);
    expect(get()).toEqual({
      arn,
      name: "a",
      type: "ACCOUNT",
      createdAt: new Date(testNow),
      tags: { team: "red" },
      status: "ACTIVE",
    });
    expect(names()).toEqual(["a"]);
    expect(names({ type: "ACCOUNT_UNUSED_ACCESS" })).toEqual([]);
    expect(names({}, { region: "eu-west-1" })).toEqual([]);
    expect(names({}, asAccount(otherAccount))).toEqual([]);
  });

  it("tells which resource it analyzed last", () => {
    cloud.analyzer();
    const resource = cloud.role("own", { AWS: testAccount });
    cloud.advance(1000);
    expect(get()).toMatchObject({
      lastResourceAnalyzed: resource,
      lastResourceAnalyzedAt: new Date(testNow + 1000),
    });
    cloud.advance(1000);
    expect(get().lastResourceAnalyzedAt).toEqual(new Date(testNow + 1000));
  });

  it("makes the service's role and needs it until it is deleted", () => {
    const needs = () =>
      cloud.needsOf("CreateAnalyzer", { analyzerName: "a", type: "ACCOUNT", tags: { t: "" } });
    expect(needs()).toMatchObject([
      {
        action: "access-analyzer:CreateAnalyzer",
        target: { arn: `arn:aws:access-analyzer:us-east-1:${testAccount}:analyzer/a` },
        keys: { "aws:RequestTag/t": "", "aws:TagKeys": ["t"] },
      },
      { action: "iam:CreateServiceLinkedRole", keys: { "iam:AWSServiceName": servicePrincipal } },
    ]);
    cloud.analyzer();
    expect(needs()).toHaveLength(1);
    const task = () => {
      const RoleName = role()?.name ?? "";
      const { DeletionTaskId } = cloud.run<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", {
        RoleName,
      });
      return cloud.run<{ Status: string }>("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId }).Status;
    };
    expect(task()).toBe("FAILED");
    cloud.run("DeleteAnalyzer", { analyzerName: "a" });
    expect(task()).toBe("SUCCEEDED");
    expect(role()).toBeUndefined();
  });

  it("answers a repeated request as the first, and refuses another under its token", () => {
    const request = { analyzerName: "a", type: "ACCOUNT", clientToken: "t" };
    const first = cloud.run("CreateAnalyzer", request);
    expect(cloud.run("CreateAnalyzer", request)).toEqual(first);
    expect(cloud.faultOf("CreateAnalyzer", { ...request, analyzerName: "b" })).toBe(
      "ConflictException: The client token was used before, for a request with other parameters.",
    );
  });

  it("is one of its type in an account and region, under a name of its own", () => {
    cloud.analyzer();
    expect(create({ analyzerName: "a", type: "ACCOUNT_UNUSED_ACCESS" })).toBe(
      "ConflictException: A resource with this name already exists: a",
    );
    expect(create({})).toBe(
      "ServiceQuotaExceededException: You have reached the maximum number of analyzers of type ACCOUNT.",
    );
    cloud.run("CreateAnalyzer", { analyzerName: "u", type: "ACCOUNT_UNUSED_ACCESS" });
    cloud.run("CreateAnalyzer", { analyzerName: "a", type: "ACCOUNT" }, { region: "eu-west-1" });
    expect(names()).toEqual(["a", "u"]);
  });

  it("takes all that it found with it", () => {
    cloud.analyzer();
    cloud.role("partner", { AWS: `arn:aws:iam::${otherAccount}:root` });
    get();
    const counts = () => cloud.store.read((tx) => [tx.count(findings), tx.count(analyzedResources)]);
    expect(counts()).toEqual([1, 1]);
    cloud.run("DeleteAnalyzer", { analyzerName: "a" });
    expect(counts()).toEqual([0, 0]);
    expect(cloud.faultOf("GetAnalyzer", { analyzerName: "a" })).toBe(
      "ResourceNotFoundException: The specified resource could not be found: a",
    );
  });

  it("of internal access is not supported", () => {
    expect(create({ type: "ACCOUNT_INTERNAL_ACCESS" })).toBe(
      "ValidationException: The type ACCOUNT_INTERNAL_ACCESS is not supported.",
    );
    const configuration = { internalAccess: {} };
    expect(create({ configuration })).toBe(
      "ValidationException: Analysis of internal access is not supported.",
    );
  });
});

describe("an analyzer of an organization", () => {
  const organizational = { type: "ORGANIZATION" };

  it("is made by the management account and by who administers the service", () => {
    expect(create(organizational)).toBe("ValidationException: Service not enabled for AWS Organizations");
    cloud.organization.members = [testAccount, otherAccount];
    cloud.analyzer("ORGANIZATION");
    const asked = { analyzerName: "o", type: "ORGANIZATION" };
    expect(cloud.faultOf("CreateAnalyzer", asked, asAccount(otherAccount))).toBe(
      `AccessDeniedException: Account ${otherAccount} is not a delegated administrator`,
    );
    cloud.organization.standing = { allFeatures: true, trusted: true, delegated: true };
    cloud.run("CreateAnalyzer", asked, asAccount(otherAccount));
    cloud.organization.standing = { allFeatures: true, trusted: false, delegated: false };
    expect(create(organizational)).toBe("ValidationException: Service not enabled for AWS Organizations");
  });

  it("tells why it does not work any more", () => {
    cloud.organization.members = [testAccount, otherAccount];
    cloud.organization.standing = { allFeatures: true, trusted: true, delegated: true };
    const caller = asAccount(otherAccount);
    cloud.run("CreateAnalyzer", { analyzerName: "o", type: "ORGANIZATION" }, caller);
    const status = () => {
      const { analyzer } = cloud.run<GetAnalyzerResponse>("GetAnalyzer", { analyzerName: "o" }, caller);
      return [analyzer.status, analyzer.statusReason?.code];
    };
    expect(status()).toEqual(["ACTIVE", undefined]);
    cloud.organization.standing = { allFeatures: true, trusted: true, delegated: false };
    expect(status()).toEqual(["DISABLED", "DELEGATED_ADMINISTRATOR_DEREGISTERED"]);
    cloud.organization.standing = { allFeatures: true, trusted: false, delegated: true };
    expect(status()).toEqual(["DISABLED", "AWS_SERVICE_ACCESS_DISABLED"]);
    cloud.organization.members = [];
    expect(status()).toEqual(["DISABLED", "ORGANIZATION_DELETED"]);
  });
});

describe("the setting of an analyzer of unused access", () => {
  const unusedAccess = (setting: object) => ({
    type: "ACCOUNT_UNUSED_ACCESS",
    configuration: { unusedAccess: setting },
  });

  it("is ninety days unless told otherwise, and shown", () => {
    cloud.analyzer("ACCOUNT_UNUSED_ACCESS");
    expect(get().configuration).toEqual({ unusedAccess: { unusedAccessAge: 90 } });
  });

  it("may leave out others later, but not look further back", () => {
    cloud.analyzer("ACCOUNT_UNUSED_ACCESS", unusedAccess({ unusedAccessAge: 30 }));
    const update = (setting?: object) => ({
      analyzerName: "a",
      configuration: setting && { unusedAccess: setting },
    });
    const analysisRule = { exclusions: [{ resourceTags: [{ team: "red" }] }] };
    const shown = { unusedAccess: { unusedAccessAge: 30, analysisRule } };
    const changed = cloud.run<UpdateAnalyzerResponse>("UpdateAnalyzer", update({ analysisRule }));
    expect(changed.configuration).toEqual(shown);
    cloud.run("UpdateAnalyzer", update({ unusedAccessAge: 30 }));
    cloud.run("UpdateAnalyzer", update());
    expect(get().configuration).toEqual(shown);
    expect(cloud.faultOf("UpdateAnalyzer", update({ unusedAccessAge: 31 }))).toBe(
      "ValidationException: The tracking period of an analyzer cannot be changed",
    );
  });

  it.each([
    [{ unusedAccessAge: 0 }, "unusedAccessAge must be between 1 and 365 days"],
    [{ unusedAccessAge: 366 }, "unusedAccessAge must be between 1 and 365 days"],
    [
      { analysisRule: { exclusions: [{ accountIds: [otherAccount] }] } },
      "Account IDs can only be used for organization-level analyzers",
    ],
    [
      { analysisRule: { exclusions: [{ resourceTags: [{ "aws:x": "" }] }] } },
      "The tag key aws:x is not valid",
    ],
    [
      { analysisRule: { exclusions: Array.from({ length: 101 }, () => ({ resourceTags: [] })) } },
      "An analysis rule has at most 100 exclusions",
    ],
  ])("%j is refused", (setting, message) => {
    expect(create(unusedAccess(setting))).toBe(`ValidationException: ${message}`);
  });

  it("of an organization leaves out members, but not its own account", () => {
    cloud.organization.members = [testAccount];
    const excluding = (accountIds: string[]) => ({
      ...unusedAccess({ analysisRule: { exclusions: [{ accountIds }] } }),
      type: "ORGANIZATION_UNUSED_ACCESS",
    });
    expect(create(excluding([testAccount]))).toMatch(
      /cannot include the organization analyzer owner account$/,
    );
    expect(create(excluding(["1"]))).toBe("ValidationException: 1 is not an account ID");
    expect(create(excluding(Array.from({ length: 2001 }, () => otherAccount)))).toMatch(
      /more than 2000 account IDs$/,
    );
  });

  it("is none of an analyzer of external access", () => {
    expect(create({ configuration: { unusedAccess: {} } })).toBe(
      "ValidationException: An external access analyzer has no configuration",
    );
    cloud.analyzer();
    expect(cloud.faultOf("UpdateAnalyzer", { analyzerName: "a" })).toBe(
      "ValidationException: UpdateAnalyzer of an external access analyzer is not supported.",
    );
  });
});

describe("tags of analyzers", () => {
  it("are added, replaced, taken away and listed", () => {
    const resourceArn = cloud.analyzer("ACCOUNT", { tags: { a: "1", b: "2" } });
    const tags = () => cloud.run<ListTagsForResourceResponse>("ListTagsForResource", { resourceArn }).tags;
    cloud.run("TagResource", { resourceArn, tags: { b: "3", c: "", A: "4" } });
    expect(tags()).toEqual({ a: "1", b: "3", c: "", A: "4" });
    cloud.run("UntagResource", { resourceArn, tagKeys: ["a", "none"] });
    expect(tags()).toEqual({ b: "3", c: "", A: "4" });
  });

  it.each([
    [{ "aws:x": "" }, "Tag keys cannot be prefixed with aws:"],
    [{ "": "x" }, "The tag key  is not valid"],
    [{ "a<": "x" }, "The tag key a< is not valid"],
    [{ a: "x".repeat(257) }, "The value of the tag a is not valid"],
    [
      Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ""])),
      "A resource has at most 50 tags",
    ],
  ])("%j are refused", (tags, message) => {
    expect(create({ tags })).toBe(`ValidationException: ${message}`);
    const resourceArn = cloud.analyzer();
    expect(cloud.faultOf("TagResource", { resourceArn, tags })).toBe(`ValidationException: ${message}`);
  });

  it("are keys of what is asked of the analyzer, absent where it has none", () => {
    const resourceArn = cloud.analyzer("ACCOUNT", { tags: { team: "" } });
    const keysOf = (name: string, input: object) => {
      const [need] = cloud.needsOf(name, input);
      return [need?.target.keys, need?.keys];
    };
    const tagged = { "aws:ResourceTag/team": "" };
    expect(keysOf("GetAnalyzer", { analyzerName: "a" })).toEqual([tagged, {}]);
    expect(keysOf("ListTagsForResource", { resourceArn })).toEqual([tagged, {}]);
    expect(keysOf("TagResource", { resourceArn, tags: { x: "y" } })).toEqual([
      tagged,
      { "aws:RequestTag/x": "y", "aws:TagKeys": ["x"] },
    ]);
    expect(keysOf("TagResource", { resourceArn, tags: {} })).toEqual([tagged, {}]);
    expect(keysOf("UntagResource", { resourceArn, tagKeys: ["x"] })).toEqual([
      tagged,
      { "aws:TagKeys": ["x"] },
    ]);
    expect(keysOf("GetAnalyzer", { analyzerName: "none" })).toEqual([{}, {}]);
  });
});
