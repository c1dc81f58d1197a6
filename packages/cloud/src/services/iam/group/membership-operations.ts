/** Operations on who is in a group. A user that is in already, or not in, is no error: the wish is met. */
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchUser, putUser, userTarget } from "../user/user.ts";
import { fetchGroup, groupsOf, groupTarget } from "./group.ts";
import { groupView } from "./group-view.ts";

/** Groups that one user may be in. */
export const groupsPerUserMax = 10;

export const addUserToGroup = operation("AddUserToGroup", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle(tx, input, call) {
    const group = fetchGroup(tx, call, input.GroupName);
    const user = fetchUser(tx, call, input.UserName);
    const groupIds = user.groupIds ?? [];
    if (groupIds.includes(group.id)) return {};
    if (groupIds.length >= groupsPerUserMax) throw quotaExceeded("GroupsPerUser", String(groupsPerUserMax));
    putUser(tx, { ...user, groupIds: [...groupIds, group.id] });
    return {};
  },
});

export const removeUserFromGroup = operation("RemoveUserFromGroup", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(groupTarget(call, input.GroupName))],
  handle(tx, input, call) {
    const group = fetchGroup(tx, call, input.GroupName);
    const user = fetchUser(tx, call, input.UserName);
    const groupIds = user.groupIds ?? [];
    if (!groupIds.includes(group.id)) return {};
    putUser(tx, { ...user, groupIds: groupIds.filter((id) => id !== group.id) });
    return {};
  },
});

export const listGroupsForUser = operation("ListGroupsForUser", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const joined = groupsOf(tx, fetchUser(tx, call, input.UserName));
    const { items, marks } = listing(call, input, { items: joined, key: ({ name }) => name.toLowerCase() });
    return { Groups: items.map(groupView), ...marks };
  },
});

/** Every operation of this file. */
export const membershipOperations = [addUserToGroup, removeUserFromGroup, listGroupsForUser];
