import type {
  EvaluationResult,
  GetContextKeysForPolicyResponse,
  SimulatePolicyResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, testAccount, testNow, type TestIam } from "../testing.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const statement = (Effect: string, Action: string, more: object = {}) => ({
  Effect,
  Action,
  Resource: "*",
  ...more,
});
const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string, more: object = {}): string => policy(statement("Allow", Action, more));
const deny = (Action: string, more: object = {}): string => policy(statement("Deny", Action, more));
const own = (resource: string): string => `arn:aws:iam::${testAccount}:${resource}`;
const bucket = "arn:aws:s3:::bucket";
const session = `arn:aws:sts::${testAccount}:assumed-role/r/s`;

const custom = (input: object): SimulatePolicyResponse =>
  iam.run<SimulatePolicyResponse>("SimulateCustomPolicy", { ActionNames: ["s3:GetObject"], ...input });
/** The one result of a simulation. */
const only = (response: SimulatePolicyResponse): EvaluationResult => {
  const [result, ...more] = response.EvaluationResults ?? [];
  if (result === undefined || more.length > 0) throw new Error("There is not one result.");
  return result;
};
const ask = (input: object): string => only(custom(input)).EvalDecision;
const specific = (input: object): string | undefined =>
  only(custom(input)).ResourceSpecificResults?.[0]?.EvalResourceDecision;

describe("a simulation of given policies", () => {
  it("says allowed, explicitDeny or implicitDeny for each action", () => {
    const response = custom({
      PolicyInputList: [allow("s3:*"), deny("s3:DeleteObject")],
      ActionNames: ["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage", "made:Up"],
    });
    const decisions = response.EvaluationResults?.map((each) => [each.EvalActionName, each.EvalDecision]);
    expect(decisions).toEqual([
      ["s3:GetObject", "allowed"],
      ["s3:DeleteObject", "explicitDeny"],
      ["sqs:SendMessage", "implicitDeny"],
      ["made:Up", "implicitDeny"],
    ]);
    expect(response.IsTruncated).toBe(false);
  });

  it("names the statements that settled it, with their places", () => {
    const text = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
    { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" },
    { "Effect": "Deny", "Action": "s3:Delete*",
      "Resource": "*" }
  ]
}`;
    const place = (Line: number, Column: number) => ({ Line, Column });
    const source = { SourcePolicyId: "PolicyInputList.2", SourcePolicyType: "IAM Policy" };
    const PolicyInputList = [allow("sqs:*"), text];
    expect(only(custom({ PolicyInputList })).MatchedStatements).toEqual([
      { ...source, StartPosition: place(4, 5), EndPosition: place(4, 61) },
      { ...source, StartPosition: place(5, 5), EndPosition: place(5, 64) },
    ]);
    expect(only(custom({ PolicyInputList, ActionNames: ["s3:DeleteObject"] })).MatchedStatements).toEqual([
      { ...source, StartPosition: place(6, 5), EndPosition: place(7, 24) },
    ]);
    expect(only(custom({ PolicyInputList, ActionNames: ["ec2:RunInstances"] })).MatchedStatements).toEqual(
      [],
    );
  });

  it("tells what is missing: at the top for all resources, and beside each when resources are named", () => {
    const conditional = allow("s3:*", {
      Resource: `${bucket}/\${s3:prefix}`,
      Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } },
    });
    const everywhere = only(
      custom({ PolicyInputList: [conditional.replace(`${bucket}/\${s3:prefix}`, "*")] }),
    );
    expect(everywhere.MissingContextValues).toEqual(["aws:RequestedRegion"]);
    expect(everywhere).not.toHaveProperty("ResourceSpecificResults");
    expect(everywhere).not.toHaveProperty("EvalDecisionDetails");
    const named = only(custom({ PolicyInputList: [conditional], ResourceArns: [`${bucket}/x`] }));
    expect(named.ResourceSpecificResults?.[0]?.MissingContextValues).toEqual([
      "s3:prefix",
      "aws:RequestedRegion",
    ]);
    expect(named.EvalDecisionDetails).toEqual({});
    const entries = (region: string) => [
      { ContextKeyName: "s3:Prefix", ContextKeyValues: ["x"], ContextKeyType: "string" },
      { ContextKeyName: "aws:requestedregion", ContextKeyValues: [region], ContextKeyType: "string" },
    ];
    const given = { PolicyInputList: [conditional], ResourceArns: [`${bucket}/x`] };
    expect(ask({ ...given, ContextEntries: entries("eu-west-1") })).toBe("allowed");
    expect(ask({ ...given, ContextEntries: entries("us-east-1") })).toBe("implicitDeny");
  });

  it("tells an absent key from an empty one", () => {
    const PolicyInputList = [
      allow("s3:*", { Condition: { Null: { "aws:TagKeys": "false" } } }),
      deny("s3:*", { Condition: { "ForAnyValue:StringLike": { "aws:TagKeys": "*" } } }),
    ];
    const tagKeys = (ContextKeyValues: string[]) => [
      { ContextKeyName: "aws:TagKeys", ContextKeyValues, ContextKeyType: "stringList" },
    ];
    expect(ask({ PolicyInputList })).toBe("implicitDeny");
    expect(ask({ PolicyInputList, ContextEntries: tagKeys(["a"]) })).toBe("explicitDeny");
  });

  it("takes a key without a type as text, and of several values only a list", () => {
    const PolicyInputList = [allow("s3:*", { Condition: { StringEquals: { "s3:prefix": "a" } } })];
    const entry = (more: object) => [{ ContextKeyName: "s3:prefix", ...more }];
    expect(ask({ PolicyInputList, ContextEntries: entry({ ContextKeyValues: ["a"] }) })).toBe("allowed");
    for (const more of [
      { ContextKeyValues: ["a", "b"] },
      { ContextKeyValues: [] },
      { ContextKeyValues: ["x"], ContextKeyType: "numeric" },
      { ContextKeyValues: ["1", "x"], ContextKeyType: "numericList" },
      { ContextKeyValues: ["yes"], ContextKeyType: "boolean" },
      { ContextKeyValues: ["today"], ContextKeyType: "date" },
      { ContextKeyValues: ["here"], ContextKeyType: "ip" },
      { ContextKeyValues: ["%"], ContextKeyType: "binary" },
    ]) {
      const refusal = { PolicyInputList, ActionNames: ["s3:GetObject"], ContextEntries: entry(more) };
      expect(iam.faultOf("SimulateCustomPolicy", refusal)).toBe(
        "InvalidInput: Invalid Input Context: the values given for s3:prefix do not have its type.",
      );
    }
  });

  it("knows what time it is", () => {
    const until = (date: string) =>
      ask({ PolicyInputList: [allow("s3:*", { Condition: { DateLessThan: { "aws:CurrentTime": date } } })] });
    expect(until(new Date(testNow + 60_000).toISOString())).toBe("allowed");
    expect(until(new Date(testNow - 60_000).toISOString())).toBe("implicitDeny");
  });

  it("keeps within the boundary, and says whether the boundary allows", () => {
    const detail = (PermissionsBoundaryPolicyInputList: string[]) => {
      const input = { PolicyInputList: [allow("s3:*")], PermissionsBoundaryPolicyInputList };
      const { EvalDecision, PermissionsBoundaryDecisionDetail } = only(custom(input));
      return [EvalDecision, PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary];
    };
    expect(detail([allow("s3:Get*")])).toEqual(["allowed", true]);
    expect(detail([allow("sqs:*")])).toEqual(["implicitDeny", false]);
    expect(detail([deny("s3:*")])).toEqual(["explicitDeny", false]);
    expect(only(custom({ PolicyInputList: [allow("s3:*")] }))).not.toHaveProperty(
      "PermissionsBoundaryDecisionDetail",
    );
    const two = {
      PolicyInputList: [allow("*")],
      PermissionsBoundaryPolicyInputList: [allow("*"), allow("*")],
    };
    expect(iam.faultOf("SimulateCustomPolicy", { ActionNames: ["s3:GetObject"], ...two })).toBe(
      "InvalidInput: You can input only one permissions boundary policy.",
    );
  });

  it("keeps within every level of an organization, and says whether that allows", () => {
    const detail = (...levels: string[][]) => {
      const { EvalDecision, OrganizationsDecisionDetail } = only(
        custom({
          PolicyInputList: [allow("s3:*")],
          OrderedOrganizationPolicyInputList: levels.map((ServiceControlPolicyInputList) => ({
            ServiceControlPolicyInputList,
          })),
        }),
      );
      return [EvalDecision, OrganizationsDecisionDetail?.AllowedByOrganizations];
    };
    expect(detail([allow("*")], [allow("sqs:*"), allow("s3:*")])).toEqual(["allowed", true]);
    expect(detail([allow("*")], [allow("sqs:*")])).toEqual(["implicitDeny", false]);
    expect(detail([allow("*"), deny("s3:*")], [allow("*")])).toEqual(["explicitDeny", false]);
    expect(detail([allow("*")], [])).toEqual(["implicitDeny", false]);
    expect(only(custom({ PolicyInputList: [allow("s3:*")] }))).not.toHaveProperty(
      "OrganizationsDecisionDetail",
    );
  });

  it("judges a resource policy by the caller it names", () => {
    const shared = (Principal: unknown) => policy({ ...statement("Allow", "s3:*"), Principal });
    const input = (ResourcePolicy: string, more: object = {}) => ({
      PolicyInputList: [allow("sqs:*")],
      ResourceArns: [`${bucket}/x`],
      CallerArn: own("user/ana"),
      ResourcePolicy,
      ...more,
    });
    expect(ask(input(shared({ AWS: own("user/ana") })))).toBe("allowed");
    expect(ask(input(shared({ AWS: own("user/bob") })))).toBe("implicitDeny");
    const [matched] = only(custom(input(shared({ AWS: own("user/ana") })))).MatchedStatements ?? [];
    expect(matched).toMatchObject({ SourcePolicyId: "ResourcePolicy", SourcePolicyType: "Resource Policy" });
    const denying = policy({ ...statement("Deny", "s3:*"), Principal: "*" });
    expect(ask(input(denying, { PolicyInputList: [allow("*")] }))).toBe("explicitDeny");
    for (const CallerArn of [undefined, own("role/app"), own("group/team")]) {
      const refused = input(shared("*"), { CallerArn, ActionNames: ["s3:GetObject"] });
      expect(iam.faultOf("SimulateCustomPolicy", refused)).toBe(
        "InvalidInput: CallerArn must be the ARN of an IAM user if you include a ResourcePolicy.",
      );
    }
  });

  it("across accounts wants both sides, and tells what each says", () => {
    const input = (ResourcePolicy: string | undefined, more: object = {}) => ({
      PolicyInputList: [allow("s3:*")],
      ResourceArns: [`${bucket}/x`],
      CallerArn: own("user/ana"),
      ResourceOwner: `arn:aws:iam::${otherAccount}:root`,
      ResourcePolicy,
      ...more,
    });
    const shared = policy({ ...statement("Allow", "s3:*"), Principal: { AWS: testAccount } });
    const both = only(custom(input(shared)));
    expect(both.EvalDecision).toBe("allowed");
    expect(both.EvalDecisionDetails).toEqual({ "IAM Policy": "allowed", "Resource Policy": "allowed" });
    expect(both.ResourceSpecificResults?.[0]?.EvalDecisionDetails).toEqual(both.EvalDecisionDetails);
    const alone = only(custom(input(undefined)));
    expect(alone.EvalDecision).toBe("implicitDeny");
    expect(alone.EvalDecisionDetails).toEqual({ "IAM Policy": "allowed", "Resource Policy": "implicitDeny" });
    expect(ask(input(shared, { PolicyInputList: [allow("sqs:*")] }))).toBe("implicitDeny");
    const foreign = `arn:aws:iam::${otherAccount}:user/x`;
    expect(ask({ PolicyInputList: [allow("*")], ResourceArns: [foreign] })).toBe("implicitDeny");
  });

  it("answers for each resource, and at the top for the strictest", () => {
    const result = only(
      custom({
        PolicyInputList: [
          allow("s3:*", { Resource: [`${bucket}/*`, "arn:aws:s3:::shut/*"] }),
          deny("s3:*", { Resource: "arn:aws:s3:::shut/*" }),
        ],
        ResourceArns: [`${bucket}/x`, "arn:aws:s3:::other/x", "arn:aws:s3:::shut/x"],
      }),
    );
    expect(result.EvalResourceName).toBe("*");
    expect(result.EvalDecision).toBe("explicitDeny");
    expect(result.MatchedStatements).toHaveLength(1);
    const each = result.ResourceSpecificResults ?? [];
    expect(
      each.map(({ EvalResourceName, EvalResourceDecision }) => [EvalResourceName, EvalResourceDecision]),
    ).toEqual([
      [`${bucket}/x`, "allowed"],
      ["arn:aws:s3:::other/x", "implicitDeny"],
      ["arn:aws:s3:::shut/x", "explicitDeny"],
    ]);
    expect(each.map(({ MatchedStatements }) => MatchedStatements?.length)).toEqual([1, 0, 1]);
  });

  it("comes in pages by action", () => {
    const input = { PolicyInputList: [allow("*")], ActionNames: ["a:One", "b:Two", "a:One"], MaxItems: 2 };
    const first = custom(input);
    expect([first.EvaluationResults?.length, first.IsTruncated]).toEqual([2, true]);
    const rest = custom({ ...input, Marker: first.Marker });
    expect(rest.EvaluationResults?.map(({ EvalActionName }) => EvalActionName)).toEqual(["a:One"]);
    expect(rest.IsTruncated).toBe(false);
  });

  it("makes its pages smaller, and then refuses, rather than to work without bound", () => {
    const PolicyInputList = [
      policy(...Array.from({ length: 900 }, () => statement("Allow", "s3:GetObject"))),
    ];
    const ResourceArns = (count: number) => Array.from({ length: count }, (_, index) => `${bucket}/${index}`);
    const ActionNames = Array.from({ length: 100 }, () => "s3:GetObject");
    const { EvaluationResults, IsTruncated } = custom({
      PolicyInputList,
      ActionNames,
      ResourceArns: ResourceArns(20),
    });
    expect(EvaluationResults?.length).toBeGreaterThan(0);
    expect(EvaluationResults?.length).toBeLessThan(20);
    expect(IsTruncated).toBe(true);
    expect(
      iam.faultOf("SimulateCustomPolicy", { PolicyInputList, ActionNames, ResourceArns: ResourceArns(1000) }),
    ).toBe("InvalidInput: The simulation has too many resources for policies of this length.");
  });

  it.each([
    [{ PolicyInputList: ["{"] }, "Syntax errors in policy."],
    [{ ResourceArns: ["14a050d4"] }, "ResourceNames are not in a valid ARN format: 14a050d4."],
    [{ ActionNames: ["s3:*"] }, "Invalid Input Actions: s3:* is not the name of an action."],
    [{ ActionNames: ["GetObject"] }, "Invalid Input Actions: GetObject is not the name of an action."],
    [{ ResourceOwner: "123456789012" }, "'123456789012' is not a valid as a Resource Owner."],
    [{ CallerArn: session }, `Invalid Entity Arn: ${session} does not clearly define entity type and name.`],
  ])("refuses %j", (input, message) => {
    const whole = { PolicyInputList: [allow("*")], ActionNames: ["s3:GetObject"], ...input };
    expect(iam.faultOf("SimulateCustomPolicy", whole)).toBe(`InvalidInput: ${message}`);
  });

  it("of a launch names every resource of its scenario, and is allowed on all of them", () => {
    const arnOf = (kind: string) => `arn:aws:ec2:us-east-1:${testAccount}:${kind}/x`;
    const kinds = ["instance", "image", "security-group", "network-interface", "subnet", "volume"];
    const launch = (ResourceHandlingOption: string, without = "", more: object[] = []) => ({
      PolicyInputList: [policy(statement("Allow", "ec2:*"), ...more)],
      ActionNames: ["ec2:RunInstances"],
      ResourceArns: kinds.filter((kind) => kind !== without).map(arnOf),
      ResourceHandlingOption,
    });
    expect(ask(launch("EC2-VPC-EBS-Subnet"))).toBe("allowed");
    const shut = statement("Deny", "ec2:*", { Resource: arnOf("volume") });
    expect(ask(launch("EC2-VPC-EBS-Subnet", "", [shut]))).toBe("explicitDeny");
    expect(ask(launch("EC2-VPC-EBS", "subnet"))).toBe("allowed");
    expect(ask(launch("EC2-VPC-InstanceStore-Subnet", "volume"))).toBe("allowed");
    for (const [option, kind] of [
      ["EC2-VPC-EBS-Subnet", "subnet"],
      ["EC2-VPC-EBS", "volume"],
      ["EC2-VPC-InstanceStore-Subnet", "subnet"],
      ["EC2-VPC-InstanceStore", "image"],
    ] as const) {
      expect(iam.faultOf("SimulateCustomPolicy", launch(option, kind))).toBe(
        `InvalidInput: Invalid Input ResourceHandlingOption: ${option} requires a resource of type ${kind}.`,
      );
    }
    expect(iam.faultOf("SimulateCustomPolicy", launch("EC2-Classic-EBS"))).toBe(
      "InvalidInput: Invalid Input ResourceHandlingOption: EC2-Classic-EBS is not a known scenario.",
    );
  });
});

describe("a resource with wildcards", () => {
  const all = `${bucket}/*`;
  const granted = (Resource: string | string[], more: object = {}) =>
    specific({
      PolicyInputList: [policy({ ...statement("Allow", "s3:*", { Resource }), ...more })],
      ResourceArns: [all],
    });

  it("asks about everything of its form: an Allow must be as wide", () => {
    expect(granted("*")).toBe("allowed");
    expect(granted(`${bucket}/*`)).toBe("allowed");
    expect(granted("arn:aws:s3:::b*")).toBe("allowed");
    expect(granted(`${bucket}/a*`)).toBe("implicitDeny");
    expect(granted(`${bucket}/?`)).toBe("implicitDeny");
    expect(granted(`${bucket}/?*`)).toBe("implicitDeny");
    expect(granted([`${bucket}/a*`, `${bucket}/b*`])).toBe("implicitDeny");
  });

  it("is not allowed where a Deny takes out a part", () => {
    const denied = (Resource: string, context: object[] = []) =>
      specific({
        PolicyInputList: [allow("s3:*"), deny("s3:*", { Resource })],
        ResourceArns: [all],
        ContextEntries: context,
      });
    expect(denied(`${bucket}/secret/*`)).toBe("explicitDeny");
    expect(denied("arn:aws:s3:::*/secret/??")).toBe("explicitDeny");
    expect(denied("arn:aws:s3:::*")).toBe("explicitDeny");
    expect(denied("arn:aws:s3:::other/*")).toBe("allowed");
    expect(denied(`${bucket}/\${s3:prefix}`)).toBe("allowed");
    const prefix = [{ ContextKeyName: "s3:prefix", ContextKeyValues: ["a"], ContextKeyType: "string" }];
    expect(denied(`${bucket}/\${s3:prefix}`, prefix)).toBe("explicitDeny");
    expect(denied(`${bucket}/\${s3:prefix, 'x'}`)).toBe("explicitDeny");
  });

  it("is not allowed where NotResource leaves out a part", () => {
    const without = (NotResource: string) =>
      specific({
        PolicyInputList: [policy({ Effect: "Allow", Action: "s3:*", NotResource })],
        ResourceArns: [all],
      });
    expect(without(`${bucket}/secret/*`)).toBe("implicitDeny");
    expect(without("arn:aws:s3:::other/*")).toBe("allowed");
  });

  it("is not taken out of by a boundary's Deny unseen", () => {
    expect(
      specific({
        PolicyInputList: [allow("s3:*")],
        PermissionsBoundaryPolicyInputList: [
          policy(statement("Allow", "*"), statement("Deny", "s3:*", { Resource: `${bucket}/a` })),
        ],
        ResourceArns: [`${bucket}/?`],
      }),
    ).toBe("explicitDeny");
  });

  it("is refused when comparing it would take too long", () => {
    const long = "a".repeat(400);
    expect(
      iam.faultOf("SimulateCustomPolicy", {
        PolicyInputList: [allow("*"), deny("*", { Resource: `${bucket}/${long}*` })],
        ActionNames: ["s3:GetObject"],
        ResourceArns: [`${bucket}/${long}*`],
      }),
    ).toMatch(/^InvalidInput: The simulation has too many/);
  });

  it("alone, the star stands for an action without resources", () => {
    const PolicyInputList = [allow("s3:*"), deny("s3:*", { Resource: `${bucket}/secret/*` })];
    expect(ask({ PolicyInputList })).toBe("allowed");
    expect(ask({ PolicyInputList, ResourceArns: ["*"] })).toBe("allowed");
    expect(ask({ PolicyInputList: [allow("s3:*", { Resource: `${bucket}/*` })] })).toBe("implicitDeny");
  });
});

describe("a simulation of an entity's policies", () => {
  beforeEach(() => {
    const trust = policy({
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
    iam.run("CreateUser", { UserName: "ana", Path: "/eng/", Tags: [{ Key: "Team", Value: "red" }] });
    iam.run("CreateGroup", { GroupName: "team" });
    iam.run("CreateRole", { RoleName: "app", AssumeRolePolicyDocument: trust });
    iam.run("AddUserToGroup", { UserName: "ana", GroupName: "team" });
    iam.run("CreatePolicy", { PolicyName: "mine", PolicyDocument: allow("sns:*") });
    iam.run("AttachGroupPolicy", { GroupName: "team", PolicyArn: own("policy/mine") });
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "g", PolicyDocument: allow("sqs:*") });
    iam.run("PutUserPolicy", { UserName: "ana", PolicyName: "u", PolicyDocument: allow("s3:*") });
    iam.run("PutRolePolicy", { RoleName: "app", PolicyName: "r", PolicyDocument: allow("kms:*") });
  });

  const ActionNames = ["s3:GetObject", "sqs:SendMessage", "sns:Publish", "kms:Decrypt"];
  const principal = (PolicySourceArn: string, more: object = {}) =>
    iam.run<SimulatePolicyResponse>("SimulatePrincipalPolicy", { PolicySourceArn, ActionNames, ...more });
  const allowed = (arn: string, more: object = {}) =>
    principal(arn, more)
      .EvaluationResults?.filter(({ EvalDecision }) => EvalDecision === "allowed")
      .map(({ EvalActionName }) => EvalActionName.split(":")[0]);

  it("takes those of a user with its groups, of a group, and of a role", () => {
    expect(allowed(own("user/eng/ana"))).toEqual(["s3", "sqs", "sns"]);
    expect(allowed(own("group/team"))).toEqual(["sqs", "sns"]);
    expect(allowed(own("role/app"))).toEqual(["kms"]);
    expect(allowed(own("role/app"), { PolicyInputList: [allow("s3:*")] })).toEqual(["s3", "kms"]);
  });

  it("names the policies by where they are", () => {
    const sources = principal(own("user/eng/ana")).EvaluationResults?.map(
      ({ MatchedStatements }) => MatchedStatements?.[0]?.SourcePolicyId,
    );
    expect(sources).toEqual(["user_ana_u", "group_team_g", "mine", undefined]);
  });

  it("takes the boundary of the entity, unless the request gives another", () => {
    iam.run("CreatePolicy", { PolicyName: "edge", PolicyDocument: allow("sqs:*") });
    iam.run("PutUserPermissionsBoundary", {
      UserName: "ana",
      PermissionsBoundary: own("policy/edge"),
    });
    expect(allowed(own("user/eng/ana"))).toEqual(["sqs"]);
    expect(allowed(own("user/eng/ana"), { PermissionsBoundaryPolicyInputList: [allow("s3:*")] })).toEqual([
      "s3",
    ]);
    expect(
      allowed(own("user/eng/ana"), { PolicyExclusionList: [{ PolicyType: "permission-boundary" }] }),
    ).toEqual(["s3", "sqs", "sns"]);
  });

  it.each([
    [{ PolicyType: "inline" }, ["sns"]],
    [{ PolicyType: "user-managed" }, ["s3", "sqs"]],
    [{ PolicyType: "aws-managed" }, ["s3", "sqs", "sns"]],
    [{ PolicyType: "scp" }, ["s3", "sqs", "sns"]],
    [{ PolicyArn: own("policy/mine") }, ["s3", "sqs"]],
    [{ PolicyArn: own("policy/m?n*") }, ["s3", "sqs"]],
    [{ PolicyArn: own("policy/other") }, ["s3", "sqs", "sns"]],
    [
      { InlinePolicyIdentifier: { PolicyName: "g", AttachmentType: "group", AttachmentName: "t*" } },
      ["s3", "sns"],
    ],
    [
      { InlinePolicyIdentifier: { PolicyName: "g", AttachmentType: "user", AttachmentName: "*" } },
      ["s3", "sqs", "sns"],
    ],
  ])("leaves out %j", (identifier, left) => {
    expect(allowed(own("user/eng/ana"), { PolicyExclusionList: [identifier] })).toEqual(left);
  });

  it.each([
    [{}],
    [{ PolicyType: "inline", PolicyArn: own("policy/mine") }],
    [{ PolicyType: "outline" }],
    [{ PolicyArn: "mine" }],
    [{ PolicyArn: "arn:aws:iam::*:policy/mine" }],
    [{ PolicyArn: own("policy/*m*") }],
  ])("refuses to leave out %j", (identifier) => {
    const input = { PolicySourceArn: own("group/team"), ActionNames, PolicyExclusionList: [identifier] };
    expect(iam.faultOf("SimulatePrincipalPolicy", input)).toBe(
      "InvalidInput: Invalid policy identifier in PolicyExclusionList.",
    );
  });

  it("knows who the caller is: the entity, or whom the request names instead", () => {
    const condition = { StringEquals: { "aws:username": "ana", "aws:PrincipalTag/team": "red" } };
    const PolicyInputList = [allow("kms:*", { Condition: condition })];
    expect(allowed(own("user/eng/ana"), { PolicyInputList })).toContain("kms");
    iam.run("CreateUser", { UserName: "bob" });
    expect(allowed(own("user/eng/ana"), { PolicyInputList, CallerArn: own("user/bob") })).not.toContain(
      "kms",
    );
    expect(allowed(own("group/team"), { PolicyInputList })).not.toContain("kms");
    const given = [{ ContextKeyName: "aws:username", ContextKeyValues: ["bob"], ContextKeyType: "string" }];
    expect(allowed(own("user/eng/ana"), { PolicyInputList, ContextEntries: given })).not.toContain("kms");
    const ofRole = [allow("kms:*", { Condition: { ArnEquals: { "aws:PrincipalArn": own("role/app") } } })];
    expect(allowed(own("role/app"), { PolicyInputList: ofRole })).toContain("kms");
  });

  it("is of an entity that exists, under its whole ARN", () => {
    const refusal = (PolicySourceArn: string) =>
      iam.faultOf("SimulatePrincipalPolicy", { PolicySourceArn, ActionNames });
    expect(refusal(own("user/ana"))).toBe("NoSuchEntity: The user with name ana cannot be found.");
    expect(refusal(own("group/none"))).toBe("NoSuchEntity: The group with name none cannot be found.");
    expect(refusal(own("role/none"))).toBe("NoSuchEntity: The role with name none cannot be found.");
    const policyArn = own("policy/mine");
    expect(refusal(policyArn)).toBe(
      `InvalidInput: Invalid Entity Arn: ${policyArn} does not clearly define entity type and name.`,
    );
  });

  it("needs the entity, which belongs to the account in its ARN", () => {
    const [need] = iam.needsOf("SimulatePrincipalPolicy", {
      PolicySourceArn: own("user/eng/ana"),
      ActionNames,
    });
    expect(need).toMatchObject({
      action: "iam:SimulatePrincipalPolicy",
      target: {
        arn: own("user/eng/ana"),
        accountId: testAccount,
        keys: { "aws:ResourceTag/Team": "red", "iam:ResourceTag/Team": "red" },
      },
    });
    const foreign = `arn:aws:iam::${otherAccount}:user/x`;
    const [across] = iam.needsOf("SimulatePrincipalPolicy", { PolicySourceArn: foreign, ActionNames });
    expect(across?.target).toEqual({ arn: foreign, accountId: otherAccount, keys: {} });
    expect(iam.needsOf("SimulateCustomPolicy", { PolicyInputList: [], ActionNames })).toMatchObject([
      { action: "iam:SimulateCustomPolicy", target: { arn: "*" } },
    ]);
  });

  it("tells the context keys that the policies depend on", () => {
    const keyed = allow("s3:*", {
      Resource: `${bucket}/\${aws:username}`,
      Condition: { StringEquals: { "s3:prefix": "a", "AWS:Username": "x" } },
    });
    const names = (operation: string, input: object) =>
      iam.run<GetContextKeysForPolicyResponse>(operation, input).ContextKeyNames;
    expect(names("GetContextKeysForCustomPolicy", { PolicyInputList: [keyed, allow("*")] })).toEqual([
      "aws:username",
      "s3:prefix",
    ]);
    iam.run("PutGroupPolicy", { GroupName: "team", PolicyName: "g", PolicyDocument: keyed });
    const input = { PolicySourceArn: own("user/eng/ana") };
    expect(names("GetContextKeysForPrincipalPolicy", input)).toEqual(["aws:username", "s3:prefix"]);
    const more = allow("*", { Condition: { Bool: { "aws:SecureTransport": "true" } } });
    expect(names("GetContextKeysForPrincipalPolicy", { ...input, PolicyInputList: [more] })).toHaveLength(3);
    expect(iam.faultOf("GetContextKeysForCustomPolicy", { PolicyInputList: ["{"] })).toBe(
      "InvalidInput: Syntax errors in policy.",
    );
    expect(iam.needsOf("GetContextKeysForPrincipalPolicy", input)[0]?.target.arn).toBe(own("user/eng/ana"));
  });
});
