import type { CheckNoNewAccessResponse, ValidatePolicyResponse } from "@casemate/wire/access-analyzer";
import { beforeAll, describe, expect, it } from "vitest";
import { openTestAnalyzer, otherAccount, trusting, type TestAnalyzer } from "../testing.ts";

let cloud: TestAnalyzer;
beforeAll(async () => {
  cloud = await openTestAnalyzer();
});

const policy = (...Action: string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "s", Effect: "Allow", Action, Resource: "*" }],
  });
const identity = { policyType: "IDENTITY_POLICY" };
const check = (name: string, input: object) => cloud.run<CheckNoNewAccessResponse>(name, input);

describe("a check", () => {
  it("tells whether listed access is granted, and by which statement", () => {
    const asked = { ...identity, policyDocument: policy("s3:Get*") };
    expect(check("CheckAccessNotGranted", { ...asked, access: [{ actions: ["s3:PutObject"] }] })).toEqual({
      result: "PASS",
      message: "The policy document does not grant access to perform the listed actions.",
      reasons: [],
    });
    expect(check("CheckAccessNotGranted", { ...asked, access: [{ actions: ["s3:GetObject"] }] })).toEqual({
      result: "FAIL",
      message: "The policy document grants access to perform one or more of the listed actions.",
      reasons: [
        {
          description: "One or more of the listed actions in the statement with sid: s.",
          statementIndex: 0,
          statementId: "s",
        },
      ],
    });
    expect(cloud.faultOf("CheckAccessNotGranted", { ...asked, access: [{}] })).toBe(
      "ValidationException: At least one of actions and resources must be given",
    );
  });

  it("tells whether a change grants more", () => {
    const compare = (newPolicyDocument: string) =>
      check("CheckNoNewAccess", {
        ...identity,
        existingPolicyDocument: policy("s3:Get*"),
        newPolicyDocument,
      });
    expect(compare(policy("s3:GetObject")).result).toBe("PASS");
    expect(compare(policy("s3:*"))).toMatchObject({ result: "FAIL", reasons: [{ statementIndex: 0 }] });
  });

  it("tells whether anybody may use a resource", () => {
    const open = (policyDocument: string) =>
      check("CheckNoPublicAccess", { policyDocument, resourceType: "AWS::IAM::AssumeRolePolicyDocument" });
    expect(open(trusting({ AWS: otherAccount })).result).toBe("PASS");
    expect(open(trusting({ AWS: "*" })).result).toBe("FAIL");
  });

  it.each([
    ["CheckAccessNotGranted", { access: [{ actions: ["a:b"] }], ...identity }],
    ["CheckNoNewAccess", { existingPolicyDocument: "{", newPolicyDocument: "{", ...identity }],
    ["CheckNoPublicAccess", { resourceType: "AWS::S3::Bucket" }],
  ])("%s refuses what is no policy, and needs no resource", (name, input) => {
    expect(cloud.faultOf(name, { policyDocument: "{", ...input })).toMatch(
      /^InvalidParameterException: The policy document is not valid: /,
    );
    expect(cloud.needsOf(name, input)).toMatchObject([
      { action: `access-analyzer:${name}`, target: { arn: "*" } },
    ]);
  });
});

describe("a validation", () => {
  const validate = (more: object = {}) => ({
    ...identity,
    policyDocument: policy("ec2:Fly", "ec2:Crawl"),
    ...more,
  });
  const run = (more: object = {}) => cloud.run<ValidatePolicyResponse>("ValidatePolicy", validate(more));

  it("finds what is wrong, and where", () => {
    const finding = { findingType: "ERROR", issueCode: "INVALID_ACTION" };
    expect(run({ locale: "EN" }).findings).toMatchObject([finding, finding]);
    expect(run().findings[0]?.locations[0]?.path).toEqual([
      { value: "Statement" },
      { index: 0 },
      { value: "Action" },
      { index: 0 },
    ]);
    expect(run({ policyDocument: "{" }).findings).toMatchObject([{ issueCode: "JSON_SYNTAX_ERROR" }]);
  });

  it("comes in pages", () => {
    const first = run({ maxResults: 1 });
    const last = run({ maxResults: 1, nextToken: first.nextToken });
    expect([first.findings.length, last.findings.length, last.nextToken]).toEqual([1, 1, undefined]);
    expect(last.findings[0]?.findingDetails).not.toBe(first.findings[0]?.findingDetails);
  });

  it("speaks English, and takes a type of resource for resource policies alone", () => {
    expect(cloud.faultOf("ValidatePolicy", validate({ locale: "DE" }))).toBe(
      "ValidationException: The locale DE is not supported.",
    );
    const bucket = { validatePolicyResourceType: "AWS::S3::Bucket" };
    expect(cloud.faultOf("ValidatePolicy", validate(bucket))).toMatch(
      /only be used with the policy type RESOURCE_POLICY$/,
    );
    const trust = { policyType: "RESOURCE_POLICY", policyDocument: trusting({ AWS: otherAccount }) };
    const type = { validatePolicyResourceType: "AWS::IAM::AssumeRolePolicyDocument" };
    expect(run({ ...trust, ...type }).findings).toEqual([]);
  });
});
