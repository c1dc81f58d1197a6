import { beforeEach, describe, expect, it } from "vitest";
import { runInstances } from "../instance/launch/run-instances.ts";
import { createKeyPair } from "../key-pair/operations.ts";
import { openTestWorld, testImage, type TestWorld } from "../testing-world.ts";
import { createLaunchTemplate } from "./template-operations.ts";

describe("the keys of a launch that tell of its template", () => {
  let world: TestWorld;
  let id: string;

  beforeEach(async () => {
    world = await openTestWorld();
    world.run(createKeyPair, { KeyName: "k", KeyType: "ed25519" });
    id = world.run<{ LaunchTemplate: { LaunchTemplateId: string } }>(createLaunchTemplate, {
      LaunchTemplateName: "web",
      LaunchTemplateData: { ImageId: testImage, InstanceType: "t3.micro", KeyName: "k" },
    }).LaunchTemplate.LaunchTemplateId;
  });

  /** Whether each kind of resource counts as the template's own. */
  const own = (more: object): Record<string, unknown> => {
    const input = { MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: id }, ...more };
    return Object.fromEntries(
      world
        .needsOf(runInstances, input)
        .filter(({ action }) => action === "ec2:RunInstances")
        .map(({ target, keys }) => [
          target.arn.split(":")[5]?.split("/")[0] ?? "",
          keys["ec2:IsLaunchTemplateResource"],
        ]),
    );
  };
  const all = {
    "launch-template": true,
    image: true,
    instance: true,
    "network-interface": true,
    "security-group": true,
    subnet: true,
    volume: true,
    "key-pair": true,
  };

  it("are on every resource, with the template's ARN", () => {
    const input = { MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: id } };
    const arns = world.needsOf(runInstances, input).map(({ keys }) => keys["ec2:LaunchTemplate"]);
    expect(new Set(arns)).toEqual(new Set([`arn:aws:ec2:us-east-1:111122223333:launch-template/${id}`]));
    expect(own({})).toEqual(all);
  });

  it.each<[object, object]>([
    [{ ImageId: testImage }, { image: false }],
    [{ InstanceType: "t3.micro" }, { instance: false }],
    [{ IamInstanceProfile: { Name: "p" } }, { instance: false }],
    [{ UserData: "aGk=" }, { instance: false }],
    [{ MetadataOptions: { HttpTokens: "optional" } }, { instance: false }],
    [{ KeyName: "k" }, { "key-pair": false }],
    [{ SecurityGroups: ["default"] }, { "security-group": false, "network-interface": false }],
    [{ PrivateIpAddress: "172.31.0.9" }, { "network-interface": false }],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }] },
      { "network-interface": false, "security-group": false, subnet: false },
    ],
    [{ Placement: { AvailabilityZone: "us-east-1a" } }, { instance: false, subnet: false }],
  ])("say of a launch with %j that the request chose %j", (more, expected) => {
    expect(own(more)).toEqual({ ...all, ...expected });
  });

  it("are absent without a template, and where there is no such template", () => {
    for (const LaunchTemplate of [undefined, { LaunchTemplateId: "lt-0aaaaaaaaaaaaaaaa" }]) {
      const input = { MinCount: 1, MaxCount: 1, ImageId: testImage, LaunchTemplate };
      for (const { keys } of world.needsOf(runInstances, input)) {
        expect(keys["ec2:LaunchTemplate"]).toBeUndefined();
        expect(keys["ec2:IsLaunchTemplateResource"]).toBeUndefined();
      }
    }
  });
});
