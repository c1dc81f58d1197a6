/** Giving an interface other security groups: all of its VPC, and no more than an interface may have. */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { checkGroups } from "../instance/launch/network-plan.ts";
import { networkTopic } from "../network/network-topic.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";

/** Replaces an interface's groups. @throws the groups' faults, groupElsewhere, groupsPerInterfaceExceeded */
export function setInterfaceGroups(
  tx: Tx,
  call: Call,
  asked: { readonly row: NetworkInterfaceRow; readonly groupIds: readonly string[] },
): void {
  const { row } = asked;
  const groups = securityGroups.fetchAll(tx, call, [...new Set(asked.groupIds)]);
  checkGroups(tx, { groups, subnet: { id: row.subnetId, vpcId: row.vpcId } });
  networkInterfaces.change(tx, row, { securityGroupIds: groups.map(({ id }) => id) });
  tx.wish(networkTopic);
}
