import { describe, expect, it } from "vitest";
import type { ObservedMachine } from "../../../kit/machine-driver.ts";
import type { InstanceRow } from "./instance.ts";
import { planInstance, type InstanceStep } from "./plan.ts";

const row = (changes: Partial<InstanceRow>): InstanceRow =>
  ({ id: "i-0", rebootsAsked: 0, rebootsDone: 0, ...changes }) as InstanceRow;

const machine = (
  state: ObservedMachine["state"],
  reason?: NonNullable<ObservedMachine["exit"]>["reason"],
): ObservedMachine => ({
  instanceId: "i-0",
  state,
  startedAt: 0,
  startIdentity: "1",
  ...(reason === undefined ? {} : { exit: { reason } }),
});

const running = machine("running");
const exited = machine("exited", "killed");

describe("the plan of an instance", () => {
  it.each<[InstanceRow["state"], ObservedMachine | undefined, InstanceStep]>([
    ["pending", undefined, "start"],
    ["pending", exited, "start"],
    ["pending", machine("starting"), "start"],
    ["pending", running, "became-running"],
    ["running", running, "none"],
    ["running", undefined, "start"],
    ["running", machine("exited", "guest-shutdown"), "shut-itself-down"],
    ["running", machine("exited", "guest-reboot"), "start"],
    ["running", machine("exited", "host-restarted"), "start"],
    ["running", machine("exited", "crashed"), "failed"],
    ["running", machine("exited", "killed"), "failed"],
    ["running", machine("exited"), "failed"],
    ["stopping", running, "stop"],
    ["stopping", machine("stopping"), "stop"],
    ["stopping", exited, "became-stopped"],
    ["stopping", undefined, "became-stopped"],
    ["shutting-down", running, "terminate"],
    ["shutting-down", exited, "terminate"],
    ["shutting-down", undefined, "became-terminated"],
    ["stopped", undefined, "none"],
    ["stopped", exited, "none"],
    ["stopped", running, "stop"],
    ["terminated", undefined, "none"],
    ["terminated", exited, "terminate"],
  ])("of one that is %s with the machine %j is %s", (state, observed, step) => {
    expect(planInstance(row({ state }), observed)).toBe(step);
  });

  it("reboots once for each time that it was asked", () => {
    expect(planInstance(row({ state: "running", rebootsAsked: 1 }), running)).toBe("reboot");
    expect(planInstance(row({ state: "running", rebootsAsked: 1, rebootsDone: 1 }), running)).toBe("none");
  });
});
