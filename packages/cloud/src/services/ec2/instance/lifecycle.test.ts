import type { InstanceStateChange } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { Fault, type Operation } from "../../../kit/index.ts";
import { networkInterfaces, primaryPublicIp } from "../network-interface/network-interface.ts";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { rootOf } from "../testing.ts";
import { interfacesOf } from "./instance-view.ts";
import type { InstanceState } from "./instance.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./lifecycle.ts";
import { becameStopped, becameTerminated } from "./transitions.ts";

const states: readonly InstanceState[] = [
  "pending",
  "running",
  "shutting-down",
  "terminated",
  "stopping",
  "stopped",
];
const refused = "IncorrectInstanceState";

describe("the life of an instance", () => {
  let world: TestWorld;
  let id: string;

  beforeEach(async () => {
    world = await openTestWorld();
    id = world.launchOne();
  });

  const changes = (operation: Operation, InstanceIds: readonly string[] = [id]) =>
    Object.values(
      world.run<Readonly<Record<string, readonly InstanceStateChange[]>>>(operation, { InstanceIds }),
    )[0];

  const stateAfter = (operation: Operation): string => {
    try {
      world.run(operation, { InstanceIds: [id] });
    } catch (thrown) {
      if (thrown instanceof Fault) return thrown.code;
      throw thrown;
    }
    return world.row(id).state;
  };

  // For each state in order: what the instance is after the request, or that it is refused.
  it.each<[Operation, readonly (InstanceState | typeof refused)[]]>([
    [startInstances, ["pending", "running", refused, refused, refused, "pending"]],
    [stopInstances, ["stopping", "stopping", refused, refused, "stopping", "stopped"]],
    [
      terminateInstances,
      ["shutting-down", "shutting-down", "shutting-down", "terminated", "shutting-down", "shutting-down"],
    ],
    [rebootInstances, [refused, "running", refused, refused, refused, refused]],
  ])("is changed by $name from the states that allow it", (operation, expected) => {
    const after = states.map((state) => {
      world.become(id, { state });
      return stateAfter(operation);
    });
    expect(after).toEqual(expected);
  });

  it("answers with what each instance was and is, once for each", () => {
    world.become(id, { state: "running" });
    expect(changes(stopInstances, [id, id])).toEqual([
      {
        InstanceId: id,
        CurrentState: { Code: 64, Name: "stopping" },
        PreviousState: { Code: 16, Name: "running" },
      },
    ]);
    expect(world.row(id)).toMatchObject({
      stateReason: { code: "Client.UserInitiatedShutdown" },
      stateTransitionReason: "User initiated (2026-01-15 12:00:00 GMT)",
    });
    expect(changes(terminateInstances)?.[0]).toMatchObject({
      CurrentState: { Code: 32, Name: "shutting-down" },
      PreviousState: { Code: 64, Name: "stopping" },
    });
  });

  it.each([startInstances, stopInstances, rebootInstances, terminateInstances])(
    "changes all that $name names or none, and a stranger's never",
    (operation) => {
      world.become(id, { state: operation === startInstances ? "stopped" : "running" });
      const before = world.row(id);
      const fault = (InstanceIds: readonly string[], caller = {}) =>
        world.faultOf(operation, { InstanceIds }, caller).code;
      expect(fault([id, "i-0aaaaaaaaaaaaaaaa"])).toBe("InvalidInstanceID.NotFound");
      expect(fault([id, "web"])).toBe("InvalidInstanceID.Malformed");
      expect(fault([id], { principal: rootOf("444455556666") })).toBe("InvalidInstanceID.NotFound");
      expect(fault([id], { region: "eu-west-1" })).toBe("InvalidInstanceID.NotFound");
      expect(world.row(id)).toEqual(before);
    },
  );

  it("is protected from termination and from stopping, by force as well", () => {
    const other = world.launchOne({ DisableApiTermination: true, DisableApiStop: true });
    for (const each of [id, other]) world.become(each, { state: "running" });
    const asked = { InstanceIds: [id, other], Force: true };
    expect(world.faultOf(terminateInstances, asked)).toEqual({
      code: "OperationNotPermitted",
      message:
        `The instance '${other}' may not be terminated. ` +
        "Modify its 'disableApiTermination' instance attribute and try again.",
    });
    expect(world.faultOf(stopInstances, asked)).toEqual({
      code: "OperationNotPermitted",
      message: `The instance '${other}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    });
    expect([world.row(id).state, world.row(other).state]).toEqual(["running", "running"]);
  });

  it.each([
    [{}, false],
    [{ Force: false }, false],
    [{ Force: true }, true],
    [{ SkipOsShutdown: true }, true],
  ])("stops and terminates with %j by force: %s", (input, forced) => {
    for (const operation of [stopInstances, terminateInstances]) {
      world.become(id, { state: "running", forced: false });
      world.run(operation, { InstanceIds: [id], ...input });
      expect(world.row(id).forced).toBe(forced);
    }
  });

  it("refuses to hibernate, which it does not honour", () => {
    world.become(id, { state: "running" });
    const input = { InstanceIds: [id], Hibernate: true };
    expect(world.faultOf(stopInstances, input)).toEqual({
      code: "UnsupportedOperation",
      message: "Hibernate",
    });
  });

  it("needs the action on every named instance with its keys, once", () => {
    const other = world.launchOne();
    for (const operation of [startInstances, stopInstances, rebootInstances, terminateInstances]) {
      const needs = world.needsOf(operation, { InstanceIds: [id, other, id, "i-0aaaaaaaaaaaaaaaa"] });
      const arns = [id, other, "i-0aaaaaaaaaaaaaaaa"].map((each) => [
        `ec2:${operation.name}`,
        `arn:aws:ec2:us-east-1:111122223333:instance/${each}`,
      ]);
      expect(needs.map(({ action, target }) => [action, target.arn])).toEqual(arns);
      expect(needs[0]?.target.keys).toMatchObject({ "ec2:InstanceType": "t3.micro", "ec2:InstanceID": id });
      expect(needs[2]?.target.keys).toEqual({});
    }
  });

  it("gives back a public address that came with running, of a kept interface too", () => {
    const kept = world.launchOne({ NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: false }] });
    const [eni] = world.store.read((tx) => interfacesOf(tx, kept));
    expect(eni?.publicIps).toHaveLength(1);
    const row = world.row(kept);
    world.store.transaction((tx) => becameTerminated(tx, row, world.environment.clock()));
    const left = world.store.read((tx) => tx.get(networkInterfaces.collection, eni!.id));
    expect(left).toMatchObject({ status: "available", privateIps: eni?.privateIps, autoPublicIp: false });
    expect(left?.publicIps).toEqual([]);
    expect(left).not.toHaveProperty("attachment");
  });

  it("keeps its private address over a stop, and gets a public one again with its start", () => {
    const before = world.row(id);
    const [eni] = world.store.read((tx) => interfacesOf(tx, id));
    world.store.transaction((tx) => becameStopped(tx, before));
    expect(world.store.read((tx) => interfacesOf(tx, id)[0]?.publicIps)).toEqual([]);
    world.advance(60_000);
    world.run(startInstances, { InstanceIds: [id] });
    const [again] = world.store.read((tx) => interfacesOf(tx, id));
    expect(again?.privateIps).toEqual(eni?.privateIps);
    expect(primaryPublicIp(again!)).toMatch(/^203\.0\.113\./);
    expect(world.row(id)).toMatchObject({ starts: 2, launchedAt: before.launchedAt + 60_000 });
  });
});
