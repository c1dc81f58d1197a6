import type { DescribeInstanceAttributeRequest, InstanceAttribute } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { createSecurityGroup } from "../security-group/group-operations.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { rootOf, testNow } from "../testing.ts";
import { getConsoleOutput } from "./console-output.ts";
import { describeInstanceAttribute } from "./describe-attribute.ts";
import { interfacesOf } from "./instance-view.ts";
import { modifyInstanceAttribute, resetInstanceAttribute } from "./modify-attribute.ts";

type Name = DescribeInstanceAttributeRequest["Attribute"];

describe("attributes of instances", () => {
  let world: TestWorld;
  let id: string;

  beforeEach(async () => {
    world = await openTestWorld();
    id = world.launchOne({ UserData: "aGVsbG8=" });
    world.become(id, { state: "running" });
  });

  const modify = (input: object) => world.run(modifyInstanceAttribute, { InstanceId: id, ...input });
  const refused = (input: object) => world.faultOf(modifyInstanceAttribute, { InstanceId: id, ...input });
  const attribute = (Attribute: Name): InstanceAttribute =>
    world.run(describeInstanceAttribute, { InstanceId: id, Attribute });
  const group = (GroupName: string): string =>
    world.run<{ GroupId: string }>(createSecurityGroup, { GroupName, Description: "d" }).GroupId;
  const eni = () => world.store.read((tx) => interfacesOf(tx, id)[0]!);

  it.each<[Name, InstanceAttribute]>([
    ["disableApiStop", { DisableApiStop: { Value: false } }],
    ["disableApiTermination", { DisableApiTermination: { Value: false } }],
    ["ebsOptimized", { EbsOptimized: { Value: false } }],
    ["enaSupport", { EnaSupport: { Value: true } }],
    ["enclaveOptions", { EnclaveOptions: { Enabled: false } }],
    ["instanceInitiatedShutdownBehavior", { InstanceInitiatedShutdownBehavior: { Value: "stop" } }],
    ["instanceType", { InstanceType: { Value: "t3.micro" } }],
    ["kernel", { KernelId: {} }],
    ["productCodes", { ProductCodes: [] }],
    ["ramdisk", { RamdiskId: {} }],
    ["rootDeviceName", { RootDeviceName: { Value: "/dev/xvda" } }],
    ["sourceDestCheck", { SourceDestCheck: { Value: true } }],
    ["sriovNetSupport", { SriovNetSupport: { Value: "simple" } }],
    ["userData", { UserData: { Value: "aGVsbG8=" } }],
  ])("describes %s", (name, expected) => {
    expect(attribute(name)).toEqual({ InstanceId: id, ...expected });
  });

  it("describes the groups and the block devices", () => {
    expect(attribute("groupSet").Groups).toEqual([{ GroupId: world.defaultGroupId(), GroupName: "default" }]);
    expect(attribute("blockDeviceMapping").BlockDeviceMappings).toMatchObject([
      { DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: true, Status: "attached" } },
    ]);
  });

  it("describes absent user data as empty", () => {
    id = world.launchOne();
    expect(attribute("userData").UserData?.Value).toBeUndefined();
  });

  it.each<[object, Name, InstanceAttribute]>([
    [{ DisableApiStop: { Value: true } }, "disableApiStop", { DisableApiStop: { Value: true } }],
    [
      { DisableApiTermination: { Value: true } },
      "disableApiTermination",
      { DisableApiTermination: { Value: true } },
    ],
    [
      { InstanceInitiatedShutdownBehavior: { Value: "terminate" } },
      "instanceInitiatedShutdownBehavior",
      { InstanceInitiatedShutdownBehavior: { Value: "terminate" } },
    ],
    [{ SourceDestCheck: { Value: false } }, "sourceDestCheck", { SourceDestCheck: { Value: false } }],
    [
      { Attribute: "disableApiTermination", Value: "true" },
      "disableApiTermination",
      { DisableApiTermination: { Value: true } },
    ],
    [
      { Attribute: "instanceInitiatedShutdownBehavior", Value: "terminate" },
      "instanceInitiatedShutdownBehavior",
      { InstanceInitiatedShutdownBehavior: { Value: "terminate" } },
    ],
    [
      { Attribute: "sourceDestCheck", Value: "false" },
      "sourceDestCheck",
      { SourceDestCheck: { Value: false } },
    ],
  ])("modifies a running instance by %j", (input, name, expected) => {
    modify(input);
    expect(attribute(name)).toEqual({ InstanceId: id, ...expected });
  });

  it.each<[object, Name, InstanceAttribute]>([
    [{ InstanceType: { Value: "t3.small" } }, "instanceType", { InstanceType: { Value: "t3.small" } }],
    [{ EbsOptimized: { Value: true } }, "ebsOptimized", { EbsOptimized: { Value: true } }],
    [{ UserData: { Value: new TextEncoder().encode("bye") } }, "userData", { UserData: { Value: "Ynll" } }],
    [{ Attribute: "userData", Value: "Ynll" }, "userData", { UserData: { Value: "Ynll" } }],
    [
      { Attribute: "instanceType", Value: "t3.small" },
      "instanceType",
      { InstanceType: { Value: "t3.small" } },
    ],
  ])("modifies by %j only while the instance is stopped", (input, name, expected) => {
    const before = attribute(name);
    expect(refused(input)).toEqual({
      code: "IncorrectInstanceState",
      message: `The instance '${id}' is not in the 'stopped' state.`,
    });
    expect(attribute(name)).toEqual(before);
    world.become(id, { state: "stopped" });
    modify(input);
    expect(attribute(name)).toEqual({ InstanceId: id, ...expected });
  });

  it("takes user data away when it is set to nothing", () => {
    world.become(id, { state: "stopped" });
    modify({ UserData: { Value: new Uint8Array() } });
    expect(world.row(id)).not.toHaveProperty("sealedUserData");
    expect(attribute("userData").UserData?.Value).toBeUndefined();
  });

  it("keeps no user data in the clear", () => {
    world.become(id, { state: "stopped" });
    modify({ UserData: { Value: new TextEncoder().encode("secret") } });
    expect(world.row(id).sealedUserData).not.toBe("c2VjcmV0");
    expect(JSON.parse(world.row(id).sealedUserData!)).toContainEqual({ purpose: "user-data", instance: id });
  });

  it("replaces the groups, in both forms", () => {
    const [a, b] = [group("a"), group("b")];
    modify({ Groups: [a, b, a] });
    expect(attribute("groupSet").Groups?.map(({ GroupId }) => GroupId)).toEqual([a, b]);
    modify({ Attribute: "groupSet", Value: a });
    expect(attribute("groupSet").Groups?.map(({ GroupId }) => GroupId)).toEqual([a]);
  });

  it("resets the source and destination check, and nothing else", () => {
    modify({ SourceDestCheck: { Value: false } });
    world.run(resetInstanceAttribute, { InstanceId: id, Attribute: "sourceDestCheck" });
    expect(attribute("sourceDestCheck").SourceDestCheck).toEqual({ Value: true });
    const input = { InstanceId: id, Attribute: "kernel" };
    expect(world.faultOf(resetInstanceAttribute, input).code).toBe("UnsupportedOperation");
  });

  it.each<[object, string, string]>([
    [{}, "InvalidParameterCombination", "No attributes specified."],
    [{ Groups: [] }, "InvalidParameterCombination", "No attributes specified."],
    [
      { DisableApiStop: { Value: true }, EbsOptimized: { Value: true } },
      "InvalidParameterCombination",
      "Fields for multiple attribute types specified",
    ],
    [
      { DisableApiStop: { Value: true }, Attribute: "disableApiStop", Value: "true" },
      "InvalidParameterCombination",
      "Fields for multiple attribute types specified",
    ],
    [{ Attribute: "instanceType" }, "MissingParameter", "The request must contain the parameter value"],
    [{ Value: "true" }, "MissingParameter", "The request must contain the parameter attribute"],
    [{ SourceDestCheck: {} }, "MissingParameter", "The request must contain the parameter value"],
    [
      { Attribute: "disableApiStop", Value: "yes" },
      "InvalidParameterValue",
      "Invalid value 'yes' for DisableApiStop.",
    ],
    [
      { InstanceInitiatedShutdownBehavior: { Value: "sleep" } },
      "InvalidParameterValue",
      "Invalid value 'sleep' for InstanceInitiatedShutdownBehavior.",
    ],
    [
      { Attribute: "kernel", Value: "aki-1" },
      "UnsupportedOperation",
      "The attribute kernel cannot be modified on Casemate.",
    ],
    [{ Kernel: { Value: "aki-1" } }, "UnsupportedOperation", "Kernel"],
    [
      { Groups: ["sg-0aaaaaaaaaaaaaaaa"] },
      "InvalidGroup.NotFound",
      "The security group 'sg-0aaaaaaaaaaaaaaaa' does not exist",
    ],
  ])("refuses %j with %s", (input, code, message) => {
    expect(refused(input)).toEqual({ code, message });
  });

  it("refuses values that do not fit a stopped instance", () => {
    world.become(id, { state: "stopped" });
    expect(refused({ InstanceType: { Value: "z9.huge" } }).code).toBe("InvalidParameterValue");
    expect(refused({ Attribute: "userData", Value: "!" }).code).toBe("InvalidUserData.Malformed");
    const tooLong = { UserData: { Value: new Uint8Array(16_385) } };
    expect(refused(tooLong).message).toBe("User data is limited to 16384 bytes");
  });

  it("refuses a group of another VPC", () => {
    const own = world.defaultGroupId();
    world.store.transaction((tx) => {
      const row = tx.get(securityGroups.collection, own)!;
      securityGroups.put(tx, { ...row, id: "sg-0bbbbbbbbbbbbbbbb", vpcId: "vpc-0bbbbbbbbbbbbbbbb" });
    });
    expect(refused({ Groups: [own, "sg-0bbbbbbbbbbbbbbbb"] })).toEqual({
      code: "InvalidParameter",
      message:
        "Security group sg-0bbbbbbbbbbbbbbbb and subnet " + `${eni().subnetId} belong to different networks.`,
    });
    expect(eni().securityGroupIds).toEqual([own]);
  });

  it("refuses too many groups, and to guess between interfaces", () => {
    const groups = ["a", "b", "c", "d", "e", "f"].map(group);
    expect(refused({ Groups: groups }).code).toBe("SecurityGroupsPerInterfaceLimitExceeded");
    const first = eni();
    world.store.transaction((tx) =>
      networkInterfaces.put(tx, { ...first, id: "eni-0aaaaaaaaaaaaaaaa", privateIps: ["172.31.0.250"] }),
    );
    expect(refused({ SourceDestCheck: { Value: true } })).toEqual({
      code: "InvalidInstanceID",
      message:
        `There are multiple interfaces attached to instance '${id}'. ` +
        "Please specify an interface ID for the operation instead.",
    });
  });

  it("refuses instances that are ending, unknown or a stranger's", () => {
    const input = { DisableApiTermination: { Value: true } };
    for (const state of ["shutting-down", "terminated"] as const) {
      world.become(id, { state });
      expect(refused(input).code).toBe("IncorrectInstanceState");
    }
    expect(refused({ ...input, InstanceId: "i-0aaaaaaaaaaaaaaaa" }).code).toBe("InvalidInstanceID.NotFound");
    expect(refused({ ...input, InstanceId: "web" }).code).toBe("InvalidInstanceID.Malformed");
    const whole = { ...input, InstanceId: id };
    const stranger = { principal: rootOf("444455556666") };
    expect(world.faultOf(modifyInstanceAttribute, whole, stranger).code).toBe("InvalidInstanceID.NotFound");
  });

  it.each<[object, object]>([
    [
      { InstanceType: { Value: "t3.small" } },
      { "ec2:Attribute": "InstanceType", "ec2:Attribute/InstanceType": "t3.small" },
    ],
    [
      { Attribute: "instanceType", Value: "t3.small" },
      { "ec2:Attribute": "InstanceType", "ec2:Attribute/InstanceType": "t3.small" },
    ],
    [
      { SourceDestCheck: { Value: false } },
      { "ec2:Attribute": "SourceDestCheck", "ec2:Attribute/SourceDestCheck": false },
    ],
    [
      { UserData: { Value: new TextEncoder().encode("secret") } },
      { "ec2:Attribute": "UserData", "ec2:Attribute/UserData": "" },
    ],
    [
      { DisableApiStop: { Value: true }, EbsOptimized: { Value: false } },
      {
        "ec2:Attribute": ["DisableApiStop", "EbsOptimized"],
        "ec2:Attribute/DisableApiStop": true,
        "ec2:Attribute/EbsOptimized": false,
      },
    ],
  ])("states the keys of %j", (input, keys) => {
    const [need, ...others] = world.needsOf(modifyInstanceAttribute, { InstanceId: id, ...input });
    expect(need?.action).toBe("ec2:ModifyInstanceAttribute");
    expect(need?.target.arn).toBe(`arn:aws:ec2:us-east-1:111122223333:instance/${id}`);
    expect(need?.keys).toEqual({ "ec2:Region": "us-east-1", ...keys });
    expect(others).toEqual([]);
  });

  it("names no attribute in the keys when none is asked for", () => {
    const [need] = world.needsOf(modifyInstanceAttribute, { InstanceId: id });
    expect(need?.keys["ec2:Attribute"]).toBeUndefined();
  });

  it.each([
    (a: string, b: string) => ({ Groups: [a, b] }),
    (a: string) => ({ Attribute: "groupSet", Value: a }),
  ])("needs every group it gives, in either form", (asked) => {
    const [a, b] = [group("a"), group("b")];
    const input = asked(a, b);
    const needs = world.needsOf(modifyInstanceAttribute, { InstanceId: id, ...input });
    expect(needs[0]?.keys["ec2:Attribute"]).toBe("Groups");
    expect(needs.slice(1).map(({ target }) => target.arn.split("/")[1])).toEqual(
      "Groups" in input ? [a, b] : [a],
    );
    expect(needs[1]?.target.keys["ec2:SecurityGroupID"]).toBe(a);
  });

  it("shows the end of the console in base64, and nothing where none is kept", () => {
    const read = () => world.run<{ Output: string; Timestamp: Date }>(getConsoleOutput, { InstanceId: id });
    expect(read()).toEqual({ InstanceId: id, Output: "", Timestamp: new Date(testNow) });
    world.consoles.set(id, { text: new TextEncoder().encode("booted\n"), at: testNow + 5 });
    expect(read()).toEqual({ InstanceId: id, Output: "Ym9vdGVkCg==", Timestamp: new Date(testNow + 5) });
    const long = new Uint8Array(70_000).fill(65).fill(66, 69_999);
    world.consoles.set(id, { text: long, at: testNow });
    const shown = Buffer.from(read().Output, "base64");
    expect([shown.length, shown.at(-1)]).toEqual([65_536, 66]);
    expect(world.faultOf(getConsoleOutput, { InstanceId: "i-0aaaaaaaaaaaaaaaa" }).code).toBe(
      "InvalidInstanceID.NotFound",
    );
    expect(world.needsOf(getConsoleOutput, { InstanceId: id })[0]?.target.arn).toContain(`instance/${id}`);
  });
});
