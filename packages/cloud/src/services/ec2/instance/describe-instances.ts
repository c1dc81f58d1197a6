/** DescribeInstances and DescribeInstanceStatus. */
import type { InstanceStatus, InstanceStatusSummary } from "@casemate/wire/ec2";
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { instanceFilters, instanceStatusFilters, reachabilityOf, statusOf } from "./instance-filters.ts";
import { reservationView, stateView } from "./instance-view.ts";
import { instances, type InstanceRow } from "./instance.ts";

export const describeInstances = operation("DescribeInstances", {
  access: "read",
  honours: ["Filters", "InstanceIds", "MaxResults", "NextToken"],
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: instances,
      filters: instanceFilters,
      request: describeRequest(input, input.InstanceIds, "instancesSet"),
    });
    const byReservation = new Map<string, InstanceRow[]>();
    for (const row of found.items) {
      const rows = byReservation.get(row.reservationId);
      if (rows === undefined) byReservation.set(row.reservationId, [row]);
      else rows.push(row);
    }
    return {
      Reservations: [...byReservation.values()].map((rows) => reservationView(rows, tx)),
      NextToken: found.nextToken,
    };
  },
});

export const describeInstanceStatus = operation("DescribeInstanceStatus", {
  access: "read",
  honours: ["Filters", "IncludeAllInstances", "InstanceIds", "MaxResults", "NextToken"],
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const all = input.IncludeAllInstances === true;
    const shown = (rows: readonly InstanceRow[]): readonly InstanceRow[] =>
      all ? rows : rows.filter(({ state }) => state === "running");
    const found = describe(tx, call, {
      resource: {
        fetchAll: (...args) => shown(instances.fetchAll(...args)),
        list: (...args) => shown(instances.list(...args)),
      },
      filters: instanceStatusFilters,
      request: describeRequest(input, input.InstanceIds, "instancesSet"),
    });
    return { InstanceStatuses: found.items.map(statusView), NextToken: found.nextToken };
  },
});

function statusView(row: InstanceRow): InstanceStatus {
  const reachability = reachabilityOf(row);
  const summary: InstanceStatusSummary = {
    Status: statusOf(row),
    Details: reachability === undefined ? [] : [{ Name: "reachability", Status: reachability }],
  };
  return {
    InstanceId: row.id,
    AvailabilityZone: row.zone,
    InstanceState: stateView(row.state),
    InstanceStatus: summary,
    SystemStatus: summary,
    Events: [],
  };
}
