import type { DescribeEffectivePolicyResponse } from "@casemate/wire/organizations";
import { beforeEach, describe, expect, it } from "vitest";
import { createGuardrails } from "../guardrails/guardrails.ts";
import { openTestOrganizations, testAccount, testNow, type TestOrganizations } from "../testing.ts";
import { effectiveDocument, type JsonObject } from "./inheritance.ts";

const type = "DECLARATIVE_POLICY_EC2";
const ec2 = (attributes: JsonObject) => JSON.stringify({ ec2_attributes: attributes });

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
  on.run("EnablePolicyType", { RootId: on.rootId(), PolicyType: type });
});

function attach(TargetId: string, name: string, content: string): string {
  const PolicyId = on.policy(name, type, content);
  on.run("AttachPolicy", { PolicyId, TargetId });
  return PolicyId;
}

function effective(TargetId: string | undefined, accountId?: string): unknown {
  const { EffectivePolicy } = on.run<DescribeEffectivePolicyResponse>(
    "DescribeEffectivePolicy",
    { PolicyType: type, TargetId },
    accountId,
  );
  return JSON.parse(EffectivePolicy?.PolicyContent ?? "null");
}

describe("declarative policies", () => {
  const imds = (http_tokens: string) => ({ http_tokens: { "@@assign": http_tokens } });

  it("come together from the root down, the nearer one over the farther", () => {
    const unit = on.unit("unit");
    const account = on.account("member");
    attach(
      on.rootId(),
      "root",
      ec2({ instance_metadata_defaults: imds("optional"), exception_message: { "@@assign": "No." } }),
    );
    expect(effective(account)).toEqual({
      ec2_attributes: { instance_metadata_defaults: { http_tokens: "optional" }, exception_message: "No." },
    });
    const id = attach(unit, "unit", ec2({ instance_metadata_defaults: imds("required") }));
    on.run("MoveAccount", { AccountId: account, SourceParentId: on.rootId(), DestinationParentId: unit });
    const inUnit = {
      ec2_attributes: { instance_metadata_defaults: { http_tokens: "required" }, exception_message: "No." },
    };
    expect([effective(account), effective(undefined, account)]).toEqual([inUnit, inUnit]);
    const setting = () =>
      on.store.read((tx) => createGuardrails().declaredSettingOf(tx, account, "instance_metadata_defaults"));
    expect(setting()).toEqual({ value: { http_tokens: "required" }, exceptionMessage: "No." });
    on.run("UpdatePolicy", {
      PolicyId: id,
      Content: ec2({ instance_metadata_defaults: imds("no_preference") }),
    });
    expect(setting()?.value).toEqual({ http_tokens: "no_preference" });
    on.run("DisablePolicyType", { RootId: on.rootId(), PolicyType: type });
    expect(setting()).toBeUndefined();
  });

  it("tell the newest change, to a member about itself only", () => {
    attach(on.rootId(), "root", ec2({ serial_console_access: { status: { "@@assign": "disabled" } } }));
    const account = on.account("member");
    const asked = { PolicyType: type, TargetId: account };
    expect(on.run("DescribeEffectivePolicy", asked)).toMatchObject({
      EffectivePolicy: { TargetId: account, PolicyType: type, LastUpdatedTimestamp: new Date(testNow) },
    });
    expect(effective(undefined)).toEqual(effective(testAccount));
    expect(on.faultOf("DescribeEffectivePolicy", { ...asked, TargetId: testAccount }, account)).toMatch(
      /^AccessD/,
    );
    expect(on.faultOf("DescribeEffectivePolicy", { ...asked, TargetId: on.rootId() })).toMatch(/^TargetNot/);
    expect(on.faultOf("DescribeEffectivePolicy", { ...asked, PolicyType: "TAG_POLICY" })).toMatch(
      /^Effective/,
    );
  });

  it.each([
    ["no JSON", "nothing"],
    ["another member", '{"tags":{}}'],
    ["nothing", ec2({})],
    ["an unknown setting", ec2({ unknown: { "@@assign": "x" } })],
    ["a setting that is not enforced", ec2({ allowed_images_settings: {} })],
    ["a setting that objects have by nature", ec2({ constructor: { "@@assign": "x" } })],
    ["an unknown value", ec2({ serial_console_access: { status: { "@@assign": "maybe" } } })],
    ["a number", ec2({ instance_metadata_defaults: { http_put_response_hop_limit: { "@@assign": 4 } } })],
    [
      "a hop limit beyond 64",
      ec2({ instance_metadata_defaults: { http_put_response_hop_limit: { "@@assign": "65" } } }),
    ],
    ["a value without operator", ec2({ serial_console_access: { status: "enabled" } })],
    ["an operator of lists on a text", ec2({ serial_console_access: { status: { "@@append": "enabled" } } })],
    ["an operator on a group", ec2({ serial_console_access: { "@@assign": "enabled" } })],
    ["an unknown control", ec2({ "@@operators_allowed_for_child_policies": ["@@some"] })],
  ])("with %s are refused", (_what, Content) => {
    expect(on.faultOf("CreatePolicy", { Name: "a", Description: "", Type: type, Content })).toMatch(
      /^MalformedPolicyDocument/,
    );
  });
});

describe("inheritance", () => {
  const list = (operator: string, ...values: string[]): JsonObject => ({ list: { [operator]: values } });
  const control = (...operators: string[]): JsonObject => ({
    list: { "@@operators_allowed_for_child_policies": operators },
  });

  it.each<[string, JsonObject[][], unknown]>([
    ["nothing is in effect without policies", [[], []], undefined],
    ["an assignment replaces what is inherited", [[list("@@assign", "a")], [list("@@assign", "b")]], ["b"]],
    ["the first of one level counts", [[list("@@assign", "a"), list("@@assign", "b")]], ["a"]],
    ["what is appended is added once", [[list("@@assign", "a")], [list("@@append", "a", "b")]], ["a", "b"]],
    ["an append stands without anything inherited", [[], [list("@@append", "a")]], ["a"]],
    ["what is removed goes", [[list("@@assign", "a", "b")], [list("@@remove", "a", "c")]], ["b"]],
    [
      "nothing may be changed below where nothing is allowed",
      [
        [list("@@assign", "a"), control("@@none")],
        [list("@@assign", "b"), list("@@append", "c")],
      ],
      ["a"],
    ],
    [
      "only what is allowed may be done below",
      [
        [list("@@assign", "a"), control("@@append")],
        [list("@@assign", "b"), list("@@append", "c")],
      ],
      ["a", "c"],
    ],
    [
      "a control binds levels below, not its own",
      [[control("@@none"), list("@@assign", "a")], [list("@@assign", "b")]],
      ["a"],
    ],
    [
      "no level below can allow more again",
      [[list("@@assign", "a"), control("@@none")], [control("@@all")], [list("@@assign", "b")]],
      ["a"],
    ],
    [
      "a control further up holds for all within",
      [
        [list("@@assign", "a"), { "@@operators_allowed_for_child_policies": ["@@none"] }],
        [list("@@assign", "b")],
      ],
      ["a"],
    ],
  ])("%s", (_rule, levels, value) => {
    expect(effectiveDocument(levels)?.["list"]).toEqual(value);
  });
});
