/** Operations on users themselves. */
import { uniqueId } from "@casemate/key-engine";
import { requestTagKeys } from "../../../kit/index.ts";
import { keysOf } from "../access-key/access-key.ts";
import { forgetAccess } from "../access-advisor/service-access.ts";
import { inlinePoliciesLeft, policiesAttached, quotaExceeded, usersInGroup } from "../faults.ts";
import { listing } from "../listing.ts";
import { loginProfiles } from "../login-profile/login-profile.ts";
import { mfaDevicesOf } from "../mfa-device/mfa-device.ts";
import { operation } from "../operation.ts";
import { checkBoundary } from "../policy/attachments.ts";
import { checkPolicyArn } from "../policy/policy.ts";
import { serviceCredentialsOf } from "../service-specific-credential/service-specific-credential.ts";
import { signingCertificatesOf } from "../signing-certificate/signing-certificate.ts";
import { sshPublicKeysOf } from "../ssh-public-key/ssh-public-key.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import { meantUserTarget } from "./meant-user.ts";
import { fetchUser, findUser, putUser, userArn, users, userTarget, type UserRow } from "./user.ts";
import {
  userExists,
  userHasAccessKeys,
  userHasLoginProfile,
  userHasMfaDevice,
  userHasSigningCertificates,
  userIsReferenced,
} from "./user-faults.ts";
import { rootView, userSummary, userView } from "./user-view.ts";

/** Users an account may have. */
export const usersPerAccountMax = 5000;

export const createUser = operation("CreateUser", {
  access: "write",
  honours: "all",
  needs(input, call) {
    if (input.PermissionsBoundary !== undefined) checkPolicyArn(input.PermissionsBoundary);
    const arn = userArn({ accountId: call.accountId, path: input.Path ?? "/", name: input.UserName });
    const target = { arn, accountId: call.accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const keys = { "iam:PermissionsBoundary": input.PermissionsBoundary, ...tagKeys };
    const tagging = Object.keys(tagKeys).length > 0;
    return [call.need(target, keys), ...(tagging ? [call.needAction("iam:TagUser", target, tagKeys)] : [])];
  },
  handle(tx, input, call) {
    if (findUser(tx, call.accountId, input.UserName) !== undefined) throw userExists(input.UserName);
    if (tx.by(users, "account", call.accountId).length >= usersPerAccountMax) {
      throw quotaExceeded("UsersPerAccount", String(usersPerAccountMax));
    }
    if (input.PermissionsBoundary !== undefined) checkBoundary(tx, call, input.PermissionsBoundary);
    const row = putUser(tx, {
      id: uniqueId(call.environment.random, "AIDA"),
      accountId: call.accountId,
      name: input.UserName,
      path: input.Path ?? "/",
      createdAt: call.now,
      tags: readTags(input.Tags),
      attachedPolicyArns: [],
      inlinePolicies: [],
      ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
    });
    return { User: userView(row) };
  },
});

export const getUser = operation("GetUser", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const { principal } = call;
    if (input.UserName === undefined && principal.type === "root")
      return { User: rootView(tx, call.accountId) };
    const named = input.UserName ?? (principal.type === "user" ? principal.userName : "");
    return { User: userView(fetchUser(tx, call, named)) };
  },
});

export const listUsers = operation("ListUsers", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const arn = `arn:aws:iam::${call.accountId}:user${input.PathPrefix ?? "/"}`;
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const found = tx
      .by(users, "account", call.accountId)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
    const key = ({ name }: UserRow): string => name.toLowerCase();
    const { items, marks } = listing(call, input, { items: found, key });
    return { Users: items.map(userSummary), ...marks };
  },
});

export const updateUser = operation("UpdateUser", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const target = userTarget(call, input.UserName);
    const row = findUser(call.tx, call.accountId, input.UserName);
    const path = input.NewPath ?? row?.path ?? "/";
    const name = input.NewUserName ?? row?.name ?? input.UserName;
    const arn = userArn({ accountId: call.accountId, path, name });
    // Whoever moves a user must be allowed to under its old name and its new one.
    return [call.need(target), ...(arn === target.arn ? [] : [call.need({ ...target, arn })])];
  },
  handle(tx, input, call) {
    const row = fetchUser(tx, call, input.UserName);
    const name = input.NewUserName ?? row.name;
    const taken = findUser(tx, call.accountId, name);
    if (taken !== undefined && taken.id !== row.id) throw userExists(name);
    putUser(tx, { ...row, name, path: input.NewPath ?? row.path });
    return {};
  },
});

export const deleteUser = operation("DeleteUser", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const row = fetchUser(tx, call, input.UserName);
    if (keysOf(tx, row.accountId, row.id).length > 0) throw userHasAccessKeys();
    if ((row.groupIds ?? []).length > 0) throw usersInGroup();
    if (tx.get(loginProfiles, row.id) !== undefined) throw userHasLoginProfile();
    if (signingCertificatesOf(tx, row.accountId, row.id).length > 0) throw userHasSigningCertificates();
    const others = [...sshPublicKeysOf(tx, row.id), ...serviceCredentialsOf(tx, row.id)];
    if (others.length > 0) throw userIsReferenced();
    if (mfaDevicesOf(tx, row.accountId, row.id).length > 0) throw userHasMfaDevice();
    if (row.attachedPolicyArns.length > 0) throw policiesAttached();
    if (row.inlinePolicies.length > 0) throw inlinePoliciesLeft();
    tx.delete(users, row.id);
    forgetAccess(tx, row.id);
    return {};
  },
});

export const tagUser = operation("TagUser", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName), requestTagKeys(readTags(input.Tags)))],
  handle(tx, input, call) {
    const row = fetchUser(tx, call, input.UserName);
    putUser(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagUser = operation("UntagUser", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName), { "aws:TagKeys": input.TagKeys })],
  handle(tx, input, call) {
    const row = fetchUser(tx, call, input.UserName);
    putUser(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listUserTags = operation("ListUserTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle: (tx, input, call) => listTags(call, input, fetchUser(tx, call, input.UserName).tags),
});

/** Every operation of this file. */
export const userOperations = [
  createUser,
  getUser,
  listUsers,
  updateUser,
  deleteUser,
  tagUser,
  untagUser,
  listUserTags,
];
