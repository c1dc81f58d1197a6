/** Operations on managed policies themselves. */
import { uniqueId } from "@casemate/key-engine";
import type { ListEntitiesForPolicyRequest } from "@casemate/wire/iam";
import { requestTagKeys, tagsView } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import { awsManagedPolicies, awsOwner } from "./aws-managed-policies.ts";
import { checkDocument, managedPolicyCharactersMax } from "./document.ts";
import { fetchPolicy, policies, policyArn, policyTarget } from "./policy.ts";
import { policyExists, policyHasVersions, policyInUse } from "./policy-faults.ts";
import type { PolicyRow } from "./policy-row.ts";
import { countUses, policySummary, policyView, usersOf, usesPolicy } from "./policy-use.ts";

/** Managed policies an account may have of its own. */
export const policiesPerAccountMax = 1500;

/** A document fit to be a managed policy. @throws malformedPolicyDocument, quotaExceeded */
export function checkManagedDocument(document: string): void {
  if (checkDocument(document, "identity") > managedPolicyCharactersMax) {
    throw quotaExceeded("PolicySize", String(managedPolicyCharactersMax));
  }
}

/** Sorts the policies of different owners under one name. */
function listKey({ name, accountId }: PolicyRow): string {
  return `${name.toLowerCase()}/${accountId}`;
}

export const createPolicy = operation("CreatePolicy", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const arn = policyArn({ accountId: call.accountId, path: input.Path ?? "/", name: input.PolicyName });
    const target = { arn, accountId: call.accountId, keys: {} };
    const keys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(keys).length > 0;
    return [call.need(target, keys), ...(tagging ? [call.needAction("iam:TagPolicy", target, keys)] : [])];
  },
  handle(tx, input, call) {
    const { accountId } = call;
    const name = input.PolicyName;
    checkManagedDocument(input.PolicyDocument);
    if (tx.by(policies, "name", `${accountId}/${name.toLowerCase()}`).length > 0) throw policyExists(name);
    if (tx.by(policies, "account", accountId).length >= policiesPerAccountMax) {
      throw quotaExceeded("PoliciesPerAccount", String(policiesPerAccountMax));
    }
    const path = input.Path ?? "/";
    const row: PolicyRow = {
      id: uniqueId(call.environment.random, "ANPA"),
      arn: policyArn({ accountId, path, name }),
      accountId,
      name,
      path,
      versions: [{ versionId: "v1", document: input.PolicyDocument, createdAt: call.now }],
      defaultVersionId: "v1",
      nextVersion: 2,
      createdAt: call.now,
      updatedAt: call.now,
      tags: readTags(input.Tags),
      ...(input.Description === undefined ? {} : { description: input.Description }),
    };
    tx.put(policies, row);
    const tags = tagsView(row.tags);
    return { Policy: { ...policySummary(tx, call, row), ...(tags.length === 0 ? {} : { Tags: tags }) } };
  },
});

export const getPolicy = operation("GetPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "read"))],
  handle: (tx, input, call) => ({ Policy: policyView(tx, call, fetchPolicy(tx, call, input.PolicyArn)) }),
});

export const listPolicies = operation("ListPolicies", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const scope = input.Scope ?? "All";
    const own = scope === "AWS" ? [] : tx.by(policies, "account", call.accountId);
    const aws = scope === "Local" ? [] : awsManagedPolicies();
    const found = [...own, ...aws].filter((row) => {
      if (!row.path.startsWith(input.PathPrefix ?? "/")) return false;
      const { attachments, boundaries } = countUses(tx, call, row.arn);
      if (input.OnlyAttached === true && attachments === 0) return false;
      if (input.PolicyUsageFilter === "PermissionsPolicy") return attachments > 0;
      return input.PolicyUsageFilter === undefined || boundaries > 0;
    });
    const { items, marks } = listing(call, input, { items: found, key: listKey });
    return { Policies: items.map((row) => policySummary(tx, call, row)), ...marks };
  },
});

export const deletePolicy = operation("DeletePolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "write"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    const { attachments, boundaries } = countUses(tx, call, row.arn);
    if (attachments + boundaries > 0) throw policyInUse();
    if (row.versions.length > 1) throw policyHasVersions();
    tx.delete(policies, row.arn);
    return {};
  },
});

/**
 * Which kinds of entity a request wants; a filter for the owner of a policy is met by the one policy or not
 * at all.
 */
function wantedEntities(request: ListEntitiesForPolicyRequest, row: PolicyRow) {
  const filter = request.EntityFilter;
  const local = row.accountId !== awsOwner;
  const all = filter === undefined || filter === (local ? "LocalManagedPolicy" : "AWSManagedPolicy");
  return {
    users: all || filter === "User",
    groups: all || filter === "Group",
    roles: all || filter === "Role",
  };
}

export const listEntitiesForPolicy = operation("ListEntitiesForPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "read"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    const wanted = wantedEntities(input, row);
    const by = usersOf(tx, call, row.arn);
    const entities = [
      ...(wanted.users ? by.users.map((user) => ({ kind: "user", holder: user })) : []),
      ...(wanted.groups ? by.groups.map((group) => ({ kind: "group", holder: group })) : []),
      ...(wanted.roles ? by.roles.map((role) => ({ kind: "role", holder: role })) : []),
    ].filter(
      ({ holder }) =>
        holder.path.startsWith(input.PathPrefix ?? "/") &&
        usesPolicy(holder, row.arn, input.PolicyUsageFilter),
    );
    const { items, marks } = listing(call, input, {
      items: entities,
      key: ({ kind, holder }) => `${kind}/${holder.name.toLowerCase()}`,
    });
    const named = (wantedKind: string) =>
      items.filter(({ kind }) => kind === wantedKind).map(({ holder }) => holder);
    return {
      PolicyGroups: named("group").map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: named("user").map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: named("role").map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...marks,
    };
  },
});

export const tagPolicy = operation("TagPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(policyTarget(call, input.PolicyArn, "write"), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    tx.put(policies, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagPolicy = operation("UntagPolicy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(policyTarget(call, input.PolicyArn, "write"), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    tx.put(policies, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listPolicyTags = operation("ListPolicyTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "read"))],
  handle: (tx, input, call) => listTags(call, input, fetchPolicy(tx, call, input.PolicyArn).tags),
});

/** Every operation of this file. */
export const policyOperations = [
  createPolicy,
  getPolicy,
  listPolicies,
  deletePolicy,
  listEntitiesForPolicy,
  tagPolicy,
  untagPolicy,
  listPolicyTags,
];
