import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policyText } from "../testing/policy-inputs.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { findPolicyIssues } from "./find-policy-issues.ts";
import { awsServiceKnowledge, parseServiceKnowledge } from "./knowledge-table.ts";
import { policyIssueCases } from "../testing/policy-issue-cases.ts";
import { POLICY_ISSUES } from "./policy-issues.ts";

const knowledge = awsServiceKnowledge();

describe("each check", () => {
  test.each(policyIssueCases)("$code is found where it is, and not elsewhere", (issueCase) => {
    const { code, type = "IDENTITY_POLICY", resourceType, found, clean } = issueCase;
    const codesIn = (document: string) =>
      findPolicyIssues(document, { type, resourceType, knowledge }).map(({ issueCode }) => issueCode);
    expect(codesIn(found)).toContain(code);
    expect(codesIn(clean)).not.toContain(code);
  });

  test("has a case, and there are more than ninety", () => {
    const covered = new Set<string>(policyIssueCases.map(({ code }) => code));
    expect([...POLICY_ISSUES.keys()].filter((code) => !covered.has(code))).toEqual([]);
    expect(POLICY_ISSUES.size).toBeGreaterThan(90);
  });

  test("fills in all particulars of its text, and points into the document", () => {
    for (const { type = "IDENTITY_POLICY", resourceType, found } of policyIssueCases) {
      for (const finding of findPolicyIssues(found, { type, resourceType, knowledge })) {
        expect(finding.findingDetails).not.toMatch(/\{\{|\}\}|undefined/);
        expect(finding.locations.length).toBeGreaterThan(0);
        for (const { span } of finding.locations) {
          expect(span.start.offset).toBeLessThanOrEqual(span.end.offset);
          expect(span.end.offset).toBeLessThanOrEqual(found.length);
        }
      }
    }
  });
});

describe("a finding", () => {
  const document = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:GetObjekt"],
    "Resource": "arn:aws:S3:::b"
  }]
}`;
  const findings = findPolicyIssues(document, { type: "IDENTITY_POLICY", knowledge });

  test("has the text, the link and the place of Access Analyzer", () => {
    expect(findings[0]).toEqual({
      findingType: "ERROR",
      issueCode: "INVALID_ACTION",
      findingDetails: "The action s3:GetObjekt does not exist. Did you mean s3:GetObject?",
      learnMoreLink:
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action",
      locations: [
        {
          path: [{ value: "Statement" }, { index: 0 }, { value: "Action" }, { index: 1 }],
          span: {
            start: { line: 5, column: 31, offset: document.indexOf('"s3:GetObjekt"') },
            end: { line: 5, column: 45, offset: document.indexOf('"s3:GetObjekt"') + 14 },
          },
        },
      ],
    });
  });

  test("points at the part of a string that it is about", () => {
    const start = document.indexOf("S3:::b");
    expect(findings[1]).toMatchObject({
      issueCode: "INVALID_ARN_SERVICE_CASE",
      locations: [
        {
          path: [
            { value: "Statement" },
            { index: 0 },
            { value: "Resource" },
            { substring: { start: 8, length: 2 } },
          ],
          span: { start: { offset: start }, end: { offset: start + 2 } },
        },
      ],
    });
  });

  test("points at a key where the key is wrong", () => {
    const found = findPolicyIssues('{"Version":"2012-10-17","Statment":[]}', {
      type: "IDENTITY_POLICY",
      knowledge,
    });
    const element = found.find(({ issueCode }) => issueCode === "INVALID_POLICY_ELEMENT");
    expect(element?.locations[0]?.path).toEqual([{ key: "Statment" }]);
  });

  test("stands with the errors, then by its place", () => {
    const types = findPolicyIssues('{"Statement":{"Effect":"Allow","Action":["*","*"],"Resource":"*"}}', {
      type: "IDENTITY_POLICY",
      knowledge,
    }).map(({ findingType }) => findingType);
    expect(types).toEqual(["SECURITY_WARNING", "WARNING", "WARNING", "SUGGESTION"]);
  });
});

describe("what is known of services", () => {
  test("decides which names are judged", () => {
    const double = parseServiceKnowledge([
      "N full named",
      "G String aws:PrincipalTag/${TagKey}",
      "S full",
      "K String full:Key",
      "R thing arn:${Partition}:full:${Region}:${Account}:thing/${Id}",
      "A DoIt WP 0! 0",
    ]);
    const issues = (...actions: string[]) =>
      findPolicyIssues(
        JSON.stringify({
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Action: actions,
            Resource: "arn:aws:full:us-east-1:111122223333:thing/x",
          },
        }),
        { type: "IDENTITY_POLICY", knowledge: double },
      ).map(({ issueCode }) => issueCode);
    expect(issues("full:doit", "named:Anything")).toEqual([]);
    expect(issues("full:Other")).toEqual(["INVALID_ACTION"]);
    expect(issues("ful:DoIt")).toEqual(["INVALID_SERVICE_IN_ACTION"]);
  });

  test("tells of an action what it may be limited to", () => {
    expect(knowledge.action("iam", "PASSROLE")).toMatchObject({
      name: "PassRole",
      accessLevels: ["Write"],
      resourceTypes: [{ name: "role", required: true }],
      conditionKeys: ["iam:AssociatedResourceArn", "iam:PassedToService"],
    });
    expect(knowledge.action("ec2", "RunInstances")?.resourceTypes).toContainEqual({
      name: "instance",
      required: true,
    });
    expect(knowledge.conditionKey("aws:principaltag/team")).toEqual({
      name: "aws:PrincipalTag/${TagKey}",
      type: "String",
    });
    expect(knowledge.conditionKey("aws:PrincipalTag/")).toBeUndefined();
    expect(knowledge.details("lambda")).toBeUndefined();
    expect(knowledge.knows("lambda")).toBe(true);
  });
});

test("no text makes the checks throw", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
      const text = policyText(seededRandom(seed));
      for (const type of ["IDENTITY_POLICY", "RESOURCE_POLICY", "SERVICE_CONTROL_POLICY"] as const) {
        for (const { locations } of findPolicyIssues(text, { type, knowledge })) {
          for (const { span } of locations) expect(span.start.line).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 300 },
  );
});
