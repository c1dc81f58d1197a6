/** Operations on groups themselves. */
import { uniqueId } from "@casemate/key-engine";
import { inlinePoliciesLeft, policiesAttached, quotaExceeded, usersInGroup } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { userSummary } from "../user/user-view.ts";
import { fetchGroup, findGroup, groupArn, groups, groupTarget, membersOf, putGroup } from "./group.ts";
import { groupExists } from "./group-faults.ts";
import { groupView } from "./group-view.ts";

/** Groups an account may have. */
export const groupsPerAccountMax = 300;

export const createGroup = operation("CreateGroup", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const arn = groupArn({ accountId: call.accountId, path: input.Path ?? "/", name: input.GroupName });
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    if (findGroup(tx, call.accountId, input.GroupName) !== undefined) throw groupExists(input.GroupName);
    if (tx.by(groups, "account", call.accountId).length >= groupsPerAccountMax) {
      throw quotaExceeded("GroupsPerAccount", String(groupsPerAccountMax));
    }
    const row = putGroup(tx, {
      id: uniqueId(call.environment.random, "AGPA"),
      accountId: call.accountId,
      name: input.GroupName,
      path: input.Path ?? "/",
      createdAt: call.now,
      attachedPolicyArns: [],
      inlinePolicies: [],
    });
    return { Group: groupView(row) };
  },
});

export const getGroup = operation("GetGroup", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle(tx, input, call) {
    const row = fetchGroup(tx, call, input.GroupName);
    const members = membersOf(tx, row);
    const { items, marks } = listing(call, input, { items: members, key: ({ name }) => name.toLowerCase() });
    return { Group: groupView(row), Users: items.map(userSummary), ...marks };
  },
});

export const listGroups = operation("ListGroups", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const arn = `arn:aws:iam::${call.accountId}:group${input.PathPrefix ?? "/"}`;
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const found = tx
      .by(groups, "account", call.accountId)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
    const { items, marks } = listing(call, input, { items: found, key: ({ name }) => name.toLowerCase() });
    return { Groups: items.map(groupView), ...marks };
  },
});

export const updateGroup = operation("UpdateGroup", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const target = groupTarget(call, input.GroupName);
    const row = findGroup(call.tx, call.accountId, input.GroupName);
    const path = input.NewPath ?? row?.path ?? "/";
    const name = input.NewGroupName ?? row?.name ?? input.GroupName;
    const arn = groupArn({ accountId: call.accountId, path, name });
    // Whoever moves a group must be allowed to under its old name and its new one.
    return [call.need(target), ...(arn === target.arn ? [] : [call.need({ ...target, arn })])];
  },
  handle(tx, input, call) {
    const row = fetchGroup(tx, call, input.GroupName);
    const name = input.NewGroupName ?? row.name;
    const taken = findGroup(tx, call.accountId, name);
    if (taken !== undefined && taken.id !== row.id) throw groupExists(name);
    putGroup(tx, { ...row, name, path: input.NewPath ?? row.path });
    return {};
  },
});

export const deleteGroup = operation("DeleteGroup", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle(tx, input, call) {
    const row = fetchGroup(tx, call, input.GroupName);
    if (membersOf(tx, row).length > 0) throw usersInGroup();
    if (row.attachedPolicyArns.length > 0) throw policiesAttached();
    if (row.inlinePolicies.length > 0) throw inlinePoliciesLeft();
    tx.delete(groups, row.id);
    return {};
  },
});

/** Every operation of this file. */
export const groupOperations = [createGroup, getGroup, listGroups, updateGroup, deleteGroup];
