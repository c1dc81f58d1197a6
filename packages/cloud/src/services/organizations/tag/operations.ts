/** Operations on the tags of accounts, units, the root, policies and the resource policy. */
import type { ReadTx, Tx } from "@casemate/store";
import { requestTagKeys, tagsView, type Tags } from "../../../kit/index.ts";
import { findMember, putMember } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import { targetNotFound, unsupportedTarget } from "../faults.ts";
import { listing } from "../listing.ts";
import { putOrganization, type OrganizationRow } from "../organization/organization.ts";
import { findPolicy, putPolicy } from "../policy/policy.ts";
import { findUnit, putUnit } from "../unit/unit.ts";
import { readTags, withoutTags, withTags } from "./tags.ts";

/** Something with tags. */
interface Tagged {
  readonly tags: Tags;
  put(tx: Tx, tags: Tags): void;
}

/** @throws targetNotFound, unsupportedTarget */
function fetchTagged(tx: ReadTx, organization: OrganizationRow, id: string): Tagged {
  const { root, resourcePolicy } = organization;
  if (id === root.id) {
    const put = (to: Tx, tags: Tags) => putOrganization(to, { ...organization, root: { ...root, tags } });
    return { tags: root.tags, put };
  }
  if (resourcePolicy?.id === id) {
    const put = (to: Tx, tags: Tags) =>
      putOrganization(to, { ...organization, resourcePolicy: { ...resourcePolicy, tags } });
    return { tags: resourcePolicy.tags, put };
  }
  const member = findMember(tx, organization, id);
  if (member !== undefined)
    return { tags: member.tags, put: (to, tags) => putMember(to, { ...member, tags }) };
  const unit = findUnit(tx, organization, id);
  if (unit !== undefined) return { tags: unit.tags, put: (to, tags) => putUnit(to, { ...unit, tags }) };
  const policy = findPolicy(tx, organization, id);
  if (policy === undefined) throw targetNotFound();
  if (policy.organizationId === undefined) throw unsupportedTarget();
  return { tags: policy.tags, put: (to, tags) => putPolicy(to, { ...policy, tags }) };
}

export const tagResource = seatedOperation("TagResource", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.taggable(input.ResourceId)],
  keys: (input) => requestTagKeys(readTags(input.Tags)),
  handle(tx, input, { organization }) {
    const tagged = fetchTagged(tx, organization, input.ResourceId);
    tagged.put(tx, withTags(tagged.tags, readTags(input.Tags)));
    return {};
  },
});

export const untagResource = seatedOperation("UntagResource", {
  access: "write",
  audience: "delegates",
  resources: (input, named) => [named.taggable(input.ResourceId)],
  keys: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  handle(tx, input, { organization }) {
    const tagged = fetchTagged(tx, organization, input.ResourceId);
    tagged.put(tx, withoutTags(tagged.tags, input.TagKeys));
    return {};
  },
});

export const listTagsForResource = seatedOperation("ListTagsForResource", {
  access: "read",
  audience: "readers",
  resources: (input, named) => [named.taggable(input.ResourceId)],
  handle(tx, input, { organization, call }) {
    const { tags } = fetchTagged(tx, organization, input.ResourceId);
    const { items, next } = listing(call, input, { items: tagsView(tags), key: ({ Key }) => Key });
    return { Tags: items, ...next };
  },
});

/** Every operation of this file. */
export const tagOperations = [tagResource, untagResource, listTagsForResource];
