import { describe, expect, test } from "vitest";
import { checkAccessNotGranted } from "./check-access-not-granted.ts";
import type { Access } from "./check-access-not-granted.ts";
import { checkNoNewAccess } from "./check-no-new-access.ts";
import { checkNoPublicAccess } from "./check-no-public-access.ts";

type Statement = Readonly<Record<string, unknown>>;

function document(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const allow = (Action: unknown, Resource: unknown = "*", rest: Statement = {}): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
  ...rest,
});
const deny = (Action: unknown, Resource: unknown = "*", rest: Statement = {}): Statement => ({
  ...allow(Action, Resource, rest),
  Effect: "Deny",
});

describe("CheckAccessNotGranted", () => {
  const bucket = "arn:aws:s3:::bucket/*";
  const cases: readonly [string, readonly Statement[], Access, "PASS" | "FAIL"][] = [
    ["another action", [allow("s3:GetObject")], { actions: ["s3:DeleteBucket"] }, "PASS"],
    ["the action in another case", [allow("S3:getobject")], { actions: ["s3:GetObject"] }, "FAIL"],
    ["an action within a wildcard", [allow("s3:Get*")], { actions: ["s3:GetObject"] }, "FAIL"],
    ["wildcards that share an action", [allow("s3:*Object")], { actions: ["s3:Get*"] }, "FAIL"],
    ["wildcards that share none", [allow("s3:Put*")], { actions: ["s3:Get*"] }, "PASS"],
    ["another resource", [allow("s3:*", bucket)], { resources: ["arn:aws:s3:::other/*"] }, "PASS"],
    [
      "a resource within a pattern",
      [allow("s3:*", bucket)],
      { resources: ["arn:aws:s3:::bucket/a/*"] },
      "FAIL",
    ],
    ["a pattern around the resource", [allow("s3:*", bucket)], { resources: ["arn:aws:s3:::b*"] }, "FAIL"],
    ["no wildcard across fields", [allow("s3:*", "arn:*:s3:::x")], { resources: ["arn:aws:s3:::y"] }, "PASS"],
    ["a Deny over all of it", [allow("*"), deny("s3:Del*")], { actions: ["s3:DeleteBucket"] }, "PASS"],
    [
      "a Deny over some of it",
      [allow("*"), deny("s3:Del*", bucket)],
      { actions: ["s3:DeleteObject"] },
      "FAIL",
    ],
    [
      "a conditional Deny",
      [allow("*"), deny("s3:*", "*", { Condition: { Bool: { "aws:SecureTransport": "false" } } })],
      { actions: ["s3:GetObject"] },
      "FAIL",
    ],
    [
      "several Deny that together cover it",
      [allow("s3:*"), deny("s3:*", bucket), { ...deny("s3:*"), Resource: undefined, NotResource: bucket }],
      { actions: ["s3:GetObject"] },
      "PASS",
    ],
    [
      "NotAction that leaves it out",
      [{ ...allow(0), Action: undefined, NotAction: "iam:*" }],
      { actions: ["iam:PassRole"] },
      "PASS",
    ],
    [
      "NotAction that lets it in",
      [{ ...allow(0), Action: undefined, NotAction: "iam:*" }],
      { actions: ["s3:GetObject"] },
      "FAIL",
    ],
    [
      "a variable that may be it",
      [allow("s3:*", "arn:aws:s3:::b/${aws:username}")],
      { resources: ["arn:aws:s3:::b/ana"] },
      "FAIL",
    ],
    [
      "a variable beside it",
      [allow("s3:*", "arn:aws:s3:::b/${aws:username}")],
      { resources: ["arn:aws:s3:::c/ana"] },
      "PASS",
    ],
    ["access to anything at all", [allow("s3:GetObject", bucket)], {}, "FAIL"],
  ];

  test.each(cases)("%s", (_, statements, access, result) => {
    const check = checkAccessNotGranted(
      [{ document: document(...statements), type: "IDENTITY_POLICY" }],
      [access],
    );
    expect(check.result).toBe(result);
    expect(check.reasons.length > 0).toBe(result === "FAIL");
  });

  test("a failure names the statements by Sid or index", () => {
    const text = document(allow("ec2:*"), allow("s3:*", "*", { Sid: "Buckets" }), allow("s3:GetObject"));
    const access = [{ actions: ["s3:GetObject"] }];
    expect(checkAccessNotGranted([{ document: text, type: "IDENTITY_POLICY" }], access)).toEqual({
      result: "FAIL",
      message: "The policy document grants access to perform one or more of the listed actions.",
      reasons: [
        {
          description: "One or more of the listed actions in the statement with sid: Buckets.",
          statementIndex: 1,
          statementId: "Buckets",
          policyIndex: 0,
        },
        {
          description: "One or more of the listed actions in the statement with index: 2.",
          statementIndex: 2,
          statementId: undefined,
          policyIndex: 0,
        },
      ],
    });
  });

  test("a Deny in one policy counts against an Allow in another", () => {
    const policies = [
      { document: document(allow("*")), type: "IDENTITY_POLICY" },
      { document: document(deny("iam:*")), type: "IDENTITY_POLICY" },
    ] as const;
    expect(checkAccessNotGranted(policies, [{ actions: ["iam:CreateUser"] }]).result).toBe("PASS");
  });

  test("what is too costly to work out fails", () => {
    const stars = (letter: string) => `arn:aws:s3:::${`*${letter}`.repeat(20)}*`;
    const denies = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].map((letter) =>
      deny("s3:*", stars(letter)),
    );
    const check = checkAccessNotGranted(
      [{ document: document(allow("s3:*"), ...denies), type: "IDENTITY_POLICY" }],
      [{ resources: ["arn:aws:s3:::*"] }],
    );
    expect(check.result).toBe("FAIL");
  });
});

describe("CheckNoNewAccess", () => {
  const mfa = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
  const teams = (...values: string[]) => ({
    Condition: { StringEquals: { "aws:PrincipalTag/team": values } },
  });
  const notTeams = (...values: string[]) => ({
    Condition: { StringNotEquals: { "aws:PrincipalTag/team": values } },
  });
  const home = "arn:aws:s3:::home/${aws:username}/*";
  const outside = { ...allow("s3:*"), Resource: undefined, NotResource: home };
  const cases: readonly [string, readonly Statement[], readonly Statement[], "PASS" | "FAIL"][] = [
    ["the same", [allow("s3:*")], [allow("s3:*")], "PASS"],
    ["fewer actions", [allow("s3:*")], [allow(["s3:Get*", "s3:PutObject"])], "PASS"],
    ["one action more", [allow("s3:Get*")], [allow(["s3:Get*", "s3:PutObject"])], "FAIL"],
    [
      "a narrower resource",
      [allow("s3:*", "arn:aws:s3:::b/*")],
      [allow("s3:*", "arn:aws:s3:::b/x/*")],
      "PASS",
    ],
    ["a wider resource", [allow("s3:*", "arn:aws:s3:::b/x/*")], [allow("s3:*", "arn:aws:s3:::b/*")], "FAIL"],
    [
      "covered only by two statements together",
      [allow("s3:*"), { ...allow(0), Action: undefined, NotAction: "s3:*" }],
      [allow("*")],
      "PASS",
    ],
    ["one condition more", [allow("s3:*")], [allow("s3:*", "*", mfa)], "PASS"],
    ["one condition less", [allow("s3:*", "*", mfa)], [allow("s3:*")], "FAIL"],
    ["fewer values", [allow("s3:*", "*", teams("a", "b"))], [allow("s3:*", "*", teams("a"))], "PASS"],
    ["more values", [allow("s3:*", "*", teams("a"))], [allow("s3:*", "*", teams("a", "b"))], "FAIL"],
    [
      "more values left out",
      [allow("s3:*", "*", notTeams("a"))],
      [allow("s3:*", "*", notTeams("a", "b"))],
      "PASS",
    ],
    [
      "fewer values left out",
      [allow("s3:*", "*", notTeams("a", "b"))],
      [allow("s3:*", "*", notTeams("a"))],
      "FAIL",
    ],
    ["a Deny more", [allow("*")], [allow("*"), deny("iam:*")], "PASS"],
    ["a Deny less", [allow("*"), deny("iam:*")], [allow("*")], "FAIL"],
    ["a Deny elsewhere less", [allow("*"), deny("iam:*")], [allow("s3:*")], "PASS"],
    ["a Deny kept", [allow("*"), deny("iam:*", "*", mfa)], [allow("*"), deny("iam:*", "*", mfa)], "PASS"],
    [
      "a Deny under more conditions",
      [allow("*"), deny("iam:*")],
      [allow("*"), deny("iam:*", "*", mfa)],
      "FAIL",
    ],
    ["the same variable", [allow("s3:*", home)], [allow("s3:Get*", home)], "PASS"],
    ["a value for the variable", [allow("s3:*", home)], [allow("s3:*", "arn:aws:s3:::home/ana/*")], "FAIL"],
    ["a pattern for the variable", [allow("s3:*", "arn:aws:s3:::home/*")], [allow("s3:*", home)], "PASS"],
    ["the same NotResource", [outside], [outside], "PASS"],
  ];

  test.each(cases)("%s", (_, existing, changed, result) => {
    const change = { existing: document(...existing), changed: document(...changed) };
    expect(checkNoNewAccess({ ...change, type: "IDENTITY_POLICY" }).result).toBe(result);
  });

  test("variables are text in a document without variables", () => {
    const changed = document(allow("s3:*", home));
    const existing = changed.replace("2012-10-17", "2008-10-17");
    expect(checkNoNewAccess({ existing, changed, type: "IDENTITY_POLICY" }).result).toBe("FAIL");
  });

  const named = (AWS: string) => allow("s3:*", "arn:aws:s3:::b/*", { Principal: { AWS } });
  const root = "arn:aws:iam::111122223333:root";
  const role = "arn:aws:iam::111122223333:role/r";
  const principalCases: readonly [string, Statement, Statement, "PASS" | "FAIL"][] = [
    ["everybody before", named("*"), named(role), "PASS"],
    ["everybody now", named(role), named("*"), "FAIL"],
    ["the account in another spelling", named(root), named("111122223333"), "PASS"],
    // A role that is named itself needs no identity policy, unlike one named through its account.
    ["a role of the account", named(root), named(role), "FAIL"],
  ];

  test.each(principalCases)("principals: %s", (_, existing, changed, result) => {
    const change = { existing: document(existing), changed: document(changed) };
    expect(checkNoNewAccess({ ...change, type: "RESOURCE_POLICY" }).result).toBe(result);
  });

  test("a failure has the words of Access Analyzer", () => {
    const check = checkNoNewAccess({
      existing: document(allow("s3:GetObject")),
      changed: document(allow(["s3:GetObject", "s3:GetObjectAcl"])),
      type: "IDENTITY_POLICY",
    });
    expect(check.message).toBe("The modified permissions grant new access compared to your existing policy.");
    expect(check.reasons[0]?.description).toBe("New access in the statement with index: 0.");
  });
});

describe("CheckNoPublicAccess", () => {
  const open = (Condition?: unknown): Statement =>
    allow("s3:GetObject", "arn:aws:s3:::b/*", { Principal: "*", Condition });
  const closing = (operator: string, key: string, value: string) =>
    deny("*", "*", { Principal: "*", Condition: { [operator]: { [key]: value } } });
  const github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
  const web = (Federated: string, Condition?: unknown): Statement => ({
    Effect: "Allow",
    Action: "sts:AssumeRoleWithWebIdentity",
    Principal: { Federated },
    Condition,
  });
  const cases: readonly [string, readonly Statement[], "PASS" | "FAIL"][] = [
    ["everybody", [open()], "FAIL"],
    ["a named account", [allow("s3:*", "*", { Principal: { AWS: "444455556666" } })], "PASS"],
    ["a fixed organization", [open({ StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } })], "PASS"],
    ["an organization, if any", [open({ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-a" } })], "FAIL"],
    ["any organization", [open({ StringLike: { "aws:PrincipalOrgID": "o-*" } })], "FAIL"],
    ["not an organization", [open({ StringNotEquals: { "aws:PrincipalOrgID": "o-a" } })], "FAIL"],
    ["a narrow network", [open({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } })], "PASS"],
    ["half of all networks", [open({ IpAddress: { "aws:SourceIp": ["0.0.0.0/1"] } })], "FAIL"],
    [
      "one account's topics",
      [open({ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } })],
      "PASS",
    ],
    ["text like them", [open({ StringLike: { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } })], "FAIL"],
    ["a user agent", [open({ StringEquals: { "aws:UserAgent": "secret" } })], "FAIL"],
    ["a tag that anybody can have", [open({ StringEquals: { "aws:PrincipalTag/team": "a" } })], "FAIL"],
    ["a variable", [open({ StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } })], "FAIL"],
    [
      "all values of an absent key",
      [open({ "ForAllValues:StringEquals": { "aws:SourceVpc": "vpc-1" } })],
      "FAIL",
    ],
    ["a Deny to all", [open(), deny("s3:*", "*", { Principal: "*" })], "PASS"],
    ["a Deny to strangers", [open(), closing("StringNotEquals", "aws:PrincipalOrgID", "o-a")], "PASS"],
    [
      "a Deny to strangers, if any",
      [open(), closing("StringNotEqualsIfExists", "aws:SourceVpce", "vpce-1")],
      "PASS",
    ],
    ["a Deny to friends", [open(), closing("StringEquals", "aws:PrincipalOrgID", "o-a")], "FAIL"],
    ["a Deny elsewhere", [open(), deny("s3:*", "arn:aws:s3:::c/*", { Principal: "*" })], "FAIL"],
    ["any repository of a forge", [web(github)], "FAIL"],
    [
      "an audience that all share",
      [web(github, { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } })],
      "FAIL",
    ],
    [
      "the repositories of one owner",
      [web(github, { StringLike: { "token.actions.githubusercontent.com:sub": "repo:octo/*" } })],
      "PASS",
    ],
    ["a provider of one's own", [web("arn:aws:iam::111122223333:saml-provider/corp")], "PASS"],
    ["a service", [allow("s3:*", "*", { Principal: { Service: "ec2.amazonaws.com" } })], "PASS"],
  ];

  test.each(cases)("%s", (_, statements, result) => {
    expect(checkNoPublicAccess(document(...statements)).result).toBe(result);
  });

  test("a failure names the statement", () => {
    const check = checkNoPublicAccess(document({ ...open(), Sid: "Open" }));
    expect(check.message).toBe("The resource policy grants public access for the given resource type.");
    expect(check.reasons.map(({ description }) => description)).toEqual([
      "Public access granted in the following statement with sid: Open.",
    ]);
  });
});
