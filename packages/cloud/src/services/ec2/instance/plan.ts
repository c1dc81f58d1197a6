/**
 * From an instance and its observed machine to the next step: pure, so that every pair of states can be
 * tried.
 */
import type { ObservedMachine } from "../../../kit/machine-driver.ts";
import type { InstanceRow } from "./instance.ts";

/** What is to happen next for one instance. */
export type InstanceStep =
  | "none"
  | "start"
  | "stop"
  | "reboot"
  | "terminate"
  | "became-running"
  | "became-stopped"
  | "became-terminated"
  | "shut-itself-down"
  | "failed";

/** The next step. */
export function planInstance(row: InstanceRow, machine: ObservedMachine | undefined): InstanceStep {
  switch (row.state) {
    case "pending":
      return machine?.state === "running" ? "became-running" : "start";
    case "running":
      return planRunning(row, machine);
    case "stopping":
      return machine === undefined || machine.state === "exited" ? "became-stopped" : "stop";
    case "shutting-down":
      return machine === undefined ? "became-terminated" : "terminate";
    case "stopped":
      // A machine that runs although its instance is stopped was started by a pass that died before it could
      // tell.
      return machine === undefined || machine.state === "exited" ? "none" : "stop";
    case "terminated":
      return machine === undefined ? "none" : "terminate";
  }
}

function planRunning(row: InstanceRow, machine: ObservedMachine | undefined): InstanceStep {
  // A host that restarted, or a daemon whose machines are only recorded, has no machine: the instance is to
  // run all the same.
  if (machine === undefined) return "start";
  if (machine.state !== "exited") return row.rebootsAsked > row.rebootsDone ? "reboot" : "none";
  switch (machine.exit?.reason) {
    case "guest-shutdown":
      return "shut-itself-down";
    case "guest-reboot":
    case "host-restarted":
      return "start";
    case "killed":
    case "crashed":
    case undefined:
      return "failed";
  }
}
