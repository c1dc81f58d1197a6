/** Deletions of service-linked roles: what became of each that was asked for. */
import { collection, type ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { deletionTaskMalformed, deletionTaskNotFound } from "./service-linked-role-faults.ts";

/** How a deletion ended; it ends in the call that asks for it. */
export interface DeletionTaskRow {
  /** `task/aws-service-role/<service>/<role name>/<uuid>`. */
  readonly id: string;
  readonly accountId: string;
  readonly endedAt: number;
  /** What the role was still needed for; absent where it was deleted. */
  readonly uses?: readonly { readonly region: string; readonly resource: string }[] | undefined;
}

export const deletionTasks = collection<DeletionTaskRow>()({
  kind: "iam/service-linked-role-deletion",
  key: (row) => row.id,
  indexes: { account: (row) => row.accountId },
});

/** Deletions of an account that are remembered; of more, the oldest is forgotten. */
export const deletionTasksPerAccountMax = 1000;

/** The service and the role that the id of a deletion names. @throws deletionTaskMalformed */
export function parseDeletionTask(id: string): { readonly service: string; readonly roleName: string } {
  const [, service, roleName] =
    /^task\/aws-service-role\/([^/]+)\/([\w+=,.@-]+)\/[0-9a-f-]{36}$/.exec(id) ?? [];
  if (service === undefined || roleName === undefined) throw deletionTaskMalformed(id);
  return { service, roleName };
}

/** The deletion of the caller's account. @throws deletionTaskNotFound */
export function fetchDeletionTask(tx: ReadTx, call: Call, id: string): DeletionTaskRow {
  const row = tx.get(deletionTasks, id);
  if (row?.accountId !== call.accountId) throw deletionTaskNotFound(id);
  return row;
}
