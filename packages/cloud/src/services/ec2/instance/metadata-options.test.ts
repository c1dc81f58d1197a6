import type { ModifyInstanceMetadataOptionsResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import {
  getInstanceMetadataDefaults,
  modifyInstanceMetadataDefaults,
  modifyInstanceMetadataOptions,
} from "./metadata-options.ts";

const ofImage = { httpTokens: "required", httpEndpoint: "enabled", hopLimit: 2, instanceTags: "disabled" };

describe("metadata options", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const launched = (MetadataOptions?: object) =>
    world.row(world.launchOne({ MetadataOptions })).metadataOptions;
  const setDefaults = (input: object) => world.run(modifyInstanceMetadataDefaults, input);
  const defaults = () => world.run(getInstanceMetadataDefaults, {});

  it("come from the image, over it the account's defaults, over those the request", () => {
    expect(launched()).toEqual(ofImage);
    setDefaults({ HttpTokens: "optional", HttpPutResponseHopLimit: 5, InstanceMetadataTags: "enabled" });
    expect(launched()).toEqual({ ...ofImage, httpTokens: "optional", hopLimit: 5, instanceTags: "enabled" });
    expect(launched({ HttpTokens: "required", HttpPutResponseHopLimit: 1 })).toEqual({
      ...ofImage,
      hopLimit: 1,
      instanceTags: "enabled",
    });
  });

  it("defaults are the region's own, and go when they are set to no preference", () => {
    expect(defaults()).toEqual({ AccountLevel: {} });
    setDefaults({ HttpTokens: "optional", HttpPutResponseHopLimit: 5, HttpEndpoint: "disabled" });
    setDefaults({ InstanceMetadataTags: "enabled" });
    expect(defaults()).toEqual({
      AccountLevel: {
        HttpTokens: "optional",
        HttpPutResponseHopLimit: 5,
        HttpEndpoint: "disabled",
        InstanceMetadataTags: "enabled",
        ManagedBy: "account",
      },
    });
    expect(world.run(getInstanceMetadataDefaults, {}, { region: "eu-west-1" })).toEqual({ AccountLevel: {} });
    setDefaults({
      HttpTokens: "no-preference",
      HttpPutResponseHopLimit: -1,
      HttpEndpoint: "no-preference",
      InstanceMetadataTags: "no-preference",
    });
    expect(defaults()).toEqual({ AccountLevel: {} });
    expect(launched()).toEqual(ofImage);
  });

  it("defaults that the organization declares stand over the account's and cannot be changed by it", () => {
    setDefaults({ HttpTokens: "optional", HttpPutResponseHopLimit: 5 });
    const value = {
      http_tokens: "required",
      http_put_response_hop_limit: "3",
      instance_metadata_tags: "enabled",
      http_endpoint: "no_preference",
    };
    world.declare("instance_metadata_defaults", { value, exceptionMessage: "Ask us." });
    expect(launched()).toEqual({ ...ofImage, hopLimit: 3, instanceTags: "enabled" });
    expect(launched({ HttpTokens: "optional" })).toMatchObject({ httpTokens: "optional", hopLimit: 3 });
    expect(defaults()).toEqual({
      AccountLevel: {
        HttpTokens: "required",
        HttpPutResponseHopLimit: 3,
        InstanceMetadataTags: "enabled",
        ManagedBy: "declarative-policy",
        ManagedExceptionMessage: "Ask us.",
      },
    });
    expect(world.faultOf(modifyInstanceMetadataDefaults, { HttpTokens: "optional" })).toEqual({
      code: "DeclarativePolicyViolation",
      message: "This functionality has been disabled by a Declarative Policy. Custom Message: Ask us.",
    });
    const enforced = { ...value, http_tokens_enforced: "enabled" };
    world.declare("instance_metadata_defaults", { value: enforced, exceptionMessage: undefined });
    const optional = { InstanceId: world.launchOne(), HttpTokens: "optional" };
    expect(world.faultOf(modifyInstanceMetadataOptions, optional).message).toContain("IMDSv2 is enforced");
    expect(world.faultOf(modifyInstanceMetadataDefaults, {}).message).toContain("an organizational policy");
  });

  it.each([0, 65, -2, 1.5])("refuse a default hop limit of %d", (HttpPutResponseHopLimit) => {
    expect(world.faultOf(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit }).code).toBe(
      "InvalidParameterValue",
    );
  });

  it("modify an instance at once and leave what is not named", () => {
    const id = world.launchOne();
    world.become(id, { state: "running" });
    const { InstanceMetadataOptions: shown } = world.run<ModifyInstanceMetadataOptionsResult>(
      modifyInstanceMetadataOptions,
      { InstanceId: id, HttpTokens: "optional", HttpPutResponseHopLimit: 64 },
    );
    expect(shown).toMatchObject({ State: "pending", HttpTokens: "optional", HttpPutResponseHopLimit: 64 });
    expect(world.row(id).metadataOptions).toEqual({ ...ofImage, httpTokens: "optional", hopLimit: 64 });
    world.run(modifyInstanceMetadataOptions, { InstanceId: id, HttpEndpoint: "disabled" });
    expect(world.row(id).metadataOptions.httpEndpoint).toBe("disabled");
  });

  it.each<[object, string]>([
    [{}, "InvalidParameterCombination"],
    [{ HttpPutResponseHopLimit: 0 }, "InvalidParameterValue"],
    [{ HttpPutResponseHopLimit: 65 }, "InvalidParameterValue"],
    [{ HttpEndpoint: "disabled", HttpTokens: "required" }, "InvalidParameterCombination"],
    [{ HttpEndpoint: "disabled", HttpPutResponseHopLimit: 1 }, "InvalidParameterCombination"],
    [{ HttpProtocolIpv6: "enabled" }, "UnsupportedOperation"],
    [{ InstanceMetadataTags: "enabled" }, "InvalidParameterValue"],
  ])("refuse %j with %s and change nothing", (input, code) => {
    const id = world.launchOne({
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a/b", Value: "1" }] }],
    });
    expect(world.faultOf(modifyInstanceMetadataOptions, { InstanceId: id, ...input }).code).toBe(code);
    expect(world.row(id).metadataOptions).toEqual(ofImage);
  });

  it("refuse optional tokens wherever the account enforces IMDSv2", () => {
    const id = world.launchOne();
    setDefaults({ HttpTokensEnforced: "enabled" });
    const optional = { HttpTokens: "optional" };
    expect(world.faultOf(modifyInstanceMetadataOptions, { InstanceId: id, ...optional }).code).toBe(
      "UnsupportedOperation",
    );
    expect(() => launched(optional)).toThrow("IMDSv2 is enforced");
    setDefaults({ HttpTokensEnforced: "no-preference" });
    expect(launched(optional).httpTokens).toBe("optional");
  });

  it("refuse an instance that is gone", () => {
    const id = world.launchOne();
    world.become(id, { state: "terminated" });
    const input = { InstanceId: id, HttpTokens: "optional" };
    expect(world.faultOf(modifyInstanceMetadataOptions, input).code).toBe("IncorrectInstanceState");
  });

  it("state which attributes are set, and what the instance has now", () => {
    const id = world.launchOne();
    const [one] = world.needsOf(modifyInstanceMetadataOptions, { InstanceId: id, HttpTokens: "optional" });
    expect(one?.keys).toEqual({
      "ec2:Region": "us-east-1",
      "ec2:Attribute": "HttpTokens",
      "ec2:Attribute/HttpTokens": "optional",
    });
    expect(one?.target.keys).toMatchObject({ "ec2:MetadataHttpTokens": "required", "ec2:InstanceID": id });
    const [two] = world.needsOf(modifyInstanceMetadataOptions, {
      InstanceId: id,
      HttpPutResponseHopLimit: 1,
      HttpEndpoint: "enabled",
    });
    expect(two?.keys["ec2:Attribute"]).toEqual(["HttpPutResponseHopLimit", "HttpEndpoint"]);
    expect(two?.keys["ec2:Attribute/HttpPutResponseHopLimit"]).toBe(1);
    expect(two?.keys).not.toHaveProperty("ec2:Attribute/HttpTokens");
    const [account] = world.needsOf(modifyInstanceMetadataDefaults, { HttpTokens: "no-preference" });
    expect(account).toMatchObject({
      action: "ec2:ModifyInstanceMetadataDefaults",
      target: { arn: "*" },
      keys: { "ec2:Attribute/HttpTokens": "no-preference" },
    });
  });
});
