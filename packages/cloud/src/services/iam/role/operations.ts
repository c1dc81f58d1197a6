/** Operations on roles themselves. */
import { uniqueId } from "@casemate/key-engine";
import { requestTagKeys } from "../../../kit/index.ts";
import { forgetAccess } from "../access-advisor/service-access.ts";
import { inlinePoliciesLeft, policiesAttached, quotaExceeded, roleInInstanceProfile } from "../faults.ts";
import { instanceProfiles } from "../instance-profile/instance-profile.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { checkBoundary } from "../policy/attachments.ts";
import { checkPolicyArn } from "../policy/policy.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import { fetchChangeableRole, fetchRole, findRole, putRole, roleArn, roles, roleTarget } from "./role.ts";
import { roleExists, rolePathReserved, roleProtected } from "./role-faults.ts";
import { roleDetail, roleSummary, roleView } from "./role-view.ts";
import { storedTrust } from "./trust-document.ts";

/** Roles an account may have. */
export const rolesPerAccountMax = 1000;

/** Where the roles of services are, and no other. */
const servicePath = "/aws-service-role/";

/** How long a session lives at most when the role does not say. */
const defaultSessionSeconds = 3600;

export const createRole = operation("CreateRole", {
  access: "write",
  honours: "all",
  needs(input, call) {
    if (input.PermissionsBoundary !== undefined) checkPolicyArn(input.PermissionsBoundary);
    const arn = roleArn({ accountId: call.accountId, path: input.Path ?? "/", name: input.RoleName });
    const target = { arn, accountId: call.accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const keys = { "iam:PermissionsBoundary": input.PermissionsBoundary, ...tagKeys };
    const tagging = Object.keys(tagKeys).length > 0;
    return [call.need(target, keys), ...(tagging ? [call.needAction("iam:TagRole", target, tagKeys)] : [])];
  },
  handle(tx, input, call) {
    if (input.Path?.startsWith(servicePath)) throw rolePathReserved(input.Path);
    const trustDocument = storedTrust(tx, input.AssumeRolePolicyDocument);
    if (findRole(tx, call.accountId, input.RoleName) !== undefined) throw roleExists(input.RoleName);
    if (tx.by(roles, "account", call.accountId).length >= rolesPerAccountMax) {
      throw quotaExceeded("RolesPerAccount", String(rolesPerAccountMax));
    }
    if (input.PermissionsBoundary !== undefined) checkBoundary(tx, call, input.PermissionsBoundary);
    const row = putRole(tx, {
      id: uniqueId(call.environment.random, "AROA"),
      accountId: call.accountId,
      name: input.RoleName,
      path: input.Path ?? "/",
      trustDocument,
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      createdAt: call.now,
      tags: readTags(input.Tags),
      attachedPolicyArns: [],
      inlinePolicies: [],
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
    });
    return { Role: roleView(tx, row) };
  },
});

export const getRole = operation("GetRole", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle: (tx, input, call) => ({ Role: roleDetail(tx, fetchRole(tx, call, input.RoleName)) }),
});

export const listRoles = operation("ListRoles", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const arn = `arn:aws:iam::${call.accountId}:role${input.PathPrefix ?? "/"}`;
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const found = tx
      .by(roles, "account", call.accountId)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
    const { items, marks } = listing(call, input, { items: found, key: ({ name }) => name.toLowerCase() });
    return { Roles: items.map((row) => roleSummary(tx, row)), ...marks };
  },
});

export const updateRole = operation("UpdateRole", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const row = fetchRole(tx, call, input.RoleName);
    // Of a service's role, the description is the account's to change.
    if (row.linkedService !== undefined && input.MaxSessionDuration !== undefined) {
      throw roleProtected(row.name);
    }
    putRole(tx, {
      ...row,
      // "If you do not specify a value for this setting, the default value of one hour is applied": IAM API,
      // UpdateRole.
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      ...(input.Description === undefined ? {} : { description: input.Description }),
    });
    return {};
  },
});

export const updateRoleDescription = operation("UpdateRoleDescription", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const row = fetchRole(tx, call, input.RoleName);
    return { Role: roleView(tx, putRole(tx, { ...row, description: input.Description })) };
  },
});

export const deleteRole = operation("DeleteRole", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const row = fetchChangeableRole(tx, call, input.RoleName);
    if (row.attachedPolicyArns.length > 0) throw policiesAttached();
    if (row.inlinePolicies.length > 0) throw inlinePoliciesLeft();
    if (tx.by(instanceProfiles, "role", row.id).length > 0) throw roleInInstanceProfile();
    tx.delete(roles, row.id);
    forgetAccess(tx, row.id);
    return {};
  },
});

export const updateAssumeRolePolicy = operation("UpdateAssumeRolePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const row = fetchChangeableRole(tx, call, input.RoleName);
    putRole(tx, { ...row, trustDocument: storedTrust(tx, input.PolicyDocument) });
    return {};
  },
});

export const tagRole = operation("TagRole", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName), requestTagKeys(readTags(input.Tags)))],
  handle(tx, input, call) {
    const row = fetchRole(tx, call, input.RoleName);
    putRole(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagRole = operation("UntagRole", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName), { "aws:TagKeys": input.TagKeys })],
  handle(tx, input, call) {
    const row = fetchRole(tx, call, input.RoleName);
    putRole(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listRoleTags = operation("ListRoleTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle: (tx, input, call) => listTags(call, input, fetchRole(tx, call, input.RoleName).tags),
});

/** Every operation of this file. */
export const roleOperations = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateRoleDescription,
  deleteRole,
  updateAssumeRolePolicy,
  tagRole,
  untagRole,
  listRoleTags,
];
