/** Permissions for other accounts to attach an interface to instances of theirs. */
import type { ReadTx } from "@casemate/store";
import type { NetworkInterfacePermission } from "@casemate/wire/ec2";
import {
  resource,
  resourceTagKeys,
  type Call,
  type FilterTable,
  type OwnedRow,
  type Target,
} from "../../../kit/index.ts";
import { interfacePermissionMalformed, interfacePermissionNotFound } from "./faults.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";

/** A permission; its owner is the interface's. */
export interface InterfacePermissionRow extends OwnedRow {
  readonly id: string;
  readonly networkInterfaceId: string;
  /** Who may attach it. */
  readonly granteeId: string;
  readonly permission: "INSTANCE-ATTACH";
}

export const interfacePermissions = resource<InterfacePermissionRow, "interface">({
  service: "ec2",
  type: "network-interface-permission",
  prefix: "eni-perm",
  indexes: { interface: (row) => row.networkInterfaceId },
  notFound: interfacePermissionNotFound,
  malformed: interfacePermissionMalformed,
});

/** The interface, if the caller may attach it: its own, or one that it is permitted. */
export function findAttachable(tx: ReadTx, call: Call, id: string): NetworkInterfaceRow | undefined {
  const row = tx.get(networkInterfaces.collection, id);
  if (row === undefined || row.region !== call.region) return undefined;
  const permitted = tx
    .by(interfacePermissions.collection, "interface", id)
    .some(({ granteeId, permission }) => granteeId === call.accountId && permission === "INSTANCE-ATTACH");
  return row.accountId === call.accountId || permitted ? row : undefined;
}

/** The interface as target of the caller's own permission to attach it. */
export function attachableTarget(call: Call, id: string): Target {
  const row = findAttachable(call.tx, call, id);
  if (row === undefined || row.accountId === call.accountId) return networkInterfaces.target(call, id);
  // The owner's consent is the permission; what is left to decide is whether the caller's account lets it.
  const { arn, keys } = networkInterfaces.targetOf(row, call.tx);
  const tags = Object.keys(resourceTagKeys(row.tags, "ec2"));
  const known = Object.entries(keys).filter(([name]) => !tags.includes(name));
  return { arn, accountId: call.accountId, keys: Object.fromEntries(known) };
}

/** The filters of DescribeNetworkInterfacePermissions. */
export const permissionFilters: FilterTable<InterfacePermissionRow> = {
  "network-interface-permission.aws-account-id": (row) => row.granteeId,
  "network-interface-permission.aws-service": () => undefined,
  "network-interface-permission.network-interface-id": (row) => row.networkInterfaceId,
  "network-interface-permission.network-interface-permission-id": (row) => row.id,
  "network-interface-permission.permission": (row) => row.permission,
};

/** The permission as the API shows it. */
export function permissionView(row: InterfacePermissionRow): NetworkInterfacePermission {
  return {
    NetworkInterfacePermissionId: row.id,
    NetworkInterfaceId: row.networkInterfaceId,
    AwsAccountId: row.granteeId,
    Permission: row.permission,
    PermissionState: { State: "granted" },
  };
}
