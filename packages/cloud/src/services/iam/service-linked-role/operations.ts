/** Operations on service-linked roles. */
import type { Tx } from "@casemate/store";
import type { DeletionTaskFailureReasonType } from "@casemate/wire/iam";
import { drawUuid } from "../../../kit/index.ts";
import { forgetAccess } from "../access-advisor/service-access.ts";
import { operation } from "../operation.ts";
import { fetchRole, findRole, roleArn, roles, roleTarget } from "../role/role.ts";
import { roleNotFound } from "../role/role-faults.ts";
import { roleView } from "../role/role-view.ts";
import {
  deletionTasks,
  deletionTasksPerAccountMax,
  fetchDeletionTask,
  parseDeletionTask,
  type DeletionTaskRow,
} from "./deletion-task.ts";
import { usesOfRole } from "./role-use.ts";
import {
  fetchLinkedService,
  linkedRoleName,
  linkedRolePath,
  linkedRoleTarget,
  putServiceLinkedRole,
} from "./service-linked-role.ts";
import { linkedRoleExists, linkedRoleNameTooLong, suffixNotAllowed } from "./service-linked-role-faults.ts";

/** Characters of a role's name. */
export const roleNameLengthMax = 64;

export const createServiceLinkedRole = operation("CreateServiceLinkedRole", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const { AWSServiceName: service, CustomSuffix: suffix } = input;
    return [call.need(linkedRoleTarget(call, { service, suffix }), { "iam:AWSServiceName": service })];
  },
  handle(tx, input, call) {
    const { AWSServiceName: service, CustomSuffix: suffix, Description: description } = input;
    const linked = fetchLinkedService(service);
    if (suffix !== undefined && !linked.takesSuffix) throw suffixNotAllowed(service);
    const name = linkedRoleName(linked, suffix);
    if (name.length > roleNameLengthMax) throw linkedRoleNameTooLong(name);
    if (findRole(tx, call.accountId, name) !== undefined) throw linkedRoleExists(name);
    return { Role: roleView(tx, putServiceLinkedRole(tx, call, { service, suffix, description })) };
  },
});

/** Differs: on AWS a deletion takes a while; here it has ended when the id of its task is told. */
export const deleteServiceLinkedRole = operation("DeleteServiceLinkedRole", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const role = fetchRole(tx, call, input.RoleName);
    const { linkedService } = role;
    if (linkedService === undefined) throw roleNotFound(input.RoleName);
    const uses = usesOfRole(tx, call, role);
    if (uses.length === 0) {
      tx.delete(roles, role.id);
      forgetAccess(tx, role.id);
    }
    const id = `task${linkedRolePath(linkedService)}${role.name}/${drawUuid(call.environment.random)}`;
    putTask(tx, {
      id,
      accountId: call.accountId,
      endedAt: call.now,
      ...(uses.length === 0 ? {} : { uses: uses.map(({ region, resource }) => ({ region, resource })) }),
    });
    return { DeletionTaskId: id };
  },
});

function putTask(tx: Tx, row: DeletionTaskRow): void {
  const others = tx.by(deletionTasks, "account", row.accountId);
  if (others.length >= deletionTasksPerAccountMax) {
    const oldest = others.reduce((one, other) => (other.endedAt < one.endedAt ? other : one));
    tx.delete(deletionTasks, oldest.id);
  }
  tx.put(deletionTasks, row);
}

export const getServiceLinkedRoleDeletionStatus = operation("GetServiceLinkedRoleDeletionStatus", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const { service, roleName } = parseDeletionTask(input.DeletionTaskId);
    const named = { accountId: call.accountId, path: linkedRolePath(service), name: roleName };
    return [call.need({ arn: roleArn(named), accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const { uses } = fetchDeletionTask(tx, call, input.DeletionTaskId);
    if (uses === undefined) return { Status: "SUCCEEDED" as const };
    return { Status: "FAILED" as const, Reason: failure(uses) };
  },
});

/** Why a role was not deleted: what it is needed for, by region. */
function failure(uses: NonNullable<DeletionTaskRow["uses"]>): DeletionTaskFailureReasonType {
  const regions = [...new Set(uses.map(({ region }) => region))].toSorted();
  return {
    Reason: "The service-linked role is still in use by the service that it is linked to.",
    RoleUsageList: regions.map((region) => ({
      Region: region,
      Resources: uses.filter((use) => use.region === region).map(({ resource }) => resource),
    })),
  };
}

/** Every operation of this file. */
export const serviceLinkedRoleOperations = [
  createServiceLinkedRole,
  deleteServiceLinkedRole,
  getServiceLinkedRoleDeletionStatus,
];
