/** Granting, withdrawing and describing permissions of interfaces. */
import { operation } from "../operation.ts";
import { describe, describeRequest } from "../describe.ts";
import {
  interfaceNotOwn,
  permissionAccountInvalid,
  permissionExists,
  permissionInUse,
  permissionUnsupported,
  permissionWithoutGrantee,
} from "./faults.ts";
import { interfacePermissions, permissionFilters, permissionView } from "./interface-permission.ts";
import { networkInterfaces } from "./network-interface.ts";

export const createNetworkInterfacePermission = operation("CreateNetworkInterfacePermission", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(networkInterfaces.target(call, input.NetworkInterfaceId), {
      "ec2:AuthorizedService": input.AwsService,
      "ec2:AuthorizedUser": input.AwsAccountId && `arn:aws:iam::${input.AwsAccountId}:root`,
      "ec2:Permission": input.Permission,
    }),
  ],
  handle(tx, input, call) {
    const row = networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (row.requester !== undefined) throw interfaceNotOwn();
    if (input.AwsService !== undefined) throw permissionUnsupported("services");
    if (input.Permission !== "INSTANCE-ATTACH") throw permissionUnsupported(input.Permission);
    const granteeId = input.AwsAccountId;
    if (granteeId === undefined) throw permissionWithoutGrantee();
    if (!/^\d{12}$/.test(granteeId)) throw permissionAccountInvalid(granteeId);
    const standing = tx.by(interfacePermissions.collection, "interface", row.id);
    if (standing.some((each) => each.granteeId === granteeId)) throw permissionExists(row.id, granteeId);
    const permission = interfacePermissions.put(tx, {
      id: call.newId("eni-perm"),
      accountId: call.accountId,
      region: call.region,
      tags: {},
      networkInterfaceId: row.id,
      granteeId,
      permission: "INSTANCE-ATTACH",
    });
    return { InterfacePermission: permissionView(permission) };
  },
});

export const deleteNetworkInterfacePermission = operation("DeleteNetworkInterfacePermission", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const permission = interfacePermissions.find(call.tx, call, input.NetworkInterfacePermissionId);
    const id = permission?.networkInterfaceId ?? "*";
    return [call.need(networkInterfaces.target(call, id))];
  },
  handle(tx, input, call) {
    const permission = interfacePermissions.fetch(tx, call, input.NetworkInterfacePermissionId);
    const row = networkInterfaces.find(tx, call, permission.networkInterfaceId);
    const used = row?.attachment?.instanceOwnerId === permission.granteeId;
    // What is attached stays attached: the permission is about attaching.
    if (used && input.Force !== true) throw permissionInUse(permission.id);
    interfacePermissions.remove(tx, permission);
    return { Return: true };
  },
});

export const describeNetworkInterfacePermissions = operation("DescribeNetworkInterfacePermissions", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: interfacePermissions,
      filters: permissionFilters,
      request: describeRequest(input, input.NetworkInterfacePermissionIds, "networkInterfacePermissionIds"),
    });
    return { NetworkInterfacePermissions: found.items.map(permissionView), NextToken: found.nextToken };
  },
});
