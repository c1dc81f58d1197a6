/** Operations on instance profiles. */
import { uniqueId } from "@casemate/key-engine";
import { requestTagKeys } from "../../../kit/index.ts";
import { quotaExceeded, roleInInstanceProfile } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchChangeableRole, fetchRole, findRole, roleTarget } from "../role/role.ts";
import { roleNotFound } from "../role/role-faults.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import {
  fetchInstanceProfile,
  findInstanceProfile,
  instanceProfileArn,
  instanceProfiles,
  instanceProfileTarget,
  putInstanceProfile,
} from "./instance-profile.ts";
import { instanceProfileExists } from "./instance-profile-faults.ts";
import { instanceProfileSummary, instanceProfileView } from "./instance-profile-view.ts";

/** Instance profiles an account may have. */
export const instanceProfilesPerAccountMax = 1000;

export const createInstanceProfile = operation("CreateInstanceProfile", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const { accountId } = call;
    const arn = instanceProfileArn({ accountId, path: input.Path ?? "/", name: input.InstanceProfileName });
    const target = { arn, accountId, keys: {} };
    const keys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(keys).length > 0;
    return [
      call.need(target, keys),
      ...(tagging ? [call.needAction("iam:TagInstanceProfile", target, keys)] : []),
    ];
  },
  handle(tx, input, call) {
    const name = input.InstanceProfileName;
    if (findInstanceProfile(tx, call.accountId, name) !== undefined) throw instanceProfileExists(name);
    if (tx.by(instanceProfiles, "account", call.accountId).length >= instanceProfilesPerAccountMax) {
      throw quotaExceeded("InstanceProfilesPerAccount", String(instanceProfilesPerAccountMax));
    }
    const row = putInstanceProfile(tx, {
      id: uniqueId(call.environment.random, "AIPA"),
      accountId: call.accountId,
      name,
      path: input.Path ?? "/",
      createdAt: call.now,
      tags: readTags(input.Tags),
    });
    return { InstanceProfile: instanceProfileView(tx, row) };
  },
});

export const getInstanceProfile = operation("GetInstanceProfile", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(instanceProfileTarget(call, input.InstanceProfileName))],
  handle: (tx, input, call) => ({
    InstanceProfile: instanceProfileView(tx, fetchInstanceProfile(tx, call, input.InstanceProfileName)),
  }),
});

export const listInstanceProfiles = operation("ListInstanceProfiles", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const arn = `arn:aws:iam::${call.accountId}:instance-profile${input.PathPrefix ?? "/"}`;
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const found = tx
      .by(instanceProfiles, "account", call.accountId)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
    const { items, marks } = listing(call, input, { items: found, key: ({ name }) => name.toLowerCase() });
    return { InstanceProfiles: items.map((row) => instanceProfileSummary(tx, row)), ...marks };
  },
});

export const listInstanceProfilesForRole = operation("ListInstanceProfilesForRole", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(roleTarget(call, input.RoleName))],
  handle(tx, input, call) {
    const found = tx.by(instanceProfiles, "role", fetchRole(tx, call, input.RoleName).id);
    const { items, marks } = listing(call, input, { items: found, key: ({ name }) => name.toLowerCase() });
    return { InstanceProfiles: items.map((row) => instanceProfileSummary(tx, row)), ...marks };
  },
});

export const addRoleToInstanceProfile = operation("AddRoleToInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(instanceProfileTarget(call, input.InstanceProfileName)),
    // Whoever holds the profile hands the role to instances, so the role must be theirs to pass.
    call.needAction("iam:PassRole", roleTarget(call, input.RoleName), {
      "iam:PassedToService": "ec2.amazonaws.com",
    }),
  ],
  handle(tx, input, call) {
    const row = fetchInstanceProfile(tx, call, input.InstanceProfileName);
    const role = fetchChangeableRole(tx, call, input.RoleName);
    if (row.roleId !== undefined) throw quotaExceeded("InstanceSessionsPerInstanceProfile", "1");
    putInstanceProfile(tx, { ...row, roleId: role.id });
    return {};
  },
});

export const removeRoleFromInstanceProfile = operation("RemoveRoleFromInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(instanceProfileTarget(call, input.InstanceProfileName))],
  handle(tx, input, call) {
    const { roleId, ...row } = fetchInstanceProfile(tx, call, input.InstanceProfileName);
    const role = findRole(tx, call.accountId, input.RoleName);
    if (role === undefined || role.id !== roleId) throw roleNotFound(input.RoleName);
    putInstanceProfile(tx, row);
    return {};
  },
});

export const deleteInstanceProfile = operation("DeleteInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(instanceProfileTarget(call, input.InstanceProfileName))],
  handle(tx, input, call) {
    const row = fetchInstanceProfile(tx, call, input.InstanceProfileName);
    if (row.roleId !== undefined) throw roleInInstanceProfile();
    tx.delete(instanceProfiles, row.id);
    return {};
  },
});

export const tagInstanceProfile = operation("TagInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(instanceProfileTarget(call, input.InstanceProfileName), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchInstanceProfile(tx, call, input.InstanceProfileName);
    putInstanceProfile(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagInstanceProfile = operation("UntagInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(instanceProfileTarget(call, input.InstanceProfileName), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchInstanceProfile(tx, call, input.InstanceProfileName);
    putInstanceProfile(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listInstanceProfileTags = operation("ListInstanceProfileTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(instanceProfileTarget(call, input.InstanceProfileName))],
  handle: (tx, input, call) =>
    listTags(call, input, fetchInstanceProfile(tx, call, input.InstanceProfileName).tags),
});

/** Every operation of this file. */
export const instanceProfileOperations = [
  createInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  addRoleToInstanceProfile,
  removeRoleFromInstanceProfile,
  deleteInstanceProfile,
  tagInstanceProfile,
  untagInstanceProfile,
  listInstanceProfileTags,
];
