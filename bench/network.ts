// Measures the data plane: the control plane of a large VPC, and what the filter costs packets against bare
// routing between two veth links. The namespaces are its own, and gone afterwards.
import { loadavg } from "node:os";

import { createNetworkDriver } from "@casemate/host";
import { measureForwarding } from "./network-forwarding.ts";
import { measureScale } from "./network-scale.ts";
import type { Report } from "./row.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** Prints the figures of the network, or why there are none. */
export function run(report: Report): Promise<void> {
  return inTemporaryFolder(async (stateDirectory) => {
    const driver = () => createNetworkDriver({ stateDirectory });
    const { available, reasons } = await driver().probe();
    if (!available) {
      report(`not measured: ${reasons.join("; ")}`);
      return;
    }
    const parts = [measureForwarding, measureScale];
    for (const part of parts) {
      report(`(load average ${loadavg()[0]?.toFixed(1) ?? "unknown"})`);
      try {
        await part(stateDirectory, report);
      } finally {
        // A driver of its own: what the part left half done is in the files.
        await driver().destroyAll();
      }
    }
  });
}
