import { describe, expect, test } from "vitest";
import { externalAccess } from "./external-access.ts";
import type { ZoneOfTrust } from "./external-access.ts";

const OWNER = "111122223333";
const SISTER = "222233334444";
const STRANGER = "444455556666";
const ACCOUNT_ZONE: ZoneOfTrust = { ownerAccount: OWNER };
const ORGANIZATION_ZONE: ZoneOfTrust = {
  ownerAccount: OWNER,
  organization: { id: "o-abcdefghij", accounts: [OWNER, SISTER] },
};

type Statement = Readonly<Record<string, unknown>>;

const allow = (Principal: unknown, Condition?: unknown): Statement => ({
  Effect: "Allow",
  Principal,
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::b/*",
  Condition,
});
const deny = (Condition?: unknown, Principal: unknown = "*"): Statement => ({
  ...allow(Principal, Condition),
  Effect: "Deny",
  Action: "s3:*",
});

function summary(statements: readonly Statement[], zone: ZoneOfTrust): readonly string[] {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return externalAccess(document, zone).map((grant) =>
    [
      grant.kind,
      grant.accountId ?? grant.organizationId ?? grant.principal.value,
      ...(grant.isPublic ? ["public"] : []),
      grant.certainty,
    ].join(" "),
  );
}

const org = (id: string, operator = "StringEquals") => ({ [operator]: { "aws:PrincipalOrgID": id } });
const github = `arn:aws:iam::${OWNER}:oidc-provider/token.actions.githubusercontent.com`;
const sub = { StringLike: { "token.actions.githubusercontent.com:sub": "repo:octo/*" } };

const cases: readonly [string, readonly Statement[], readonly string[]][] = [
  ["everybody", [allow("*")], ["everybody * public certain"]],
  [
    "everybody with a user agent",
    [allow("*", { StringEquals: { "aws:UserAgent": "x" } })],
    ["everybody * public possible"],
  ],
  [
    "everybody from a network",
    [allow("*", { StringEquals: { "aws:SourceVpc": "vpc-1" } })],
    ["everybody * possible"],
  ],
  ["the owner", [allow({ AWS: `arn:aws:iam::${OWNER}:role/r` })], []],
  ["another account", [allow({ AWS: STRANGER })], [`account ${STRANGER} certain`]],
  [
    "a role of another account",
    [allow({ AWS: `arn:aws:iam::${STRANGER}:role/r` })],
    [`account ${STRANGER} certain`],
  ],
  [
    "another account with an external id",
    [allow({ AWS: STRANGER }, { StringEquals: { "sts:ExternalId": "x" } })],
    [`account ${STRANGER} possible`],
  ],
  [
    "an account among everybody",
    [allow("*", { StringEquals: { "aws:PrincipalAccount": [OWNER, STRANGER] } })],
    [`account ${STRANGER} certain`],
  ],
  [
    "the owner among everybody",
    [allow("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${OWNER}:role/*` } })],
    [],
  ],
  [
    "roles of an account among everybody",
    [allow("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${STRANGER}:role/*` } })],
    [`account ${STRANGER} possible`],
  ],
  [
    "an account that its condition contradicts",
    [allow({ AWS: STRANGER }, { StringEquals: { "aws:PrincipalAccount": OWNER } })],
    [],
  ],
  [
    "the accounts of two conditions",
    [
      allow("*", {
        StringEquals: { "aws:PrincipalAccount": [OWNER, STRANGER], "aws:SourceAccount": [OWNER] },
      }),
    ],
    [],
  ],
  ["another organization", [allow("*", org("o-zzzzzzzzzz"))], ["organization o-zzzzzzzzzz certain"]],
  [
    "an organization, if any",
    [allow("*", org("o-abcdefghij", "StringEqualsIfExists"))],
    ["everybody * public possible"],
  ],
  ["a service", [allow({ Service: "ec2.amazonaws.com" })], []],
  [
    "services among everybody",
    [allow("*", { StringEquals: { "aws:PrincipalServiceName": "ec2.amazonaws.com" } })],
    [],
  ],
  [
    "a provider",
    [allow({ Federated: `arn:aws:iam::${OWNER}:saml-provider/corp` })],
    [`federated arn:aws:iam::${OWNER}:saml-provider/corp certain`],
  ],
  ["a provider of anybody", [allow({ Federated: github })], [`federated ${github} public certain`]],
  ["some users of such a provider", [allow({ Federated: github }, sub)], [`federated ${github} possible`]],
  ["a canonical user", [allow({ CanonicalUser: "79a5" })], ["canonical-user 79a5 certain"]],
  ["a Deny to everybody", [allow("*"), deny()], []],
  [
    "a Deny to one account",
    [allow({ AWS: [STRANGER, SISTER] }), deny(undefined, { AWS: STRANGER })],
    [`account ${SISTER} certain`],
  ],
  ["a Deny to strangers", [allow("*"), deny(org("o-abcdefghij", "StringNotEquals"))], []],
  [
    "a Deny without MFA",
    [allow("*"), deny({ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } })],
    ["everybody * public certain"],
  ],
  [
    "a Deny to other accounts",
    [allow({ AWS: STRANGER }), deny({ StringNotEquals: { "aws:PrincipalAccount": OWNER } })],
    [],
  ],
];

describe("access from outside an account", () => {
  test.each(cases)("%s", (_, statements, grants) => {
    expect(summary(statements, ACCOUNT_ZONE)).toEqual(grants);
  });

  test("a sister account and the own organization are outside", () => {
    expect(summary([allow({ AWS: SISTER })], ACCOUNT_ZONE)).toEqual([`account ${SISTER} certain`]);
    expect(summary([allow("*", org("o-abcdefghij"))], ACCOUNT_ZONE)).toEqual([
      "organization o-abcdefghij certain",
    ]);
  });
});

describe("access from outside an organization", () => {
  test("a sister account and the own organization are inside", () => {
    expect(summary([allow({ AWS: SISTER }), allow("*", org("o-abcdefghij"))], ORGANIZATION_ZONE)).toEqual([]);
  });

  test("a foreign account cannot meet a condition on the own organization", () => {
    const both = [allow({ AWS: STRANGER }, org("o-abcdefghij")), allow({ AWS: STRANGER })];
    expect(summary(both, ORGANIZATION_ZONE)).toEqual([`account ${STRANGER} certain`]);
  });
});

test("a grant tells actions, resources and conditions as they are written", () => {
  const statement = { ...allow("*", { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }), Sid: "Open" };
  const [grant] = externalAccess(JSON.stringify({ Statement: statement }), ACCOUNT_ZONE);
  expect(grant).toMatchObject({
    statementIndex: 0,
    sid: "Open",
    actions: ["s3:GetObject"],
    notActions: [],
    resources: ["arn:aws:s3:::b/*"],
    conditions: [{ operator: "IpAddress", key: "aws:SourceIp", values: ["203.0.113.0/24"] }],
  });
});
