/**
 * Tags as EC2 has them: their limits, the tags asked for on creation, and the permission that tagging on
 * creation needs.
 */
import type { Call } from "./call.ts";
import { fault } from "./fault.ts";
import { requestTagKeys, type ConditionKeys, type Need } from "./need.ts";
import type { Tags } from "./principal.ts";

/** Tags that one resource may have, those of `aws:` not counted. */
export const tagsPerResourceMax = 50;
/** Characters of a tag key. */
export const tagKeyLengthMax = 128;
/** Characters of a tag value. */
export const tagValueLengthMax = 256;

export const reservedTagKey = fault({
  code: "InvalidParameterValue",
  message: (key: string) =>
    `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`,
});
export const tagKeyTooLong = fault({
  code: "InvalidParameterValue",
  message: () => "Tag key exceeds the maximum length of 128 characters",
});
export const tagKeyMissing = fault({
  code: "InvalidParameterValue",
  message: () => "Tag key cannot be empty",
});
export const tagValueTooLong = fault({
  code: "InvalidParameterValue",
  message: () => "Tag value exceeds the maximum length of 256 characters",
});
export const tagLimitExceeded = fault({
  code: "TagLimitExceeded",
  message: () => "The maximum number of tags for a resource has been reached",
});
export const duplicateTagKey = fault({
  code: "InvalidParameterValue",
  message: () => "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
});
export const untaggableType = fault({
  code: "InvalidParameterValue",
  message: (type: string) => `'${type}' is not a valid taggable resource type for this operation.`,
});
export const tagSpecificationWithoutType = fault({
  code: "InvalidParameterValue",
  message: () => "Tag specification resource type must have a value",
});
export const tagSpecificationWithoutTags = fault({
  code: "InvalidParameterValue",
  message: () => "Tag specification must have at least one tag",
});

/** Faults of tags and tag specifications. */
export const tagFaults = [
  reservedTagKey,
  tagKeyTooLong,
  tagKeyMissing,
  tagValueTooLong,
  tagLimitExceeded,
  duplicateTagKey,
  untaggableType,
  tagSpecificationWithoutType,
  tagSpecificationWithoutTags,
];

/** A tag as the wire has it. */
export interface WireTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** A tag specification as the wire has it. */
export interface WireTagSpecification {
  readonly ResourceType?: string | undefined;
  readonly Tags?: readonly WireTag[] | undefined;
}

/** Checks tags from a request and gives them as a record. @throws the tag faults of this module. */
export function readTags(wire: readonly WireTag[] | undefined): Tags {
  const tags: Record<string, string> = {};
  const seen = new Set<string>();
  for (const { Key: key = "", Value: value = "" } of wire ?? []) {
    if (key === "") throw tagKeyMissing();
    if (key.length > tagKeyLengthMax) throw tagKeyTooLong();
    if (/^aws:/i.test(key)) throw reservedTagKey(key);
    if (value.length > tagValueLengthMax) throw tagValueTooLong();
    // Condition keys are compared without case: two such tags would leave a policy about either without
    // meaning.
    if (seen.has(key.toLowerCase())) throw duplicateTagKey();
    seen.add(key.toLowerCase());
    Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if (Object.keys(tags).length > tagsPerResourceMax) throw tagLimitExceeded();
  return tags;
}

/** Tags of a row as the wire lists them. */
export function tagsView(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags that a creating request asks for, by resource type. */
export interface TagsOnCreate {
  /** The tags for resources of this type; empty when none are asked for. */
  of(type: string): Tags;
  /** aws:RequestTag and aws:TagKeys for resources of this type. */
  keys(type: string): ConditionKeys;
  /** `ec2:CreateTags` on each type that gets tags, with ec2:CreateAction. */
  readonly needs: readonly Need[];
}

/** Reads TagSpecifications. `types` are the resource types the operation makes. */
export function tagsOnCreate(
  call: Call,
  specifications: readonly WireTagSpecification[] | undefined,
  types: readonly string[],
): TagsOnCreate {
  const byType = new Map<string, Tags>();
  for (const { ResourceType: type, Tags: wire } of specifications ?? []) {
    if (type === undefined || type === "") throw tagSpecificationWithoutType();
    if (!types.includes(type)) throw untaggableType(type);
    if (byType.has(type)) throw duplicateTagKey();
    if (wire === undefined || wire.length === 0) throw tagSpecificationWithoutTags();
    byType.set(type, readTags(wire));
  }
  const keys = (type: string): ConditionKeys => requestTagKeys(byType.get(type) ?? {});
  const needs = [...byType.keys()].map((type) =>
    call.needAction(
      "ec2:CreateTags",
      { arn: call.arn("ec2", `${type}/*`), accountId: call.accountId, keys: {} },
      { ...keys(type), "ec2:CreateAction": call.operation },
    ),
  );
  return { of: (type) => byType.get(type) ?? {}, keys, needs };
}
