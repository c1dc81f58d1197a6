import type {
  CreateLaunchTemplateResult,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsResult,
  Instance,
  LaunchTemplateVersion,
  RequestLaunchTemplateData,
  Reservation,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { testImage } from "../testing-world.ts";
import { rootOf } from "../testing.ts";
import { templateVersions } from "./launch-template.ts";

const other = { principal: rootOf("444455556666") };
const ec2 = "arn:aws:ec2:us-east-1:111122223333";
const plain: RequestLaunchTemplateData = { ImageId: testImage, InstanceType: "t3.micro" };

describe("launch templates", () => {
  let net: TestNetwork;

  beforeEach(async () => {
    net = await openTestNetwork();
  });

  const create = (LaunchTemplateData: object = plain, more: object = {}): CreateLaunchTemplateResult =>
    net.ask("CreateLaunchTemplate", { LaunchTemplateName: "web", LaunchTemplateData, ...more });
  const idOf = (data: object = plain, more: object = {}): string =>
    create(data, more).LaunchTemplate?.LaunchTemplateId ?? "";
  const addVersion = (id: string, LaunchTemplateData: object, more: object = {}): LaunchTemplateVersion =>
    net.ask<{ LaunchTemplateVersion: LaunchTemplateVersion }>("CreateLaunchTemplateVersion", {
      LaunchTemplateId: id,
      LaunchTemplateData,
      ...more,
    }).LaunchTemplateVersion;
  const versions = (input: object): LaunchTemplateVersion[] => [
    ...(net.ask<DescribeLaunchTemplateVersionsResult>("DescribeLaunchTemplateVersions", input)
      .LaunchTemplateVersions ?? []),
  ];
  const numbers = (input: object): unknown[] => versions(input).map(({ VersionNumber }) => VersionNumber);
  const launch = (LaunchTemplate: object, more: object = {}): Instance =>
    net.ask<Reservation>("RunInstances", { MinCount: 1, MaxCount: 1, LaunchTemplate, ...more })
      .Instances![0]!;

  it("have a first version, which is the default and the latest", () => {
    const { LaunchTemplate, Warning } = create(plain, {
      VersionDescription: "first",
      TagSpecifications: [{ ResourceType: "launch-template", Tags: [{ Key: "team", Value: "a" }] }],
    });
    expect(LaunchTemplate).toMatchObject({
      LaunchTemplateName: "web",
      CreatedBy: "arn:aws:iam::111122223333:root",
      DefaultVersionNumber: 1,
      LatestVersionNumber: 1,
      Tags: [{ Key: "team", Value: "a" }],
    });
    expect(Warning).toBeUndefined();
    expect(versions({ LaunchTemplateName: "web" })).toMatchObject([
      { VersionNumber: 1, VersionDescription: "first", DefaultVersion: true, LaunchTemplateData: plain },
    ]);
  });

  it("are made once for each client token", () => {
    expect(idOf(plain, { ClientToken: "t" })).toBe(idOf(plain, { ClientToken: "t" }));
    const id = idOf(plain, { LaunchTemplateName: "other" });
    addVersion(id, plain, { ClientToken: "v" });
    expect(addVersion(id, plain, { ClientToken: "v" }).VersionNumber).toBe(2);
  });

  it("get versions, each from an earlier one where it says so; numbers are never given twice", () => {
    const id = idOf({ ...plain, KeyName: "k", EbsOptimized: true });
    expect(addVersion(id, { InstanceType: "t3.small" }).LaunchTemplateData).toEqual({
      InstanceType: "t3.small",
    });
    expect(addVersion(id, { InstanceType: "t3.small" }, { SourceVersion: "1" }).LaunchTemplateData).toEqual({
      ...plain,
      InstanceType: "t3.small",
      KeyName: "k",
      EbsOptimized: true,
    });
    expect(addVersion(id, {}, { SourceVersion: "$Latest" }).LaunchTemplateData?.KeyName).toBe("k");
    net.ask("DeleteLaunchTemplateVersions", { LaunchTemplateId: id, Versions: ["4"] });
    expect(addVersion(id, {}).VersionNumber).toBe(5);
  });

  it("are described by version, alias, range and filter, the latest first", () => {
    const id = idOf();
    addVersion(id, { InstanceType: "t3.small" });
    addVersion(id, { InstanceType: "t3.large" });
    net.ask("ModifyLaunchTemplate", { LaunchTemplateId: id, DefaultVersion: "2" });
    const of = { LaunchTemplateId: id };
    expect(numbers(of)).toEqual([3, 2, 1]);
    expect(numbers({ ...of, Versions: ["1", "3"] })).toEqual([3, 1]);
    expect(numbers({ ...of, Versions: ["$Default", "$Latest"] })).toEqual([3, 2]);
    expect(numbers({ ...of, MinVersion: "2" })).toEqual([3, 2]);
    expect(numbers({ ...of, MaxVersion: "$Default" })).toEqual([2, 1]);
    const filter = (Name: string, Value: string): unknown[] =>
      numbers({ ...of, Filters: [{ Name, Values: [Value] }] });
    expect(filter("instance-type", "t3.small")).toEqual([2]);
    expect(filter("is-default-version", "true")).toEqual([2]);
    idOf(plain, { LaunchTemplateName: "another" });
    expect(new Set(numbers({ Versions: ["$Latest"] }))).toEqual(new Set([1, 3]));
    const page = net.ask<DescribeLaunchTemplateVersionsResult>("DescribeLaunchTemplateVersions", {
      ...of,
      MaxResults: 2,
    });
    expect(page.LaunchTemplateVersions).toHaveLength(2);
    expect(numbers({ ...of, MaxResults: 2, NextToken: page.NextToken })).toEqual([1]);
  });

  it("lose versions but the default one, and say of each how it went", () => {
    const id = idOf();
    addVersion(id, plain);
    expect(
      net.ask("DeleteLaunchTemplateVersions", { LaunchTemplateId: id, Versions: ["1", "2", "9"] }),
    ).toMatchObject({
      SuccessfullyDeletedLaunchTemplateVersions: [{ LaunchTemplateName: "web", VersionNumber: 2 }],
      UnsuccessfullyDeletedLaunchTemplateVersions: [
        { VersionNumber: 1, ResponseError: { Code: "unexpectedError" } },
        { VersionNumber: 9, ResponseError: { Code: "launchTemplateVersionDoesNotExist" } },
      ],
    });
    expect(numbers({ LaunchTemplateId: id })).toEqual([1]);
  });

  it("are described by name, id, filter and tag, and go with all their versions", () => {
    const id = idOf();
    const list = (input: object): unknown[] =>
      net
        .ask<DescribeLaunchTemplatesResult>("DescribeLaunchTemplates", input)
        .LaunchTemplates!.map(({ LaunchTemplateId }) => LaunchTemplateId);
    const filter = (Name: string, Value: string): unknown[] => list({ Filters: [{ Name, Values: [Value] }] });
    expect(list({ LaunchTemplateNames: ["web"] })).toEqual([id]);
    expect(filter("launch-template-name", "w*")).toEqual([id]);
    net.ask("CreateTags", { Resources: [id], Tags: [{ Key: "team", Value: "a" }] });
    expect(filter("tag:team", "a")).toEqual([id]);
    net.ask("DeleteLaunchTemplate", { LaunchTemplateName: "web" });
    expect(list({})).toEqual([]);
    expect(net.store.read((tx) => tx.count(templateVersions))).toBe(0);
  });

  it("are nobody else's", () => {
    const id = idOf();
    const refused = (operation: string, input: object): string => net.refusal(operation, input, other);
    expect(refused("DeleteLaunchTemplate", { LaunchTemplateId: id })).toMatch(/NotFound/);
    expect(refused("DescribeLaunchTemplateVersions", { LaunchTemplateName: "web" })).toMatch(/NotFound/);
    const run = { MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: id } };
    expect(refused("RunInstances", run)).toMatch(/NotFound/);
  });

  it("keep user data sealed, and show and use it as it was given", () => {
    const UserData = Buffer.from("#!/bin/sh\necho secret\n").toString("base64");
    const id = idOf({ ...plain, UserData });
    const [row] = net.store.read((tx) => [...tx.scan(templateVersions)]);
    expect(JSON.stringify(row?.data)).not.toContain(UserData);
    expect(versions({ LaunchTemplateId: id })[0]?.LaunchTemplateData?.UserData).toBe(UserData);
    const instance = launch({ LaunchTemplateId: id }).InstanceId;
    const asked = { InstanceId: instance, Attribute: "userData" };
    expect(net.ask("DescribeInstanceAttribute", asked)).toMatchObject({ UserData: { Value: UserData } });
    expect(net.ask("GetLaunchTemplateData", { InstanceId: instance })).toMatchObject({
      LaunchTemplateData: { ...plain, UserData },
    });
  });

  it("warn of what nothing can be launched with, which is then refused", () => {
    const { Warning, LaunchTemplate } = create({
      ...plain,
      CpuOptions: { CoreCount: 1 },
      Placement: { HostId: "h-1" },
    });
    expect(Warning?.Errors).toEqual([
      {
        Code: "UnsupportedOperation",
        Message:
          "The launch template parameter CpuOptions is not supported by Casemate: no instance can be launched with it.",
      },
      {
        Code: "UnsupportedOperation",
        Message: "The placement attribute HostId is not supported by Casemate.",
      },
    ]);
    const { LaunchTemplateId } = LaunchTemplate!;
    const run = { MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId } };
    expect(net.refusal("RunInstances", run)).toMatch(/CpuOptions/);
    expect(addVersion(LaunchTemplateId!, plain).VersionNumber).toBe(2);
    expect(launch({ LaunchTemplateId, Version: "2" }).InstanceType).toBe("t3.micro");
  });

  it("launch by default version, alias and number; what the request says goes before", () => {
    const tags = (...pairs: string[][]) => [
      { ResourceType: "instance", Tags: pairs.map(([Key, Value]) => ({ Key, Value })) },
    ];
    const id = idOf({
      ...plain,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.privateSubnetId, Description: "of the template" }],
      TagSpecifications: tags(["team", "a"], ["tier", "web"]),
      InstanceInitiatedShutdownBehavior: "terminate",
    });
    addVersion(id, { InstanceType: "t3.small" }, { SourceVersion: "1" });
    const first = launch({ LaunchTemplateName: "web" });
    expect(first).toMatchObject({ InstanceType: "t3.micro", SubnetId: net.privateSubnetId });
    expect(first.NetworkInterfaces![0]!.Description).toBe("of the template");
    expect(launch({ LaunchTemplateId: id, Version: "$Latest" }).InstanceType).toBe("t3.small");
    expect(launch({ LaunchTemplateId: id, Version: "1" }).InstanceType).toBe("t3.micro");
    const own = launch(
      { LaunchTemplateId: id },
      { InstanceType: "t3.large", TagSpecifications: tags(["team", "b"]) },
    );
    expect(own.InstanceType).toBe("t3.large");
    expect(own.Tags).toEqual([
      { Key: "team", Value: "b" },
      { Key: "tier", Value: "web" },
    ]);
    const beside = {
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateId: id },
      SubnetId: net.publicSubnetId,
    };
    expect(net.refusal("RunInstances", beside)).toMatch(/^InvalidParameterCombination/);
  });

  it("need the template, and what of it is launched, the role it passes included", () => {
    const { roleArn } = net.makeProfile("web");
    const id = idOf({ ...plain, IamInstanceProfile: { Name: "web" } });
    const input = { MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: id } };
    const needs = net.needs("RunInstances", input);
    expect(needs[0]).toEqual(["ec2:RunInstances", `${ec2}:launch-template/${id}`]);
    expect(needs).toContainEqual(["ec2:RunInstances", `arn:aws:ec2:us-east-1::image/${testImage}`]);
    expect(needs).toContainEqual(["iam:PassRole", roleArn]);
    for (const operation of ["CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate"]) {
      const named = { LaunchTemplateName: "web", LaunchTemplateData: {} };
      expect(net.needs(operation, named)).toEqual([[`ec2:${operation}`, `${ec2}:launch-template/${id}`]]);
    }
  });
});
