/**
 * Tags of IAM resources: keys keep their case but are compared without it, so a tag replaces one that differs
 * in case only.
 */
import type { Tag } from "@casemate/wire/iam";
import { fault, tagsPerResourceMax, tagsView, type Call, type Tags } from "../../../kit/index.ts";
import { listing, type ListRequest } from "../listing.ts";

export const duplicateTagKey = fault({
  code: "InvalidInput",
  message: () => "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
});
export const reservedTagKey = fault({
  code: "InvalidInput",
  message: () => "aws: prefixed tag key names are not allowed for external use.",
});
export const tooManyTags = fault({
  code: "LimitExceeded",
  status: 409,
  message: () => "The number of tags has reached the maximum limit.",
});

export const tagFaults = [duplicateTagKey, reservedTagKey, tooManyTags];

/** The tags of a request. @throws duplicateTagKey, reservedTagKey, tooManyTags */
export function readTags(wire: readonly Tag[] | undefined): Tags {
  const seen = new Set<string>();
  for (const { Key: key } of wire ?? []) {
    if (/^aws:/i.test(key)) throw reservedTagKey();
    if (seen.has(key.toLowerCase())) throw duplicateTagKey();
    seen.add(key.toLowerCase());
  }
  if (seen.size > tagsPerResourceMax) throw tooManyTags();
  return Object.fromEntries((wire ?? []).map(({ Key, Value }) => [Key, Value]));
}

/** Tags with others over them. @throws tooManyTags */
export function withTags(tags: Tags, added: Tags): Tags {
  const all = { ...withoutTags(tags, Object.keys(added)), ...added };
  if (Object.keys(all).length > tagsPerResourceMax) throw tooManyTags();
  return all;
}

/** Tags without those of the given keys. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key.toLowerCase())));
}

/** A page of tags, in key order. */
export function listTags(call: Call, request: ListRequest, tags: Tags) {
  const { items, marks } = listing(call, request, { items: tagsView(tags), key: ({ Key }) => Key });
  return { Tags: items, ...marks };
}
