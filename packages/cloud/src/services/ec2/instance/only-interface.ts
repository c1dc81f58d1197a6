/** The interface that is meant where an instance is named and its interface is not. */
import type { ReadTx } from "@casemate/store";
import { fault } from "../../../kit/index.ts";
import type { NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { interfacesOf } from "./instance-view.ts";
import type { InstanceRow } from "./instance.ts";

export const severalInterfaces = fault({
  code: "InvalidInstanceID",
  message: (id: string) =>
    `There are multiple interfaces attached to instance '${id}'. ` +
    "Please specify an interface ID for the operation instead.",
});
export const instanceGone = fault({
  code: "InvalidInstanceID",
  message: (state: string, id: string) =>
    `The ${state} instance '${id}' is not in a valid state for this operation.`,
});

/** The interface of an instance that has just one. @throws severalInterfaces, instanceGone */
export function onlyInterface(tx: ReadTx, row: InstanceRow): NetworkInterfaceRow {
  const [first, ...more] = interfacesOf(tx, row.id);
  if (first === undefined) throw instanceGone(row.state, row.id);
  if (more.length > 0) throw severalInterfaces(row.id);
  return first;
}
