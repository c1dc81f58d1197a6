import type {
  ListPoliciesForTargetResponse,
  ListTargetsForPolicyResponse,
} from "@casemate/wire/organizations";
import { beforeEach, describe, expect, it } from "vitest";
import { allowAll, openTestOrganizations, testAccount, type TestOrganizations } from "../testing.ts";

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
});

const rcp = "RESOURCE_CONTROL_POLICY";
const scp = "SERVICE_CONTROL_POLICY";
const enable = (PolicyType: string) => on.run("EnablePolicyType", { RootId: on.rootId(), PolicyType });
const disable = (PolicyType: string) => on.run("DisablePolicyType", { RootId: on.rootId(), PolicyType });
const policiesOf = (TargetId: string, Filter: string) =>
  on
    .run<ListPoliciesForTargetResponse>("ListPoliciesForTarget", { TargetId, Filter })
    .Policies?.map(({ Id }) => Id);
const statement = (more: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*", ...more }],
  });

describe("policies", () => {
  it("are made, changed in part and shown whole", () => {
    const PolicyId = on.policy("one");
    expect(on.run("UpdatePolicy", { PolicyId, Name: "two" })).toMatchObject({
      Policy: { PolicySummary: { Name: "two", Description: "" }, Content: allowAll },
    });
    on.run("UpdatePolicy", { PolicyId, Description: "why", Content: statement({}) });
    expect(on.run("DescribePolicy", { PolicyId })).toEqual({
      Policy: {
        PolicySummary: {
          Id: PolicyId,
          Arn: expect.stringMatching(
            new RegExp(
              `^arn:aws:organizations::${testAccount}:policy/o-.{10}/service_control_policy/${PolicyId}$`,
            ),
          ),
          Name: "two",
          Description: "why",
          Type: scp,
          AwsManaged: false,
        },
        Content: statement({}),
      },
    });
    on.run("DeletePolicy", { PolicyId });
    expect(on.faultOf("DescribePolicy", { PolicyId })).toMatch(/^PolicyNotFound/);
  });

  it("of AWS have ARNs of AWS", () => {
    expect(on.run("DescribePolicy", { PolicyId: "p-FullAWSAccess" })).toMatchObject({
      Policy: {
        PolicySummary: {
          Arn: "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
          AwsManaged: true,
        },
      },
    });
  });

  it.each([
    ["a condition on an Allow", { Effect: "Allow", Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["a resource on an Allow", { Effect: "Allow", Resource: "arn:aws:s3:::one" }],
    ["NotAction on an Allow", { Effect: "Allow", Action: undefined, NotAction: "iam:*" }],
    ["NotResource", { Resource: undefined, NotResource: "arn:aws:s3:::one" }],
    ["wildcards anywhere", { Action: ["s3:*Object", "ec2:Describe*s", "s3:Get?cl"] }],
  ])("of services may have %s", (_what, more) => {
    expect(on.policy("new", scp, statement(more))).toMatch(/^p-/);
  });

  it.each([
    ["a principal", scp, { Principal: "*" }, "should not specify a principal"],
    ["no resource", scp, { Resource: undefined }, "must contain resources"],
    ["no version", scp, undefined, "version 2012-10-17"],
    ["an Allow", rcp, { Effect: "Allow", Principal: "*" }, "The Effect element must be Deny"],
    ["no principal", rcp, {}, "Missing required field Principal"],
    ["somebody as principal", rcp, { Principal: { AWS: testAccount } }, "The Principal element must be"],
    ["NotPrincipal", rcp, { NotPrincipal: "*" }, "The Principal element must be"],
    ["NotAction", rcp, { Principal: "*", Action: undefined, NotAction: "s3:*" }, "NotAction"],
    ["every action", rcp, { Principal: "*", Action: "*" }, "The action * is of no service"],
    ["an action of a service without", rcp, { Principal: "*", Action: "ec2:RunInstances" }, "ec2:RunInst"],
  ])("with %s are refused as %s", (_what, Type, more, text) => {
    const Content = more === undefined ? '{"Statement":[]}' : statement(more);
    const refused = on.faultOf("CreatePolicy", { Name: "a", Description: "", Type, Content });
    expect(refused).toMatch(/^MalformedPolicyDocumentException/);
    expect(more === undefined ? "" : refused).toContain(more === undefined ? "" : text);
  });

  it("of resources may deny the actions of services that know them", () => {
    enable(rcp);
    const id = on.policy("new", rcp, statement({ Principal: "*", Action: ["s3:*", "sts:AssumeRole"] }));
    on.run("AttachPolicy", { PolicyId: id, TargetId: on.rootId() });
    expect(policiesOf(on.rootId(), rcp)).toEqual(["p-RCPFullAWSAccess", id]);
  });
});

describe("attachments", () => {
  it("begin with what allows everything, everywhere, and with each new unit and account", () => {
    const places = () => [on.rootId(), on.unit("unit"), on.account("member"), testAccount];
    expect(places().map((id) => policiesOf(id, scp))).toEqual(
      Array.from({ length: 4 }, () => ["p-FullAWSAccess"]),
    );
  });

  it("of a type come with enabling it and go with disabling it", () => {
    const unit = on.unit("unit");
    const account = on.account("member");
    const everywhere = [on.rootId(), unit, account, testAccount];
    enable(rcp);
    expect(everywhere.map((id) => policiesOf(id, rcp))).toEqual(everywhere.map(() => ["p-RCPFullAWSAccess"]));
    expect(everywhere.map((id) => policiesOf(id, scp))).toEqual(everywhere.map(() => ["p-FullAWSAccess"]));
    const own = on.policy("own");
    on.run("AttachPolicy", { PolicyId: own, TargetId: unit });
    disable(scp);
    expect(everywhere.map((id) => policiesOf(id, scp))).toEqual(everywhere.map(() => []));
    expect(everywhere.map((id) => policiesOf(id, rcp))).toEqual(everywhere.map(() => ["p-RCPFullAWSAccess"]));
    expect(on.faultOf("AttachPolicy", { PolicyId: own, TargetId: unit })).toMatch(/^PolicyTypeNotEnabled/);
    on.run("DeletePolicy", { PolicyId: own });
    enable(scp);
    expect(everywhere.map((id) => policiesOf(id, scp))).toEqual(everywhere.map(() => ["p-FullAWSAccess"]));
  });

  it("are listed by target and by policy, and never leave a target without one", () => {
    const PolicyId = on.policy("own");
    const unit = on.unit("unit");
    for (const TargetId of [on.rootId(), unit, testAccount]) on.run("AttachPolicy", { PolicyId, TargetId });
    const { Targets } = on.run<ListTargetsForPolicyResponse>("ListTargetsForPolicy", { PolicyId });
    expect(Targets?.map(({ TargetId, Type, Name }) => [TargetId, Type, Name].join(" ")).toSorted()).toEqual(
      [
        `${on.rootId()} ROOT Root`,
        `${unit} ORGANIZATIONAL_UNIT unit`,
        `${testAccount} ACCOUNT account ${testAccount}`,
      ].toSorted(),
    );
    on.run("DetachPolicy", { PolicyId: "p-FullAWSAccess", TargetId: unit });
    expect(policiesOf(unit, scp)).toEqual([PolicyId]);
    expect(on.faultOf("DetachPolicy", { PolicyId, TargetId: unit })).toContain("at least one attached");
  });
});
