import type {
  CreateInstanceProfileResponse,
  GetInstanceProfileResponse,
  ListInstanceProfilesResponse,
  ListInstanceProfileTagsResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, type TestIam } from "../testing.ts";

const AssumeRolePolicyDocument = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  for (const RoleName of ["app", "job"]) {
    iam.run("CreateRole", { RoleName, Path: "/svc/", AssumeRolePolicyDocument });
  }
});

const create = (InstanceProfileName: string, more: object = {}) =>
  iam.run<CreateInstanceProfileResponse>("CreateInstanceProfile", { InstanceProfileName, ...more })
    .InstanceProfile;
const get = (InstanceProfileName: string) =>
  iam.run<GetInstanceProfileResponse>("GetInstanceProfile", { InstanceProfileName }).InstanceProfile;
const arn = (path: string): string => `arn:aws:iam::${testAccount}:instance-profile${path}`;

describe("instance profiles", () => {
  it("are made empty, with a unique id and a real ARN", () => {
    const profile = create("web", { Path: "/eng/", Tags: [{ Key: "a", Value: "b" }] });
    expect(profile).toMatchObject({
      InstanceProfileName: "web",
      Arn: arn("/eng/web"),
      Roles: [],
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(profile?.InstanceProfileId).toMatch(/^AIPA[A-Z2-7]{17}$/);
    expect(iam.faultOf("CreateInstanceProfile", { InstanceProfileName: "WEB" })).toBe(
      "EntityAlreadyExists: Instance Profile WEB already exists.",
    );
  });

  it("hold one role at the most", () => {
    create("web");
    const add = { InstanceProfileName: "web", RoleName: "app" };
    iam.run("AddRoleToInstanceProfile", add);
    expect(get("web")?.Roles).toMatchObject([{ RoleName: "app", Path: "/svc/" }]);
    for (const RoleName of ["app", "job"]) {
      expect(iam.faultOf("AddRoleToInstanceProfile", { ...add, RoleName })).toBe(
        "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
      );
    }
    expect(iam.faultOf("RemoveRoleFromInstanceProfile", { ...add, RoleName: "job" })).toBe(
      "NoSuchEntity: The role with name job cannot be found.",
    );
    iam.run("RemoveRoleFromInstanceProfile", add);
    expect(get("web")?.Roles).toEqual([]);
    expect(iam.faultOf("RemoveRoleFromInstanceProfile", add)).toMatch(/^NoSuchEntity/);
    iam.run("AddRoleToInstanceProfile", { ...add, RoleName: "job" });
  });

  it("take a role from whoever may pass it to EC2", () => {
    create("web", { Path: "/eng/" });
    expect(
      iam.needsOf("AddRoleToInstanceProfile", { InstanceProfileName: "web", RoleName: "app" }),
    ).toMatchObject([
      { action: "iam:AddRoleToInstanceProfile", target: { arn: arn("/eng/web") } },
      {
        action: "iam:PassRole",
        target: { arn: `arn:aws:iam::${testAccount}:role/svc/app` },
        keys: { "iam:PassedToService": "ec2.amazonaws.com" },
      },
    ]);
  });

  it("are listed by path, and by role", () => {
    for (const name of ["b", "A"]) create(name, { Path: "/eng/", Tags: [{ Key: "k", Value: "v" }] });
    create("c");
    iam.run("AddRoleToInstanceProfile", { InstanceProfileName: "b", RoleName: "app" });
    iam.run("AddRoleToInstanceProfile", { InstanceProfileName: "c", RoleName: "app" });
    const names = (operation: string, input: object) =>
      iam
        .run<ListInstanceProfilesResponse>(operation, input)
        .InstanceProfiles.map((profile) => profile.InstanceProfileName);
    expect(names("ListInstanceProfiles", {})).toEqual(["A", "b", "c"]);
    expect(names("ListInstanceProfiles", { PathPrefix: "/eng/" })).toEqual(["A", "b"]);
    expect(names("ListInstanceProfilesForRole", { RoleName: "app" })).toEqual(["b", "c"]);
    expect(names("ListInstanceProfilesForRole", { RoleName: "job" })).toEqual([]);
    const list = (input: object) => iam.run<ListInstanceProfilesResponse>("ListInstanceProfiles", input);
    const { Marker, IsTruncated, InstanceProfiles } = list({ MaxItems: 2 });
    expect([IsTruncated, InstanceProfiles[0]?.Tags]).toEqual([true, undefined]);
    expect(list({ MaxItems: 2, Marker }).InstanceProfiles).toHaveLength(1);
    expect(iam.needsOf("ListInstanceProfiles")[0]?.target.arn).toBe(arn("/"));
    expect(names("ListInstanceProfiles", {})).toHaveLength(3);
    const other = { principal: rootOf(otherAccount) };
    expect(iam.run<ListInstanceProfilesResponse>("ListInstanceProfiles", {}, other).InstanceProfiles).toEqual(
      [],
    );
  });

  it("cannot be deleted while they hold a role", () => {
    create("web");
    iam.run("AddRoleToInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
    expect(iam.faultOf("DeleteInstanceProfile", { InstanceProfileName: "web" })).toBe(
      "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
    );
    iam.run("RemoveRoleFromInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
    iam.run("DeleteInstanceProfile", { InstanceProfileName: "web" });
    expect(create("web")?.Roles).toEqual([]);
  });

  it.each([
    ["GetInstanceProfile", {}],
    ["DeleteInstanceProfile", {}],
    ["AddRoleToInstanceProfile", { RoleName: "app" }],
    ["RemoveRoleFromInstanceProfile", { RoleName: "app" }],
    ["TagInstanceProfile", { Tags: [] }],
    ["UntagInstanceProfile", { TagKeys: [] }],
    ["ListInstanceProfileTags", {}],
  ])("%s of an unknown profile is NoSuchEntity", (operation, more) => {
    expect(iam.faultOf(operation, { InstanceProfileName: "none", ...more })).toBe(
      "NoSuchEntity: Instance Profile none cannot be found.",
    );
  });

  it("have tags as users have, and show them to policies", () => {
    create("web", { Tags: [{ Key: "Team", Value: "a" }] });
    const named = { InstanceProfileName: "web" };
    iam.run("TagInstanceProfile", { ...named, Tags: [{ Key: "team", Value: "b" }] });
    const tags = () => iam.run<ListInstanceProfileTagsResponse>("ListInstanceProfileTags", named).Tags;
    expect(tags()).toEqual([{ Key: "team", Value: "b" }]);
    expect(iam.needsOf("DeleteInstanceProfile", named)[0]?.target.keys).toMatchObject({
      "aws:ResourceTag/team": "b",
    });
    iam.run("UntagInstanceProfile", { ...named, TagKeys: ["TEAM"] });
    expect(tags()).toEqual([]);
    expect(
      iam
        .needsOf("CreateInstanceProfile", { InstanceProfileName: "n", Tags: [{ Key: "a", Value: "" }] })
        .map((need) => need.action),
    ).toEqual(["iam:CreateInstanceProfile", "iam:TagInstanceProfile"]);
  });
});
