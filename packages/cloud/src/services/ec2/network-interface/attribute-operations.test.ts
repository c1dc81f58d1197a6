import type { DescribeNetworkInterfaceAttributeResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { interfacesOf } from "../instance/instance-view.ts";
import { createSecurityGroup } from "../security-group/group-operations.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
} from "./attribute-operations.ts";

describe("attributes of network interfaces", () => {
  let world: TestWorld;
  let instanceId: string;
  let id: string;

  beforeEach(async () => {
    world = await openTestWorld();
    instanceId = world.launchOne();
    ({ id } = row());
  });

  const row = () => world.store.read((tx) => interfacesOf(tx, instanceId)[0]!);
  const modify = (input: object) =>
    world.run(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: id, ...input });
  const refused = (input: object) =>
    world.faultOf(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: id, ...input });
  const attribute = (Attribute: string): DescribeNetworkInterfaceAttributeResult =>
    world.run(describeNetworkInterfaceAttribute, { NetworkInterfaceId: id, Attribute });

  it("are described one by one", () => {
    expect(attribute("description")).toEqual({ NetworkInterfaceId: id, Description: { Value: "" } });
    expect(attribute("sourceDestCheck").SourceDestCheck).toEqual({ Value: true });
    expect(attribute("groupSet").Groups).toMatchObject([{ GroupName: "default" }]);
    expect(attribute("attachment").Attachment).toMatchObject({ InstanceId: instanceId, DeviceIndex: 0 });
    expect(attribute("associatePublicIpAddress").AssociatePublicIpAddress).toBe(true);
  });

  it("are modified one at a time, while the instance runs", () => {
    modify({ Description: { Value: "front" } });
    modify({ SourceDestCheck: { Value: false } });
    const GroupName = "web";
    const { GroupId } = world.run<{ GroupId: string }>(createSecurityGroup, { GroupName, Description: "d" });
    modify({ Groups: [GroupId] });
    modify({ Attachment: { AttachmentId: row().attachment!.id, DeleteOnTermination: false } });
    expect(row()).toMatchObject({
      description: "front",
      sourceDestCheck: false,
      securityGroupIds: [GroupId],
      attachment: { deleteOnTermination: false },
    });
    modify({ Description: { Value: "" } });
    expect(row().description).toBe("");
  });

  it.each<[object, string]>([
    [{}, "InvalidParameterCombination"],
    [{ Description: { Value: "a" }, SourceDestCheck: { Value: true } }, "InvalidParameterCombination"],
    [{ SourceDestCheck: {} }, "MissingParameter"],
    [{ Groups: ["sg-0aaaaaaaaaaaaaaaa"] }, "InvalidGroup.NotFound"],
    [{ Attachment: { DeleteOnTermination: true } }, "MissingParameter"],
    [{ Attachment: { AttachmentId: "eni-attach-0aaaaaaaaaaaaaaaa" } }, "MissingParameter"],
    [
      { Attachment: { AttachmentId: "eni-attach-0aaaaaaaaaaaaaaaa", DeleteOnTermination: true } },
      "InvalidAttachmentID.NotFound",
    ],
    [{ Attachment: { EnaQueueCount: 2 } }, "UnsupportedOperation"],
    [{ EnablePrimaryIpv6: true }, "UnsupportedOperation"],
    [{ NetworkInterfaceId: "eni-0aaaaaaaaaaaaaaaa" }, "InvalidNetworkInterfaceID.NotFound"],
  ])("refuse %j with %s", (input, code) => {
    const before = row();
    expect(refused(input).code).toBe(code);
    expect(row()).toEqual(before);
  });

  it("need the interface with the attribute, and each group", () => {
    const group = world.defaultGroupId();
    const needs = world.needsOf(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: id, Groups: [group] });
    expect(needs.map(({ target }) => target.arn.split(":")[5])).toEqual([
      `network-interface/${id}`,
      `security-group/${group}`,
    ]);
    expect(needs[0]?.keys).toMatchObject({ "ec2:Attribute": "Groups", "ec2:Attribute/Groups": [group] });
    const [off] = world.needsOf(modifyNetworkInterfaceAttribute, {
      NetworkInterfaceId: id,
      SourceDestCheck: { Value: false },
    });
    expect(off?.keys["ec2:Attribute/SourceDestCheck"]).toBe(false);
    expect(off?.keys).not.toHaveProperty("ec2:Attribute/Description");
  });
});
