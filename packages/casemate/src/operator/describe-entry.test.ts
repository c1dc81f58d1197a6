import {
  compile,
  decide,
  explain,
  type AuthorizationRequest,
  type CompiledPolicy,
} from "@casemate/iam-engine";
import type { TrailRecord } from "@casemate/cloud";
import { expect, test } from "vitest";
import { describeEntry } from "./describe-entry.ts";

const record: TrailRecord = {
  eventVersion: "1.11",
  userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/ann" },
  eventTime: "2026-01-15T12:00:00Z",
  eventSource: "ec2.amazonaws.com",
  eventName: "StopInstances",
  awsRegion: "us-east-1",
  sourceIPAddress: "127.0.0.1",
  userAgent: "",
  requestParameters: null,
  responseElements: null,
  requestID: "r",
  eventID: "e",
  readOnly: false,
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: "111122223333",
  eventCategory: "Management",
};
const refused = {
  ...record,
  errorCode: "Client.UnauthorizedOperation",
  errorMessage: "You are not authorized",
};

const policy = (statement: object): CompiledPolicy =>
  compile(JSON.stringify({ Version: "2012-10-17", Statement: [statement] }), "identity", {
    id: "ops",
    type: "inline",
  });
function linesOf(policies: readonly CompiledPolicy[]): string {
  const request: AuthorizationRequest = {
    principal: {
      type: "user",
      accountId: "111122223333",
      arn: "arn:aws:iam::111122223333:user/ann",
      id: "AIDA",
    },
    action: "ec2:StopInstances",
    resource: "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0",
    resourceAccount: "111122223333",
    context: new Map([["aws:resourcetag/team", ["red"]]]),
    identity: policies,
  };
  const decision = decide(request);
  const because: unknown = JSON.parse(JSON.stringify(decision.allowed ? decision : explain(request)));
  const { action, resource } = request;
  const decisions = [{ action, resource, allowed: decision.allowed, because }];
  return describeEntry({ record: decision.allowed ? record : refused, decisions }).join("\n");
}

test("a call that no policy allows is told as that", () => {
  const text = linesOf([policy({ Effect: "Allow", Action: "s3:*", Resource: "*" })]);
  expect(text).toContain("It ended with Client.UnauthorizedOperation: You are not authorized");
  expect(text).toContain("REFUSED  ec2:StopInstances on arn:aws:ec2");
  expect(text).toContain("No identity-based policy allows it.");
  expect(text).toContain("statement 1 (Allow, line 1): does not apply, the action differs");
});

test("the statement that denies is named", () => {
  const text = linesOf([policy({ Sid: "Never", Effect: "Deny", Action: "ec2:*", Resource: "*" })]);
  expect(text).toContain("Statement Never of the identity-based policy ops denies it.");
  expect(text).toContain("Never (Deny, line 1): applies");
});

test("a condition that fails says what it wants and what the request has", () => {
  const condition = { StringEquals: { "aws:ResourceTag/team": "blue" } };
  const text = linesOf([policy({ Effect: "Allow", Action: "ec2:*", Resource: "*", Condition: condition })]);
  expect(text).toContain('StringEquals aws:ResourceTag/team wants "blue" and the request has "red"');
});

test("a key that the request lacks is named", () => {
  const condition = { StringEquals: { "aws:ResourceTag/owner": "ann" } };
  const text = linesOf([policy({ Effect: "Allow", Action: "ec2:*", Resource: "*", Condition: condition })]);
  expect(text).toContain("the request has no such key");
  expect(text).toContain("The request lacks these condition keys: aws:ResourceTag/owner");
});

test("an allowed call says what allowed it", () => {
  const text = linesOf([policy({ Effect: "Allow", Action: "*", Resource: "*" })]);
  expect(text).toContain("It succeeded.");
  expect(text).toContain("allowed  ec2:StopInstances");
  expect(text).toContain("An identity-based policy allows it.");
});

test("a call that was refused before authorization is told as that", () => {
  const anonymous = { ...refused, userIdentity: { type: "Unknown", accessKeyId: "AKIAX" } };
  const text = describeEntry({ record: anonymous, decisions: [] }).join("\n");
  expect(text).toContain("unverified key AKIAX");
  expect(text).toContain("refused before it came to authorization");
});
