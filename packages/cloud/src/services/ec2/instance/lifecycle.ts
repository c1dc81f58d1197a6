/**
 * Starting, stopping, rebooting and terminating: each only wishes; the reconciler does it and reports what it
 * observes.
 */
import type { Tx } from "@casemate/store";
import type { InstanceStateChange } from "@casemate/wire/ec2";
import { fault, type Call, type Need } from "../../../kit/index.ts";
import { networkInterfaces, primaryPublicIp, withPublicIp } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { interfacesOf, stateView } from "./instance-view.ts";
import {
  changeInstance,
  instanceInWrongState,
  instances,
  transitionReason,
  type InstanceRow,
  type InstanceState,
} from "./instance.ts";
import { takePublicAddress } from "./launch/address-allocation.ts";

export const terminationProtected = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
});
export const stopProtected = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `The instance '${id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
});

export const lifecycleFaults = [terminationProtected, stopProtected];

interface Named {
  readonly InstanceIds: readonly string[];
}

function needEach({ InstanceIds }: Named, call: Call): readonly Need[] {
  return [...new Set(InstanceIds)].map((id) => call.need(instances.target(call, id)));
}

/** Changes every named instance or none, and tells what each was and is. */
function changeEach(
  tx: Tx,
  call: Call,
  named: { readonly input: Named; readonly change: (row: InstanceRow) => InstanceState },
): InstanceStateChange[] {
  const rows = instances.fetchAll(tx, call, [...new Set(named.input.InstanceIds)]);
  return rows.map((row) => ({
    InstanceId: row.id,
    CurrentState: stateView(named.change(row)),
    PreviousState: stateView(row.state),
  }));
}

export const startInstances = operation("StartInstances", {
  access: "write",
  honours: ["InstanceIds"],
  needs: needEach,
  handle: (tx, input, call) => ({
    StartingInstances: changeEach(tx, call, { input, change: (row) => startOne(tx, call, row) }),
  }),
});

function startOne(tx: Tx, call: Call, row: InstanceRow): InstanceState {
  if (row.state === "pending" || row.state === "running") return row.state;
  if (row.state !== "stopped") {
    throw instanceInWrongState(row.id, "is not in a state from which it can be started.");
  }
  const interfaces = interfacesOf(tx, row.id);
  // An instance with several interfaces gets no new public address by itself.
  for (const eni of interfaces.length === 1 ? interfaces : []) {
    if (eni.autoPublicIp && primaryPublicIp(eni) === undefined) {
      networkInterfaces.change(tx, eni, withPublicIp(eni, takePublicAddress(tx, call)));
    }
  }
  tx.wish(networkTopic);
  return changeInstance(tx, row, {
    state: "pending",
    stateReason: { code: "pending", message: "pending" },
    stateTransitionReason: "",
    launchedAt: call.now,
    starts: row.starts + 1,
    rebootsDone: row.rebootsAsked,
    forced: false,
  }).state;
}

/** What a user's stop and termination alike say of an instance. */
function userShutdown(
  call: Call,
  forced: boolean,
): Pick<InstanceRow, "stateReason" | "stateTransitionReason" | "forced"> {
  return {
    stateReason: {
      code: "Client.UserInitiatedShutdown",
      message: "Client.UserInitiatedShutdown: User initiated shutdown",
    },
    stateTransitionReason: transitionReason("User initiated", call.now),
    forced,
  };
}

export const stopInstances = operation("StopInstances", {
  access: "write",
  honours: ["Force", "InstanceIds", "SkipOsShutdown"],
  needs: needEach,
  handle(tx, input, call) {
    const forced = input.Force === true || input.SkipOsShutdown === true;
    const change = (row: InstanceRow): InstanceState => {
      if (row.state === "stopped") return row.state;
      if (row.state === "shutting-down" || row.state === "terminated") {
        throw instanceInWrongState(row.id, "is not in a state from which it can be stopped.");
      }
      if (row.disableApiStop) throw stopProtected(row.id);
      return changeInstance(tx, row, {
        state: "stopping",
        ...userShutdown(call, forced || row.forced),
      }).state;
    };
    return { StoppingInstances: changeEach(tx, call, { input, change }) };
  },
});

export const rebootInstances = operation("RebootInstances", {
  access: "write",
  honours: ["InstanceIds"],
  needs: needEach,
  handle(tx, input, call) {
    changeEach(tx, call, {
      input,
      change: (row) => {
        if (row.state !== "running") {
          throw instanceInWrongState(row.id, "is not in a state from which it can be rebooted.");
        }
        return changeInstance(tx, row, { rebootsAsked: row.rebootsAsked + 1 }).state;
      },
    });
    return {};
  },
});

export const terminateInstances = operation("TerminateInstances", {
  access: "write",
  honours: ["Force", "InstanceIds", "SkipOsShutdown"],
  needs: needEach,
  // Differs: one protected instance keeps the whole request from terminating any; AWS decides by zone.
  handle(tx, input, call) {
    const forced = input.Force === true || input.SkipOsShutdown === true;
    const change = (row: InstanceRow): InstanceState => {
      if (row.state === "shutting-down" || row.state === "terminated") return row.state;
      if (row.disableApiTermination) throw terminationProtected(row.id);
      return changeInstance(tx, row, {
        state: "shutting-down",
        ...userShutdown(call, forced || row.forced),
      }).state;
    };
    return { TerminatingInstances: changeEach(tx, call, { input, change }) };
  },
});
