// For each issue that the policy checks look for: a document that has it, and one that differs as little as
// possible and has it not.

import type { ValidatedPolicyType } from "../analysis/policy-checks/check-context.ts";
import type { IssueCode } from "../analysis/policy-issues.ts";

export interface PolicyIssueCase {
  readonly code: IssueCode;
  /** An identity policy unless told otherwise. */
  readonly type?: ValidatedPolicyType | undefined;
  readonly resourceType?: string | undefined;
  readonly found: string;
  readonly clean: string;
}

type Json = Readonly<Record<string, unknown>>;

function policy(...statements: readonly Json[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const INSTANCE = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";

function statement(rest: Json): Json {
  return { Effect: "Allow", Action: "ec2:StopInstances", Resource: INSTANCE, ...rest };
}

/** Two documents of one statement, which differ in some members. */
function differing(code: IssueCode, found: Json, clean: Json): PolicyIssueCase {
  return { code, found: policy(statement(found)), clean: policy(statement(clean)) };
}

function conditions(code: IssueCode, found: Json, clean: Json): PolicyIssueCase {
  return differing(code, { Condition: found }, { Condition: clean });
}

function resources(code: IssueCode, found: unknown, clean: unknown): PolicyIssueCase {
  return differing(code, { Action: "*", Resource: found }, { Action: "*", Resource: clean });
}

function principals(code: IssueCode, found: unknown, clean: unknown): PolicyIssueCase {
  return {
    ...differing(code, { Principal: found }, { Principal: clean }),
    type: "RESOURCE_POLICY",
  };
}

/** A right, by action and by resource, once too wide and once not. */
function rights(code: IssueCode, found: Json, clean: Json): PolicyIssueCase {
  const without = { Action: undefined, Resource: undefined };
  return differing(code, { ...without, ...found }, { ...without, ...clean });
}

const ROLE = "arn:aws:iam::111122223333:role/r";
const tag = (key: string, value: unknown) => ({ StringEquals: { [`aws:PrincipalTag/${key}`]: value } });
const sourceIp = (operator: string, ...ranges: string[]) => ({ [operator]: { "aws:SourceIp": ranges } });

function widePrivilege(prefix: "PASS_ROLE" | "CREATE_SLR", action: string, bound: string): PolicyIssueCase[] {
  const limited = { Resource: "*", Condition: { StringEquals: { [bound]: "ec2.amazonaws.com" } } };
  return [
    rights(
      `${prefix}_WITH_NOT_RESOURCE`,
      { Action: action, NotResource: ROLE },
      { Action: action, Resource: ROLE },
    ),
    rights(
      `${prefix}_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE`,
      { Action: "iam:*", NotResource: ROLE },
      { Action: "iam:Get*", NotResource: ROLE },
    ),
    rights(
      `${prefix}_WITH_NOT_ACTION_AND_NOT_RESOURCE`,
      { NotAction: "s3:*", NotResource: ROLE },
      { NotAction: "iam:*", NotResource: ROLE },
    ),
    rights(
      `${prefix}_WITH_STAR_IN_RESOURCE`,
      { Action: action, Resource: "*" },
      { Action: action, ...limited },
    ),
    rights(
      `${prefix}_WITH_STAR_IN_ACTION_AND_RESOURCE`,
      { Action: "iam:*", Resource: "arn:aws:iam::*:role/*" },
      { Action: "iam:*", ...limited },
    ),
    rights(
      `${prefix}_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION`,
      { NotAction: "s3:*", Resource: "*" },
      { Effect: "Deny", NotAction: "s3:*", Resource: "*" },
    ),
  ];
}

const open: Json = { Principal: "*" };
const sids = (...names: string[]) =>
  policy(
    ...names.map((Sid, index) =>
      statement({ ...open, Sid, Action: `ec2:${index === 0 ? "Stop" : "Start"}Instances` }),
    ),
  );

const structureCases: readonly PolicyIssueCase[] = [
  differing("DATA_TYPE_MISMATCH", { Effect: 1 }, {}),
  { code: "DATA_TYPE_MISMATCH", found: "[]", clean: policy(statement({})) },
  differing("INVALID_EFFECT", { Effect: "allow" }, {}),
  differing("INVALID_POLICY_ELEMENT", { Actions: "*" }, {}),
  {
    ...differing("INVALID_POLICY_ELEMENT", open, { ...open, Resource: undefined }),
    type: "RESOURCE_POLICY",
    resourceType: "AWS::IAM::AssumeRolePolicyDocument",
  },
  {
    code: "INVALID_VERSION",
    found: policy(statement({})).replace("2012", "2013"),
    clean: policy(statement({})),
  },
  { code: "JSON_SYNTAX_ERROR", found: '{"Version":}', clean: "{}" },
  differing("MISSING_ACTION", { Action: undefined }, {}),
  differing("MISSING_EFFECT", { Effect: undefined }, {}),
  { ...differing("MISSING_PRINCIPAL", {}, open), type: "RESOURCE_POLICY" },
  differing("MISSING_RESOURCE", { Resource: undefined }, {}),
  { code: "MISSING_STATEMENT", found: policy(), clean: policy(statement({})) },
  {
    code: "MISSING_VERSION",
    found: JSON.stringify({ Statement: statement({}) }),
    clean: policy(statement({})),
  },
  {
    code: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    found: policy(statement({ Sid: "x".repeat(6_200) })),
    clean: policy(statement({ Sid: "x".repeat(5_900) })),
  },
  {
    code: "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    type: "SERVICE_CONTROL_POLICY",
    found: policy(statement({ Sid: "x".repeat(5_200) })),
    clean: policy(statement({ Sid: "x".repeat(4_900) })),
  },
  { ...differing("SCP_SYNTAX_ERROR_PRINCIPAL", open, {}), type: "SERVICE_CONTROL_POLICY" },
  differing("UNSUPPORTED_PRINCIPAL", open, {}),
  { code: "UNIQUE_SIDS_REQUIRED", found: sids("A", "A"), clean: sids("A", "B") },
  { code: "UNIQUE_SIDS_RECOMMENDED", type: "RESOURCE_POLICY", found: sids("A", "A"), clean: sids("A", "B") },
  { code: "EMPTY_SID_VALUE", found: sids(""), clean: sids("A") },
  { code: "UNSUPPORTED_SID", found: sids("not this"), clean: sids("this") },
  differing("UNSUPPORTED_ELEMENT_COMBINATION", { NotAction: "s3:*" }, {}),
  differing("EMPTY_ARRAY_ACTION", { Action: [] }, {}),
  differing("EMPTY_ARRAY_RESOURCE", { Resource: [] }, {}),
  conditions("EMPTY_OBJECT_CONDITION", {}, tag("team", "a")),
  conditions("EMPTY_OBJECT_CONDITION", { StringEquals: {} }, tag("team", "a")),
];

const principalCases: readonly PolicyIssueCase[] = [
  {
    ...differing("ALLOW_WITH_NOT_PRINCIPAL", { NotPrincipal: { AWS: ROLE } }, { Principal: { AWS: ROLE } }),
    type: "RESOURCE_POLICY",
  },
  principals("EMPTY_ARRAY_PRINCIPAL", { AWS: [] }, { AWS: [ROLE] }),
  principals("EMPTY_OBJECT_PRINCIPAL", {}, { AWS: [ROLE] }),
  principals("INVALID_PRINCIPAL_FORMAT", "111122223333", { AWS: "111122223333" }),
  principals("INVALID_PRINCIPAL_KEY", { Aws: ROLE }, { AWS: ROLE }),
  principals("INVALID_ROLE_REFERENCE", { AWS: "AROAEXAMPLEEXAMPLE" }, { AWS: ROLE }),
  principals("INVALID_USER_REFERENCE", { AWS: "AIDAEXAMPLEEXAMPLE" }, { AWS: ROLE }),
  principals("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", { AWS: `${ROLE}*` }, { AWS: "*" }),
];

const actionCases: readonly PolicyIssueCase[] = [
  differing("INVALID_ACTION", { Action: "ec2:StopInstancez" }, { Action: "ec2:stopinstances" }),
  differing("INVALID_ACTION", { Action: "ec2:Xyz*" }, { Action: "ec2:Stop*" }),
  differing("INVALID_ACTION", { Action: "StopInstances" }, { Action: "lambda:NotEvenLookedUp" }),
  differing("INVALID_SERVICE_IN_ACTION", { Action: "ec22:StopInstances" }, { Action: "EC2:StopInstances" }),
  differing("WILDCARD_IN_SERVICE_NAME", { Action: "ec*:StopInstances" }, { Action: "*" }),
  differing(
    "REDUNDANT_ACTION",
    { Action: ["iam:Get*", "iam:GetCredentialReport"] },
    { Action: ["iam:Get*", "iam:*CredentialReport"] },
  ),
  {
    code: "REDUNDANT_STATEMENT",
    found: policy(statement({ Sid: "A" }), statement({ Sid: "B" })),
    clean: sids("A", "B"),
  },
  ...widePrivilege("PASS_ROLE", "iam:PassRole", "iam:PassedToService"),
  ...widePrivilege("CREATE_SLR", "iam:CreateServiceLinkedRole", "iam:AWSServiceName"),
];

const resourceCases: readonly PolicyIssueCase[] = [
  resources("ARN_ACCOUNT_NOT_ALLOWED", "arn:aws:s3::111122223333:b/x", "arn:aws:s3:::b/x"),
  resources("ARN_REGION_NOT_ALLOWED", "arn:aws:iam:us-east-1:111122223333:role/r", ROLE),
  resources("INVALID_ARN_ACCOUNT", "arn:aws:iam::1111:role/r", "arn:aws:iam::*:role/r"),
  resources("INVALID_ARN_PREFIX", "aws:s3:::b", "arn:aws:s3:::b"),
  resources("INVALID_ARN_REGION", INSTANCE.replace("us-east-1", "us-east-9"), INSTANCE),
  resources("INVALID_ARN_RESOURCE", INSTANCE.replace("instance/", "instances/"), INSTANCE),
  resources(
    "INVALID_ARN_RESOURCE",
    INSTANCE.replace("instance/i-1", "x*y"),
    INSTANCE.replace("instance/i-1", "*"),
  ),
  resources("INVALID_ARN_RESOURCE", "arn:aws:iam::111122223333:rout", "arn:aws:iam::*:root"),
  resources("INVALID_ARN_SERVICE_CASE", "arn:aws:IAM::111122223333:role/r", ROLE),
  resources("INVALID_PARTITION", "arn:awss:s3:::b", "arn:aws-cn:s3:::b"),
  resources("INVALID_SERVICE", "arn:aws:s4:::b", "arn:aws:lambda:us-east-1:111122223333:whatever"),
  resources("MISSING_ARN_FIELD", "arn:aws:s3:b", "arn:aws:s3:::b"),
  resources(
    "MISSING_ARN_REGION",
    "arn:aws:ec2::111122223333:instance/i-1",
    "arn:aws:ec2:*:111122223333:instance/i-1",
  ),
  resources("WILDCARD_IN_SERVICE_NAME", "arn:aws:*code*:us-east-1:111122223333:*", "*"),
  resources("REDUNDANT_RESOURCE", [`${ROLE}1`, `${ROLE}*`], [`${ROLE}1`, `${ROLE}2`]),
];

const conditionCases: readonly PolicyIssueCase[] = [
  conditions(
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    { StringEquals: { "aws:username": "a", "aws:UserName": "b" } },
    { StringEquals: { "aws:username": "a" }, StringLike: { "aws:UserName": "b" } },
  ),
  conditions("INVALID_CONDITION_DATA_TYPE", tag("team", ["1", 2]), tag("team", ["1", "2"])),
  conditions("INVALID_CONDITION_KEY_FORMAT", { StringEquals: { username: "a" } }, tag("team", "a")),
  conditions(
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    { Bool: { "aws:SecureTransport": ["true", "false"] } },
    { Bool: { "aws:SecureTransport": ["true"] } },
  ),
  conditions("INVALID_CONDITION_OPERATOR", { StringIs: { "aws:username": "a" } }, tag("team", "a")),
  conditions(
    "NULL_WITH_IF_EXISTS",
    { NullIfExists: { "aws:username": "true" } },
    { Null: { "aws:username": "true" } },
  ),
  conditions(
    "NULL_WITH_QUALIFIER",
    { "ForAnyValue:Null": { "aws:TagKeys": "true" } },
    { Null: { "aws:TagKeys": "true" } },
  ),
  conditions("INVALID_GLOBAL_CONDITION_KEY", { StringEquals: { "aws:UserNam": "a" } }, tag("team", "a")),
  conditions(
    "INVALID_GLOBAL_CONDITION_KEY",
    { StringEquals: { "aws:PrincipalTag/": "a" } },
    tag("team", "a"),
  ),
  conditions(
    "UNSUPPORTED_GLOBAL_CONDITION_KEY",
    { ArnEquals: { "aws:ARN": ROLE } },
    { ArnEquals: { "aws:PrincipalArn": ROLE } },
  ),
  conditions(
    "INVALID_SERVICE",
    { StringEquals: { "ec22:Region": "us-east-1" } },
    { StringEquals: { "id.example.com:sub": "a" } },
  ),
  conditions(
    "INVALID_SERVICE_CONDITION_KEY",
    { StringEquals: { "ec2:Regio": "a" } },
    { StringEquals: { "ec2:Region": "us-east-1" } },
  ),
  conditions(
    "INVALID_REGION",
    { StringEquals: { "aws:RequestedRegion": "us-east-9" } },
    { StringLike: { "aws:RequestedRegion": "us-*" } },
  ),
  conditions(
    "MISSING_QUALIFIER",
    { StringEquals: { "aws:TagKeys": "a" } },
    { "ForAnyValue:StringEquals": { "aws:TagKeys": "a" } },
  ),
  conditions(
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    { "ForAllValues:StringEquals": { "aws:username": "a" } },
    { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } },
  ),
  conditions(
    "TYPE_MISMATCH",
    { StringEquals: { "aws:SecureTransport": "true" } },
    { Bool: { "aws:SecureTransport": "true" } },
  ),
  conditions(
    "TYPE_MISMATCH_BOOLEAN",
    { Bool: { "aws:SecureTransport": "yes" } },
    { Bool: { "aws:SecureTransport": true } },
  ),
  conditions(
    "TYPE_MISMATCH_DATE",
    { DateLessThan: { "aws:CurrentTime": "soon" } },
    { DateLessThan: { "aws:CurrentTime": "2030-01-01" } },
  ),
  conditions(
    "INVALID_DATE_VALUE",
    { DateLessThan: { "aws:CurrentTime": "1893456000" } },
    { DateLessThan: { "aws:CurrentTime": "2030" } },
  ),
  conditions(
    "TYPE_MISMATCH_IP_RANGE",
    sourceIp("IpAddress", "203.0.113.0/33"),
    sourceIp("IpAddress", "203.0.113.0/32"),
  ),
  conditions(
    "TYPE_MISMATCH_NUMBER",
    { NumericLessThan: { "aws:MultiFactorAuthAge": "1h" } },
    { NumericLessThan: { "aws:MultiFactorAuthAge": 3600 } },
  ),
  conditions(
    "TYPE_MISMATCH_STRING",
    { BinaryEquals: { "x.y:key": "!" } },
    { BinaryEquals: { "x.y:key": "AQID" } },
  ),
  conditions("WILDCARD_WITHOUT_LIKE_OPERATOR", tag("team", "a*"), tag("team", "a${*}")),
  conditions(
    "IMPROVE_IP_RANGE",
    sourceIp("IpAddress", "203.0.113.7/24"),
    sourceIp("IpAddress", "203.0.113.0/24"),
  ),
  conditions(
    "PRIVATE_IP_ADDRESS",
    sourceIp("IpAddress", "10.1.0.0/16"),
    sourceIp("IpAddress", "11.1.0.0/16"),
  ),
  conditions(
    "PRIVATE_NOT_IP_ADDRESS",
    sourceIp("NotIpAddress", "192.168.0.0/16"),
    sourceIp("NotIpAddress", "192.0.0.0/8"),
  ),
  conditions(
    "PRIVATE_IP_ADDRESS_SUBSET",
    sourceIp("IpAddress", "10.1.0.0/16", "203.0.113.0/24"),
    sourceIp("IpAddress", "10.1.0.0/16"),
  ),
  conditions(
    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    sourceIp("NotIpAddress", "fd00::/8", "203.0.113.0/24"),
    sourceIp("NotIpAddress", "203.0.113.0/24"),
  ),
  conditions(
    "REDUNDANT_CONDITION_VALUE_NUM",
    { NumericLessThan: { "aws:MultiFactorAuthAge": ["2700", "3600"] } },
    { NumericEquals: { "aws:MultiFactorAuthAge": ["2700", "3600"] } },
  ),
  conditions("EMPTY_ARRAY_CONDITION", tag("team", []), tag("team", ["a"])),
  conditions(
    "EMPTY_ARRAY_CONDITION_FORALLVALUES",
    { "ForAllValues:StringEquals": { "aws:TagKeys": [] } },
    tag("team", []),
  ),
  conditions(
    "EMPTY_ARRAY_CONDITION_FORANYVALUE",
    { "ForAnyValue:StringEquals": { "aws:TagKeys": [] } },
    tag("team", []),
  ),
  conditions(
    "EMPTY_ARRAY_CONDITION_IFEXISTS",
    { StringEqualsIfExists: { "aws:username": [] } },
    tag("team", []),
  ),
];

const variableCases: readonly PolicyIssueCase[] = [
  conditions(
    "INVALID_VARIABLE_FOR_OPERATOR",
    { NumericEquals: { "aws:MultiFactorAuthAge": "${aws:x}" } },
    tag("team", "${aws:username}"),
  ),
  conditions("EMPTY_VARIABLE", tag("team", "${}"), tag("team", "${*}")),
  conditions("MISSING_BRACE_IN_VARIABLE", tag("team", "${aws:username"), tag("team", "${aws:username}")),
  conditions(
    "MISSING_QUOTE_IN_VARIABLE",
    tag("team", "${aws:username, 'a}"),
    tag("team", "${aws:username, 'a'}"),
  ),
  conditions(
    "UNSUPPORTED_SPACE_IN_VARIABLE",
    tag("team", "${aws: username}"),
    tag("team", "${aws:username, 'a b'}"),
  ),
  conditions(
    "UNSUPPORTED_SYMBOL_IN_VARIABLE",
    tag("team", "${aws:user*}"),
    tag("team", "${aws:PrincipalTag/a.b}"),
  ),
  differing(
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    { Action: "ec2:${aws:username}" },
    { Resource: `${INSTANCE}\${aws:username}` },
  ),
  {
    code: "VARIABLE_UNSUPPORTED_IN_VERSION",
    found: policy(statement({ Condition: tag("team", "${aws:username}") })).replace("2012", "2008"),
    clean: policy(statement({ Condition: tag("team", "${aws:username}") })),
  },
];

/** At least one case for every issue. */
export const policyIssueCases: readonly PolicyIssueCase[] = [
  ...structureCases,
  ...principalCases,
  ...actionCases,
  ...resourceCases,
  ...conditionCases,
  ...variableCases,
];
