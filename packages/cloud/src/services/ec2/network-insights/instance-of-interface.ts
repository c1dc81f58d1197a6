/** Which instance an interface is attached to, for the components of paths. */
import type { ReadTx } from "@casemate/store";
import { networkInterfaces } from "../network-interface/network-interface.ts";

/** Looks it up. */
export function instanceOfInterface(tx: ReadTx): (eniId: string) => string | undefined {
  return (eniId) => tx.get(networkInterfaces.collection, eniId)?.attachment?.instanceId;
}
