import type { DescribeInstancesResult, DescribeInstanceStatusResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { createKeyPair } from "../key-pair/operations.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { rootOf } from "../testing.ts";
import { describeInstances, describeInstanceStatus } from "./describe-instances.ts";
import type { InstanceState } from "./instance.ts";
import { becameTerminated } from "./transitions.ts";

describe("describing instances", () => {
  let world: TestWorld;
  let web: string;
  let batch: string;

  beforeEach(async () => {
    world = await openTestWorld();
    world.makeProfile("web");
    world.run(createKeyPair, { KeyName: "mine", KeyType: "ed25519" });
    web = world.launchOne({
      ClientToken: "token-1",
      KeyName: "mine",
      IamInstanceProfile: { Name: "web" },
      PrivateIpAddress: "172.31.0.50",
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "team", Value: "blue" }] }],
    });
    batch = world.launchOne({
      InstanceType: "t3.small",
      Monitoring: { Enabled: true },
      Placement: { AvailabilityZone: "us-east-1b" },
    });
    world.become(web, { state: "running" });
  });

  const describeAll = (input: object = {}, caller = {}): DescribeInstancesResult =>
    world.run(describeInstances, input, caller);
  const ids = (input: object = {}, caller = {}) =>
    describeAll(input, caller).Reservations!.flatMap(({ Instances }) =>
      Instances!.map(({ InstanceId }) => InstanceId),
    );

  it("shows them under the reservations they were launched in", () => {
    const { ReservationId, Instances } = world.launch({ MinCount: 3, MaxCount: 3 });
    const { Reservations = [] } = describeAll();
    expect(Reservations).toHaveLength(3);
    const shown = Reservations.find((each) => each.ReservationId === ReservationId);
    expect(shown?.Instances?.map(({ InstanceId }) => InstanceId)).toEqual(
      Instances?.map(({ InstanceId }) => InstanceId),
    );
    expect(shown?.OwnerId).toBe("111122223333");
  });

  it.each<[string, string, readonly ("web" | "batch")[]]>([
    ["availability-zone", "us-east-1b", ["batch"]],
    ["block-device-mapping.device-name", "/dev/xvda", ["web", "batch"]],
    ["client-token", "token-1", ["web"]],
    ["dns-name", "ec2-203-0-113-*.compute-1.amazonaws.com", ["web", "batch"]],
    ["iam-instance-profile.arn", "*instance-profile/web", ["web"]],
    ["iam-instance-profile.id", "AIPAweb", ["web"]],
    ["image-id", "ami-*", ["web", "batch"]],
    ["instance-state-code", "16", ["web"]],
    ["instance-state-name", "pending", ["batch"]],
    ["instance-type", "t3.s*", ["batch"]],
    ["instance.group-name", "default", ["web", "batch"]],
    ["ip-address", "203.0.113.*", ["web", "batch"]],
    ["key-name", "mine", ["web"]],
    ["metadata-options.http-tokens", "optional", []],
    ["monitoring-state", "enabled", ["batch"]],
    ["network-interface.addresses.private-ip-address", "172.31.0.50", ["web"]],
    ["network-interface.subnet-id", "subnet-*", ["web", "batch"]],
    ["platform", "windows", []],
    ["private-dns-name", "ip-172-31-0-50.ec2.internal", ["web"]],
    ["private-ip-address", "172.31.0.5?", ["web"]],
    ["tag:team", "blue", ["web"]],
    ["tag-key", "team", ["web"]],
    ["tenancy", "default", ["web", "batch"]],
  ])("finds by %s = %s", (Name, Value, expected) => {
    const known = new Map([
      [web, "web"],
      [batch, "batch"],
    ]);
    const found = ids({ Filters: [{ Name, Values: [Value] }] }).map((id) => known.get(id ?? ""));
    expect(new Set(found)).toEqual(new Set(expected));
  });

  it("shows pages, and each instance on one of them", () => {
    world.launch({ MinCount: 10, MaxCount: 10 });
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = describeAll({ MaxResults: 5, NextToken });
      const rows = page.Reservations!.flatMap(({ Instances }) => Instances!);
      expect(rows.length).toBeLessThanOrEqual(5);
      seen.push(...rows.map(({ InstanceId }) => InstanceId));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(new Set(ids()));
  });

  it.each<[object, string]>([
    [{ InstanceIds: ["i-0aaaaaaaaaaaaaaaa"] }, "InvalidInstanceID.NotFound"],
    [{ InstanceIds: ["web"] }, "InvalidInstanceID.Malformed"],
    [{ InstanceIds: ["i-0aaaaaaaaaaaaaaaa"], MaxResults: 5 }, "InvalidParameterCombination"],
    [{ Filters: [{ Name: "color", Values: ["x"] }] }, "InvalidParameterValue"],
    [{ NextToken: "forged" }, "InvalidNextToken"],
  ])("refuses %j with %s", (input, code) => {
    expect(world.faultOf(describeInstances, input).code).toBe(code);
    expect(world.faultOf(describeInstanceStatus, input).code).toBe(code);
  });

  it("shows a caller its own alone", () => {
    const stranger = { principal: rootOf("444455556666") };
    expect(ids({}, stranger)).toEqual([]);
    expect(world.faultOf(describeInstances, { InstanceIds: [web] }, stranger).code).toBe(
      "InvalidInstanceID.NotFound",
    );
    expect(ids({}, { region: "eu-west-1" })).toEqual([]);
  });

  it("shows a terminated instance for a while, with nothing that it had", () => {
    const row = world.row(web);
    world.store.transaction((tx) => becameTerminated(tx, row, world.environment.clock()));
    const [instance] = describeAll({ InstanceIds: [web] }).Reservations![0]!.Instances!;
    expect(instance).toMatchObject({
      State: { Code: 48, Name: "terminated" },
      NetworkInterfaces: [],
      SecurityGroups: [],
      BlockDeviceMappings: [],
      Tags: [{ Key: "team", Value: "blue" }],
    });
    for (const name of ["VpcId", "SubnetId", "PrivateIpAddress", "PublicIpAddress", "IamInstanceProfile"]) {
      expect(instance).not.toHaveProperty(name);
    }
  });

  it("tells the status of running ones, and of all when asked", () => {
    const statuses = (input: object = {}) =>
      world
        .run<DescribeInstanceStatusResult>(describeInstanceStatus, input)
        .InstanceStatuses!.map((each) => [
          each.InstanceId,
          each.InstanceState?.Name,
          each.InstanceStatus?.Status,
        ]);
    expect(statuses()).toEqual([[web, "running", "ok"]]);
    const whole = statuses({ IncludeAllInstances: true });
    expect(whole).toHaveLength(2);
    expect(whole).toContainEqual([batch, "pending", "initializing"]);
    const expected: Partial<Record<InstanceState, string>> = {
      stopped: "not-applicable",
      terminated: "not-applicable",
      stopping: "not-applicable",
    };
    for (const [state, status] of Object.entries(expected)) {
      world.become(web, { state: state as InstanceState });
      expect(statuses({ InstanceIds: [web], IncludeAllInstances: true })).toEqual([[web, state, status]]);
      expect(statuses({ InstanceIds: [web] })).toEqual([]);
    }
  });
});
