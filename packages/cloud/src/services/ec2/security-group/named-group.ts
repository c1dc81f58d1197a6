/** Finding the group that a request names: by id, or by name in the default VPC. */
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { vpcs } from "../vpc/vpc.ts";
import { groupNameNotFound, groupNotNamed } from "./faults.ts";
import { securityGroups, type SecurityGroupRow } from "./security-group.ts";

/** How a request names a group. */
export interface NamedGroup {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
}

function byName(tx: ReadTx, call: Call, name: string): SecurityGroupRow | undefined {
  const vpc = vpcs.list(tx, call).find(({ isDefault }) => isDefault);
  if (vpc === undefined) return undefined;
  return securityGroups.by(tx, call, { index: "vpc", value: vpc.id }).find((row) => row.name === name);
}

/** The group. @throws groupNotNamed, groupNameNotFound and the faults of its id */
export function fetchNamedGroup(tx: ReadTx, call: Call, named: NamedGroup): SecurityGroupRow {
  if (named.GroupId !== undefined) return securityGroups.fetch(tx, call, named.GroupId);
  if (named.GroupName === undefined) throw groupNotNamed();
  const row = byName(tx, call, named.GroupName);
  if (row === undefined) throw groupNameNotFound(named.GroupName);
  return row;
}

/** The group as target of a need; one that is not there is named by what was asked for. */
export function namedGroupTarget(call: Call, named: NamedGroup): Target {
  const row = named.GroupId === undefined ? byName(call.tx, call, named.GroupName ?? "") : undefined;
  return securityGroups.target(call, row?.id ?? named.GroupId ?? "*");
}
