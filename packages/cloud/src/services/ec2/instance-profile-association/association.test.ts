import type {
  AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociationsResult,
  IamInstanceProfileAssociation,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { rootOf } from "../testing.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { liveAssociation } from "./association.ts";
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from "./operations.ts";

describe("instance profile associations", () => {
  let world: TestWorld;
  let instanceId: string;

  beforeEach(async () => {
    world = await openTestWorld();
    world.makeProfile("web");
    world.makeProfile("batch");
    world.makeProfile("bare", "nothing");
    instanceId = world.launchOne();
    world.become(instanceId, { state: "running" });
  });

  const associate = (Name = "web", id = instanceId): IamInstanceProfileAssociation =>
    world.run<AssociateIamInstanceProfileResult>(associateIamInstanceProfile, {
      InstanceId: id,
      IamInstanceProfile: { Name },
    }).IamInstanceProfileAssociation!;
  const list = (input: object = {}): DescribeIamInstanceProfileAssociationsResult =>
    world.run(describeIamInstanceProfileAssociations, input);
  const live = () => world.store.read((tx) => liveAssociation(tx, instanceId));

  it("associates at once, while the reply says that it is associating", () => {
    const made = associate();
    expect(made).toMatchObject({
      InstanceId: instanceId,
      IamInstanceProfile: { Arn: "arn:aws:iam::111122223333:instance-profile/web", Id: "AIPAweb" },
      State: "associating",
    });
    expect(list().IamInstanceProfileAssociations).toEqual([{ ...made, State: "associated" }]);
    expect(live()?.profileId).toBe("AIPAweb");
  });

  it("accepts a profile by its ARN, and a stopped instance", () => {
    world.become(instanceId, { state: "stopped" });
    world.run(associateIamInstanceProfile, {
      InstanceId: instanceId,
      IamInstanceProfile: { Arn: "arn:aws:iam::111122223333:instance-profile/web" },
    });
    expect(live()?.profileId).toBe("AIPAweb");
  });

  it("replaces the profile under a new association id and leaves nothing of the old", () => {
    const { AssociationId } = associate();
    const { IamInstanceProfileAssociation: made } = world.run<AssociateIamInstanceProfileResult>(
      replaceIamInstanceProfileAssociation,
      { AssociationId, IamInstanceProfile: { Name: "batch" } },
    );
    expect(made?.State).toBe("associating");
    expect(made?.AssociationId).not.toBe(AssociationId);
    expect(list().IamInstanceProfileAssociations).toHaveLength(1);
    expect(live()?.profileId).toBe("AIPAbatch");
  });

  it("disassociates at once", () => {
    const { AssociationId } = associate();
    expect(world.run(disassociateIamInstanceProfile, { AssociationId })).toMatchObject({
      IamInstanceProfileAssociation: { AssociationId, State: "disassociating", InstanceId: instanceId },
    });
    expect(live()).toBeUndefined();
    expect(list().IamInstanceProfileAssociations).toEqual([]);
    expect(associate().State).toBe("associating");
  });

  it.each(["pending", "stopping", "shutting-down", "terminated"] as const)(
    "refuses to change the profile of an instance that is %s",
    (state) => {
      const { AssociationId } = associate();
      const other = world.launchOne();
      world.become(other, { state });
      world.become(instanceId, { state });
      const wrong = {
        code: "IncorrectInstanceState",
        message: `The instance '${other}' is not in the 'running' or 'stopped' states.`,
      };
      const input = { InstanceId: other, IamInstanceProfile: { Name: "web" } };
      expect(world.faultOf(associateIamInstanceProfile, input)).toEqual(wrong);
      expect(world.faultOf(disassociateIamInstanceProfile, { AssociationId }).code).toBe(wrong.code);
    },
  );

  it("does not replace the profile of a stopped instance", () => {
    const { AssociationId } = associate();
    world.become(instanceId, { state: "stopped" });
    const input = { AssociationId, IamInstanceProfile: { Name: "batch" } };
    expect(world.faultOf(replaceIamInstanceProfileAssociation, input)).toEqual({
      code: "IncorrectState",
      message: `The association ${AssociationId} is not the active association`,
    });
    expect(live()?.profileId).toBe("AIPAweb");
  });

  it.each([
    [
      { Name: "absent" },
      "Value (absent) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    ],
    [
      { Arn: "arn:aws:iam::444455556666:instance-profile/web" },
      "Value (arn:aws:iam::444455556666:instance-profile/web) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN",
    ],
    [
      { Name: "bare" },
      'IAM Instance Profile "arn:aws:iam::111122223333:instance-profile/bare" has no associated IAM Roles',
    ],
  ])("refuses the profile %j", (IamInstanceProfile, message) => {
    const input = { InstanceId: instanceId, IamInstanceProfile };
    expect(world.faultOf(associateIamInstanceProfile, input)).toEqual({
      code: "InvalidParameterValue",
      message,
    });
    const { AssociationId } = associate();
    const again = { AssociationId, IamInstanceProfile };
    expect(world.faultOf(replaceIamInstanceProfileAssociation, again).message).toBe(message);
    expect(live()?.profileId).toBe("AIPAweb");
  });

  it("refuses a second profile, unknown instances, unknown associations and a stranger's", () => {
    const { AssociationId } = associate();
    const input = { InstanceId: instanceId, IamInstanceProfile: { Name: "batch" } };
    expect(world.faultOf(associateIamInstanceProfile, input)).toEqual({
      code: "IncorrectState",
      message: `There is an existing association for instance ${instanceId}`,
    });
    const unknown = { ...input, InstanceId: "i-0aaaaaaaaaaaaaaaa" };
    expect(world.faultOf(associateIamInstanceProfile, unknown).code).toBe("InvalidInstanceID.NotFound");
    const stranger = { principal: rootOf("444455556666") };
    for (const [id, caller, code] of [
      ["iip-assoc-0aaaaaaaaaaaaaaaa", {}, "NoSuchAssociation"],
      [AssociationId, stranger, "NoSuchAssociation"],
      [instanceId, {}, "InvalidParameterValue"],
    ] as const) {
      const asked = { AssociationId: id };
      expect(world.faultOf(disassociateIamInstanceProfile, asked, caller).code).toBe(code);
    }
    expect(live()).toBeDefined();
  });

  it("filters by instance and state, and pages", () => {
    associate();
    const ids = Array.from({ length: 6 }, () => {
      const id = world.launchOne();
      world.become(id, { state: "running" });
      associate("web", id);
      return id;
    });
    const of = (Name: string, ...Values: string[]) =>
      list({ Filters: [{ Name, Values }] }).IamInstanceProfileAssociations;
    expect(of("instance-id", ids[0]!, ids[1]!)).toHaveLength(2);
    expect(of("state", "associated")).toHaveLength(7);
    expect(of("state", "disassociated")).toEqual([]);
    const first = list({ MaxResults: 5 });
    expect(first.IamInstanceProfileAssociations).toHaveLength(5);
    expect(list({ MaxResults: 5, NextToken: first.NextToken }).IamInstanceProfileAssociations).toHaveLength(
      2,
    );
    const fault = (input: object) => world.faultOf(describeIamInstanceProfileAssociations, input).code;
    expect(fault({ Filters: [{ Name: "nonsense", Values: ["x"] }] })).toBe("InvalidParameterValue");
    expect(fault({ AssociationIds: ["iip-assoc-0aaaaaaaaaaaaaaaa"] })).toBe("NoSuchAssociation");
  });

  it("needs the instance with its old and its new profile, and the role that is passed", () => {
    const { AssociationId } = associate();
    const instanceArn = `arn:aws:ec2:us-east-1:111122223333:instance/${instanceId}`;
    const needs = world.needsOf(replaceIamInstanceProfileAssociation, {
      AssociationId,
      IamInstanceProfile: { Name: "batch" },
    });
    expect(needs.map(({ action, target }) => [action, target.arn])).toEqual([
      ["ec2:ReplaceIamInstanceProfileAssociation", instanceArn],
      ["iam:PassRole", "arn:aws:iam::111122223333:role/batch"],
    ]);
    expect(needs[0]?.target.keys["ec2:InstanceProfile"]).toBe(
      "arn:aws:iam::111122223333:instance-profile/web",
    );
    expect(needs[0]?.keys["ec2:NewInstanceProfile"]).toBe("arn:aws:iam::111122223333:instance-profile/batch");
    expect(needs[1]?.keys).toMatchObject({
      "iam:PassedToService": "ec2.amazonaws.com",
      "iam:AssociatedResourceArn": instanceArn,
    });
    expect(needs[1]?.target.keys["aws:ResourceTag/team"]).toBe("batch");
    const ended = world.needsOf(disassociateIamInstanceProfile, { AssociationId });
    expect(ended.map(({ action, target }) => [action, target.arn])).toEqual([
      ["ec2:DisassociateIamInstanceProfile", instanceArn],
    ]);
  });

  it("tells an absent instance profile from a present one in the keys", () => {
    const input = { InstanceId: instanceId, IamInstanceProfile: { Name: "absent" } };
    const [need, ...others] = world.needsOf(associateIamInstanceProfile, input);
    expect(need?.target.keys["ec2:InstanceProfile"]).toBeUndefined();
    expect(need?.keys["ec2:NewInstanceProfile"]).toBeUndefined();
    expect(others).toEqual([]);
    const unknown = world.needsOf(disassociateIamInstanceProfile, {
      AssociationId: "iip-assoc-0aaaaaaaaaaaaaaaa",
    });
    expect(unknown[0]?.target.arn).toBe("arn:aws:ec2:us-east-1:111122223333:instance/*");
  });
});
