import type {
  GetArchiveRuleResponse,
  ListArchiveRulesResponse,
  ListFindingsResponse,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openTestAnalyzer,
  otherAccount,
  strangeAccount,
  testAccount,
  testNow,
  type TestAnalyzer,
} from "../testing.ts";
import { archiveRulesMax } from "./archive-rule.ts";

let cloud: TestAnalyzer;
let analyzerArn: string;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
});

const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;
const filter = { "principal.AWS": { eq: [otherAccount] } };
const named = (ruleName: string) => ({ analyzerName: "a", ruleName });
const create = (ruleName: string, more: object = {}) =>
  cloud.run("CreateArchiveRule", { ...named(ruleName), filter, ...more });
const statuses = () =>
  cloud
    .run<ListFindingsResponse>("ListFindings", { analyzerArn, sort: { attributeName: "principal.AWS" } })
    .findings.map(({ status }) => status);

describe("an archive rule", () => {
  it("puts aside findings to come, and those that come back", () => {
    analyzerArn = cloud.analyzer();
    cloud.role("before", { AWS: root(otherAccount) });
    statuses();
    create("r");
    cloud.role("after", { AWS: root(otherAccount) });
    expect(statuses()).toEqual(["ACTIVE", "ARCHIVED"]);
    cloud.run("ApplyArchiveRule", { analyzerArn, ruleName: "r" });
    expect(statuses()).toEqual(["ARCHIVED", "ARCHIVED"]);
    const before = { RoleName: "before" };
    cloud.run("DeleteRole", before);
    expect(statuses().toSorted()).toEqual(["ARCHIVED", "RESOLVED"]);
    cloud.role("before", { AWS: root(otherAccount) });
    expect(statuses()).toEqual(["ARCHIVED", "ARCHIVED"]);
    cloud.run("DeleteArchiveRule", named("r"));
    expect(statuses()).toEqual(["ARCHIVED", "ARCHIVED"]);
  });

  it("leaves alone what it is not about", () => {
    analyzerArn = cloud.analyzer("ACCOUNT", { archiveRules: [{ ruleName: "r", filter }] });
    cloud.role("both", { AWS: [root(otherAccount), root(strangeAccount)] });
    expect(statuses()).toEqual(["ARCHIVED", "ACTIVE"]);
    cloud.run("UpdateFindings", {
      analyzerArn,
      status: "ACTIVE",
      resourceArn: `arn:aws:iam::${testAccount}:role/both`,
    });
    cloud.run("ApplyArchiveRule", { analyzerArn, ruleName: "r" });
    expect(statuses()).toEqual(["ARCHIVED", "ACTIVE"]);
  });

  it("is made, told of, listed by name, changed and deleted", () => {
    cloud.analyzer();
    create("b");
    create("a");
    cloud.advance(1000);
    const changed = { isPublic: { eq: ["true"] } };
    cloud.run("UpdateArchiveRule", { ...named("a"), filter: changed });
    const view = { ruleName: "b", filter, createdAt: new Date(testNow), updatedAt: new Date(testNow) };
    expect(cloud.run<GetArchiveRuleResponse>("GetArchiveRule", named("b")).archiveRule).toEqual(view);
    const rules = cloud.run<ListArchiveRulesResponse>("ListArchiveRules", { analyzerName: "a" });
    expect(rules.archiveRules).toEqual([
      { ...view, ruleName: "a", filter: changed, updatedAt: new Date(testNow + 1000) },
      view,
    ]);
    cloud.run("DeleteArchiveRule", named("b"));
    for (const name of ["GetArchiveRule", "DeleteArchiveRule"]) {
      expect(cloud.faultOf(name, named("b"))).toBe(
        "ResourceNotFoundException: The specified resource could not be found: b",
      );
    }
  });

  it("answers a repeated request as the first, and is the only one of its name", () => {
    cloud.analyzer();
    create("r", { clientToken: "t" });
    create("r", { clientToken: "t" });
    expect(cloud.faultOf("CreateArchiveRule", { ...named("r"), filter })).toBe(
      "ConflictException: A resource with this name already exists: r",
    );
    const twice = {
      archiveRules: [
        { ruleName: "r", filter },
        { ruleName: "r", filter },
      ],
    };
    expect(
      cloud.faultOf("CreateAnalyzer", { analyzerName: "b", type: "ACCOUNT_UNUSED_ACCESS", ...twice }),
    ).toMatch(/^ConflictException/);
  });

  it("is one of a hundred at the most", () => {
    const archiveRules = Array.from({ length: archiveRulesMax }, (_, index) => ({
      ruleName: `r${index}`,
      filter,
    }));
    cloud.analyzer("ACCOUNT", { archiveRules });
    const full =
      "ServiceQuotaExceededException: You have reached the maximum number of archive rules of an analyzer.";
    expect(cloud.faultOf("CreateArchiveRule", { ...named("x"), filter })).toBe(full);
    const more = [...archiveRules, { ruleName: "x", filter }];
    const asked = { analyzerName: "b", type: "ACCOUNT_UNUSED_ACCESS", archiveRules: more };
    expect(cloud.faultOf("CreateAnalyzer", asked)).toBe(full);
  });

  it.each([
    [{ status: { eq: ["ACTIVE"] } }, "Invalid filter key: status"],
    [{}, "An archive rule has at least one criterion"],
    [
      Object.fromEntries(
        Array.from({ length: 21 }, (_, index) => [`condition.k:${index}`, { exists: true }]),
      ),
      "A filter has at most 20 criteria",
    ],
  ])("%j is refused", (bad, message) => {
    cloud.analyzer();
    create("r");
    for (const name of ["CreateArchiveRule", "UpdateArchiveRule"]) {
      const ruleName = name === "CreateArchiveRule" ? "new" : "r";
      expect(cloud.faultOf(name, { ...named(ruleName), filter: bad })).toBe(
        `ValidationException: ${message}`,
      );
    }
  });

  it("is what its operations need, but for those on the analyzer", () => {
    const arn = `arn:aws:access-analyzer:us-east-1:${testAccount}:analyzer/a`;
    for (const name of ["CreateArchiveRule", "GetArchiveRule", "UpdateArchiveRule", "DeleteArchiveRule"]) {
      expect(cloud.needsOf(name, named("r"))).toMatchObject([{ target: { arn: `${arn}/archive-rule/r` } }]);
    }
    expect(cloud.needsOf("ApplyArchiveRule", { analyzerArn: arn, ruleName: "r" })).toMatchObject([
      { target: { arn } },
    ]);
  });
});
