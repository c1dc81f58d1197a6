import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Credentials } from "@casemate/wire";
import { openSignedCloud, type SignedCloud } from "../../../request-path/testing/signed-calls.ts";

const account = "111122223333";
const iamArn = (resource: string): string => `arn:aws:iam::${account}:${resource}`;

interface Attempt {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly resource: string;
  /** The keys that the operation adds to the context, as its caller would have to tell a simulation. */
  readonly keys?: Readonly<Record<string, string>>;
}

const red = { "aws:ResourceTag/team": "red", "iam:ResourceTag/team": "red" };
const blue = { "aws:ResourceTag/team": "blue", "iam:ResourceTag/team": "blue" };

/** Calls that change nothing, so that every one finds what the first one found. */
const attempts: readonly Attempt[] = [
  { operation: "GetUser", parameters: { UserName: "sim" }, resource: iamArn("user/eng/sim"), keys: red },
  { operation: "GetUser", parameters: { UserName: "blue" }, resource: iamArn("user/blue"), keys: blue },
  { operation: "GetUser", parameters: { UserName: "none" }, resource: iamArn("user/none") },
  {
    operation: "ListUserTags",
    parameters: { UserName: "blue" },
    resource: iamArn("user/blue"),
    keys: blue,
  },
  { operation: "GetGroup", parameters: { GroupName: "team" }, resource: iamArn("group/eng/team") },
  { operation: "GetRole", parameters: { RoleName: "app" }, resource: iamArn("role/app"), keys: red },
  { operation: "ListGroups", parameters: {}, resource: iamArn("group/") },
  { operation: "ListPolicies", parameters: {}, resource: "*" },
  { operation: "GetAccountSummary", parameters: {}, resource: "*" },
  {
    operation: "AttachUserPolicy",
    parameters: { UserName: "blue", PolicyArn: "arn:aws:iam::aws:policy/None" },
    resource: iamArn("user/blue"),
    keys: { ...blue, "iam:PolicyARN": "arn:aws:iam::aws:policy/None" },
  },
];

const action = fc.constantFrom(
  "*",
  "iam:*",
  "iam:Get*",
  "IAM:getuser",
  "iam:List*",
  "iam:?etGroup",
  "iam:AttachUserPolicy",
);
const resource = fc.constantFrom(
  "*",
  iamArn("user/*"),
  iamArn("user/${aws:username}"),
  iamArn("user/eng/${aws:username}"),
  iamArn("user/${aws:PrincipalTag/team, 'blue'}"),
  iamArn("group/eng/*"),
  iamArn("role/ap?"),
  iamArn("*"),
  "arn:aws:iam::444455556666:*",
);
const condition = fc.constantFrom<object>(
  {},
  { StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" } },
  { StringNotEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" } },
  { StringEquals: { "aws:username": "sim" } },
  { StringLikeIfExists: { "iam:ResourceTag/team": "b*" } },
  { Null: { "aws:ResourceTag/team": "true" } },
  { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
  { NotIpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
  { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
  { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
  { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/*" } },
  { ArnLike: { "aws:PrincipalArn": iamArn("user/*/sim") } },
  { StringEquals: { "aws:PrincipalType": "User", "aws:ResourceAccount": account } },
);
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Allow", "Allow", "Deny"),
    actions: fc.array(action, { minLength: 1, maxLength: 2 }),
    notActions: fc.boolean(),
    resources: fc.array(resource, { minLength: 1, maxLength: 2 }),
    notResources: fc.boolean(),
    Condition: condition,
  })
  .map(({ Effect, actions, notActions, resources, notResources, Condition }) => ({
    Effect,
    [notActions && !actions.includes("*") ? "NotAction" : "Action"]: actions,
    [notResources && !resources.includes("*") ? "NotResource" : "Resource"]: resources,
    ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
  }));
const document = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map((Statement) => JSON.stringify({ Version: "2012-10-17", Statement }));
interface World {
  readonly own: string;
  readonly shared: string;
  readonly boundary: string | null;
}
const world: fc.Arbitrary<World> = fc.record({
  own: document,
  shared: document,
  boundary: fc.option(document),
});

describe("a simulation of a principal's policies", () => {
  let cloud: SignedCloud;
  let sim: Credentials;

  beforeAll(async () => {
    cloud = await openSignedCloud();
    const { admin, must } = cloud;
    const tagged = (team: string) => ({ "Tags.member.1.Key": "team", "Tags.member.1.Value": team });
    sim = await cloud.user("sim");
    await must(admin, "UpdateUser", { UserName: "sim", NewPath: "/eng/" });
    await must(admin, "TagUser", { UserName: "sim", ...tagged("red") });
    await must(admin, "CreateUser", { UserName: "blue", ...tagged("blue") });
    await must(admin, "CreateGroup", { GroupName: "team", Path: "/eng/" });
    await must(admin, "AddUserToGroup", { GroupName: "team", UserName: "sim" });
    await must(admin, "CreateRole", {
      RoleName: "app",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
      }),
      ...tagged("red"),
    });
    await must(admin, "CreatePolicy", { PolicyName: "edge", PolicyDocument: allowNothing });
  });

  const allowNothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';

  async function arrange({ own, shared, boundary }: World): Promise<void> {
    const { admin, must, call } = cloud;
    const edge = iamArn("policy/edge");
    await must(admin, "PutUserPolicy", { UserName: "sim", PolicyName: "own", PolicyDocument: own });
    await must(admin, "PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument: shared });
    if (boundary === null) {
      await must(admin, "DeleteUserPermissionsBoundary", { UserName: "sim" });
      return;
    }
    await must(admin, "PutUserPermissionsBoundary", { UserName: "sim", PermissionsBoundary: edge });
    const version = /<VersionId>(v\d+)/.exec(
      (
        await must(admin, "CreatePolicyVersion", {
          PolicyArn: edge,
          PolicyDocument: boundary,
          SetAsDefault: "true",
        })
      ).text,
    )?.[1];
    const before = `v${Number(version?.slice(1)) - 1}`;
    await call(admin, "DeletePolicyVersion", { PolicyArn: edge, VersionId: before });
  }

  async function simulated({ operation, resource: name, keys = {} }: Attempt): Promise<string> {
    const context = Object.entries({ "aws:SourceIp": "127.0.0.1", ...keys }).flatMap(
      ([key, value], index) => {
        const entry = `ContextEntries.member.${index + 1}`;
        return [
          [`${entry}.ContextKeyName`, key],
          [`${entry}.ContextKeyType`, "string"],
          [`${entry}.ContextKeyValues.member.1`, value],
        ];
      },
    );
    const answer = await cloud.must(cloud.admin, "SimulatePrincipalPolicy", {
      PolicySourceArn: iamArn("user/eng/sim"),
      "ActionNames.member.1": `iam:${operation}`,
      "ResourceArns.member.1": name,
      ...(Object.fromEntries(context) as Record<string, string>),
    });
    return /<EvalDecision>(\w+)</.exec(answer.text)?.[1] ?? "";
  }

  /** What the way of a request then does, in the words of a simulation. */
  async function done({ operation, parameters }: Attempt): Promise<string> {
    const answer = await cloud.call(sim, operation, parameters);
    if (answer.code !== "AccessDenied") return "allowed";
    return answer.message?.includes("explicit deny") === true ? "explicitDeny" : "implicitDeny";
  }

  it("says what the call then meets", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(world, async (made) => {
        await arrange(made);
        for (const attempt of attempts) {
          const [said, met] = [await simulated(attempt), await done(attempt)];
          seen.add(met);
          expect([attempt.operation, attempt.resource, said]).toEqual([
            attempt.operation,
            attempt.resource,
            met,
          ]);
        }
      }),
      { numRuns: Number(process.env["CASEMATE_SIMULATIONS"] ?? 120) },
    );
    // The worlds are varied enough to meet every answer.
    expect([...seen].toSorted()).toEqual(["allowed", "explicitDeny", "implicitDeny"]);
    expect(cloud.defects).toEqual([]);
  });
});
