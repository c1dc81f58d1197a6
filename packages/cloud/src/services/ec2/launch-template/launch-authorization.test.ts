import type { Credentials } from "@casemate/wire";
import { beforeAll, describe, expect, it } from "vitest";
import {
  allowing,
  field,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";
import { testImage } from "../testing-world.ts";

const account = "111122223333";
const role = `arn:aws:iam::${account}:role/strong`;

describe("a launch template as a way to more permissions", () => {
  let cloud: SignedCloud;
  let eve: Credentials;
  let templateId = "";

  beforeAll(async () => {
    cloud = await openSignedCloud();
    const { admin } = cloud;
    const trust = trusting({ Service: "ec2.amazonaws.com" });
    await cloud.must(admin, "CreateRole", { RoleName: "strong", AssumeRolePolicyDocument: trust });
    await cloud.must(admin, "CreateInstanceProfile", { InstanceProfileName: "machines" });
    const held = { InstanceProfileName: "machines", RoleName: "strong" };
    await cloud.must(admin, "AddRoleToInstanceProfile", held);
    const made = await cloud.must(admin, "ec2:CreateLaunchTemplate", {
      LaunchTemplateName: "web",
      "LaunchTemplateData.ImageId": testImage,
      "LaunchTemplateData.InstanceType": "t3.micro",
    });
    templateId = field(made, "launchTemplateId");
    eve = await cloud.user("eve");
  });

  const allow = (document: string): Promise<unknown> =>
    cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "eve",
      PolicyName: "own",
      PolicyDocument: document,
    });
  const launch = (more: Record<string, string> = {}) =>
    cloud.call(eve, "ec2:RunInstances", {
      MinCount: "1",
      MaxCount: "1",
      "LaunchTemplate.LaunchTemplateId": templateId,
      ...more,
    });
  const withProfile = { "LaunchTemplateData.IamInstanceProfile.Name": "machines" };
  const addVersion = () =>
    cloud.call(eve, "ec2:CreateLaunchTemplateVersion", {
      LaunchTemplateId: templateId,
      SourceVersion: "1",
      ...withProfile,
    });
  const templateArn = () => `arn:aws:ec2:us-east-1:${account}:launch-template/${templateId}`;

  it("passes no role that its launcher may not pass, whoever wrote it into the template", async () => {
    await cloud.must(cloud.admin, "ec2:CreateLaunchTemplateVersion", {
      LaunchTemplateId: templateId,
      SourceVersion: "1",
      ...withProfile,
    });
    await allow(policyOf({ Effect: "Allow", NotAction: "iam:PassRole", Resource: "*" }));
    expect((await launch()).status).toBe(200);
    const refused = await launch({ "LaunchTemplate.Version": "$Latest" });
    expect([refused.status, refused.code]).toEqual([403, "UnauthorizedOperation"]);
    await allow(
      policyOf(
        { Effect: "Allow", NotAction: "iam:PassRole", Resource: "*" },
        { Effect: "Allow", Action: "iam:PassRole", Resource: role },
      ),
    );
    expect((await launch({ "LaunchTemplate.Version": "$Latest" })).status).toBe(200);
  });

  it.each(["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"])(
    "is shut by %s to who may do everything else, and to who may do it on other templates",
    async (action) => {
      const attempt = () =>
        action === "ec2:ModifyLaunchTemplate"
          ? cloud.call(eve, action, { LaunchTemplateId: templateId, SetDefaultVersion: "2" })
          : addVersion();
      await allow(policyOf({ Effect: "Allow", NotAction: action, Resource: "*" }));
      expect((await attempt()).code).toBe("UnauthorizedOperation");
      await allow(policyOf({ Effect: "Allow", Action: action, NotResource: templateArn() }));
      expect((await attempt()).code).toBe("UnauthorizedOperation");
      await allow(allowing(action, templateArn()));
      expect((await attempt()).status).toBe(200);
    },
  );

  it("changes nothing for who may launch from it alone: what the request says beside it is refused", async () => {
    const onlyTemplate = { Bool: { "ec2:IsLaunchTemplateResource": "true" } };
    await cloud.must(cloud.admin, "ec2:ModifyLaunchTemplate", {
      LaunchTemplateId: templateId,
      SetDefaultVersion: "1",
    });
    await allow(allowing("ec2:RunInstances", "*", onlyTemplate));
    expect((await launch()).status).toBe(200);
    for (const more of [
      { InstanceType: "t3.large" },
      { ImageId: testImage },
      { UserData: "aGk=" },
      { "SecurityGroup.1": "default" },
    ] as Record<string, string>[]) {
      expect((await launch(more)).code).toBe("UnauthorizedOperation");
    }
    const without = await cloud.call(eve, "ec2:RunInstances", {
      MinCount: "1",
      MaxCount: "1",
      ImageId: testImage,
      InstanceType: "t3.micro",
    });
    expect(without.code).toBe("UnauthorizedOperation");
  });

  it("is bound to the templates that a policy names", async () => {
    const other = { ArnEquals: { "ec2:LaunchTemplate": `${templateArn()}0` } };
    await allow(allowing("ec2:RunInstances", "*", other));
    expect((await launch()).code).toBe("UnauthorizedOperation");
    await allow(allowing("ec2:RunInstances", "*", { ArnEquals: { "ec2:LaunchTemplate": templateArn() } }));
    expect((await launch()).status).toBe(200);
  });
});
