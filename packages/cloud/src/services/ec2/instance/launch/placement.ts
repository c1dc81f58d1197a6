/** What a launch may say of its placement. */
import type { RunInstancesRequest } from "@casemate/wire/ec2";
import { placementUnsupported } from "./faults.ts";

/** Refuses what this host cannot hold to. @throws placementUnsupported */
export function checkPlacement({ Placement }: Pick<RunInstancesRequest, "Placement">): void {
  for (const [name, value] of Object.entries(Placement ?? {})) {
    if (value === undefined || value === "" || name === "AvailabilityZone") continue;
    if (name === "Tenancy" && value === "default") continue;
    throw placementUnsupported(name);
  }
}
