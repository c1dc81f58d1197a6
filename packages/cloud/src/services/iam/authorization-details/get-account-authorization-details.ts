/** GetAccountAuthorizationDetails: every user, group, role and managed policy with how they hang together. */
import type { ReadTx } from "@casemate/store";
import type { AttachedPolicy, PolicyDetail } from "@casemate/wire/iam";
import { tagsView, type Call } from "../../../kit/index.ts";
import { groups, groupsOf, type GroupRow } from "../group/group.ts";
import { groupView } from "../group/group-view.ts";
import { instanceProfiles } from "../instance-profile/instance-profile.ts";
import { instanceProfileSummary } from "../instance-profile/instance-profile-view.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { boundaryView } from "../policy/attachments.ts";
import { awsManagedPolicies } from "../policy/aws-managed-policies.ts";
import { encodeDocument } from "../policy/document.ts";
import { findPolicy, policies } from "../policy/policy.ts";
import type { PolicyHolder } from "../policy/policy-holder.ts";
import type { PolicyRow } from "../policy/policy-row.ts";
import { countUses, policySummary } from "../policy/policy-use.ts";
import { versionSummary } from "../policy/version-operations.ts";
import { roles, type RoleRow } from "../role/role.ts";
import { roleDetail } from "../role/role-view.ts";
import { userArn, users, type UserRow } from "../user/user.ts";

/** An item of the one list that the pages are cut from. */
type Entry =
  | { readonly kind: "user"; readonly row: UserRow }
  | { readonly kind: "group"; readonly row: GroupRow }
  | { readonly kind: "role"; readonly row: RoleRow }
  | { readonly kind: "policy"; readonly row: PolicyRow };

/** The order in which the kinds come. */
const places = { user: 1, group: 2, role: 3, policy: 4 } as const;

export const getAccountAuthorizationDetails = operation("GetAccountAuthorizationDetails", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const wanted = new Set<string>(input.Filter ?? []);
    const { items, marks } = listing<Entry>(call, input, {
      items: entriesOf(tx, call, wanted),
      key: ({ kind, row }) => `${places[kind]}/${row.name.toLowerCase()}/${row.accountId}`,
    });
    return {
      UserDetailList: items.flatMap((each) => (each.kind === "user" ? [userDetail(tx, each.row)] : [])),
      GroupDetailList: items.flatMap((each) => (each.kind === "group" ? [groupDetail(tx, each.row)] : [])),
      RoleDetailList: items.flatMap((each) => (each.kind === "role" ? [roleDetails(tx, each.row)] : [])),
      Policies: items.flatMap((each) => (each.kind === "policy" ? [policyDetail(tx, call, each.row)] : [])),
      ...marks,
    };
  },
});

/** What the filter lets through; an empty one lets everything. */
function entriesOf(tx: ReadTx, call: Call, wanted: ReadonlySet<string>): Entry[] {
  const { accountId } = call;
  const wants = (type: string): boolean => wanted.size === 0 || wanted.has(type);
  const entries: Entry[] = [];
  if (wants("User"))
    for (const row of tx.by(users, "account", accountId)) entries.push({ kind: "user", row });
  if (wants("Group")) {
    for (const row of tx.by(groups, "account", accountId)) entries.push({ kind: "group", row });
  }
  if (wants("Role"))
    for (const row of tx.by(roles, "account", accountId)) entries.push({ kind: "role", row });
  if (wants("LocalManagedPolicy")) {
    for (const row of tx.by(policies, "account", accountId)) entries.push({ kind: "policy", row });
  }
  // Of AWS's own policies, those that something in the account refers to are part of its configuration.
  if (wants("AWSManagedPolicy")) {
    for (const row of awsManagedPolicies()) {
      const { attachments, boundaries } = countUses(tx, call, row.arn);
      if (attachments + boundaries > 0) entries.push({ kind: "policy", row });
    }
  }
  return entries;
}

function inline({ inlinePolicies }: PolicyHolder): PolicyDetail[] {
  return inlinePolicies.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }));
}

function attached(
  tx: ReadTx,
  { accountId, attachedPolicyArns }: PolicyHolder & { readonly accountId: string },
): AttachedPolicy[] {
  return attachedPolicyArns
    .map((arn) => findPolicy(tx, accountId, arn))
    .flatMap((policy) => (policy === undefined ? [] : [{ PolicyName: policy.name, PolicyArn: policy.arn }]));
}

function userDetail(tx: ReadTx, row: UserRow) {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.id,
    Arn: userArn(row),
    CreateDate: new Date(row.createdAt),
    UserPolicyList: inline(row),
    GroupList: groupsOf(tx, row).map(({ name }) => name),
    AttachedManagedPolicies: attached(tx, row),
    ...boundaryView(row),
    Tags: tagsView(row.tags),
  };
}

function groupDetail(tx: ReadTx, row: GroupRow) {
  return { ...groupView(row), GroupPolicyList: inline(row), AttachedManagedPolicies: attached(tx, row) };
}

function roleDetails(tx: ReadTx, row: RoleRow) {
  const { Description: _told, MaxSessionDuration: _alsoTold, ...detail } = roleDetail(tx, row);
  return {
    ...detail,
    InstanceProfileList: tx
      .by(instanceProfiles, "role", row.id)
      .map((profile) => instanceProfileSummary(tx, profile)),
    RolePolicyList: inline(row),
    AttachedManagedPolicies: attached(tx, row),
    Tags: tagsView(row.tags),
  };
}

function policyDetail(tx: ReadTx, call: Call, row: PolicyRow) {
  return {
    ...policySummary(tx, call, row),
    ...(row.description === undefined ? {} : { Description: row.description }),
    PolicyVersionList: row.versions
      .map((version) => ({ Document: encodeDocument(version.document), ...versionSummary(row, version) }))
      .toReversed(),
  };
}
