/** Tags of what is in an organization: what a request may ask for, and how tags come together. */
import { tagsPerResourceMax, type Tags } from "../../../kit/index.ts";
import { duplicateTagKey, systemTag, tooManyTags } from "../faults.ts";

/** Tags as the wire has them. */
export type TagList = readonly { readonly Key: string; readonly Value: string }[] | undefined;

/**
 * The tags of a request.
 * Differs: AWS keeps tags that differ in case only; as condition keys they are one, so a second would let
 * whoever may add it take the meaning from a policy about the first.
 * @throws duplicateTagKey, systemTag, tooManyTags
 */
export function readTags(wire: TagList): Tags {
  const tags = new Map<string, string>();
  const seen = new Set<string>();
  for (const { Key, Value } of wire ?? []) {
    if (/^aws:/i.test(Key)) throw systemTag();
    if (seen.has(Key.toLowerCase())) throw duplicateTagKey();
    seen.add(Key.toLowerCase());
    tags.set(Key, Value);
  }
  if (tags.size > tagsPerResourceMax) throw tooManyTags();
  return Object.fromEntries(tags);
}

/** Tags with others over them. @throws duplicateTagKey, tooManyTags */
export function withTags(tags: Tags, added: Tags): Tags {
  const all = { ...tags, ...added };
  const keys = Object.keys(all);
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) throw duplicateTagKey();
  if (keys.length > tagsPerResourceMax) throw tooManyTags();
  return all;
}

/** Tags without those of the given keys. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
