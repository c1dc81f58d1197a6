/** Tags of what is in an organization. Keys are told apart by case, as AWS does here. */
import { tagsPerResourceMax, type Tags } from "../../../kit/index.ts";
import { duplicateTagKey, systemTag, tooManyTags } from "../faults.ts";

/** Tags as the wire has them. */
export type TagList = readonly { readonly Key: string; readonly Value: string }[] | undefined;

/** The tags of a request. @throws duplicateTagKey, systemTag, tooManyTags */
export function readTags(wire: TagList): Tags {
  const tags = new Map<string, string>();
  for (const { Key, Value } of wire ?? []) {
    if (/^aws:/i.test(Key)) throw systemTag();
    if (tags.has(Key)) throw duplicateTagKey();
    tags.set(Key, Value);
  }
  if (tags.size > tagsPerResourceMax) throw tooManyTags();
  return Object.fromEntries(tags);
}

/** Tags with others over them. @throws tooManyTags */
export function withTags(tags: Tags, added: Tags): Tags {
  const all = { ...tags, ...added };
  if (Object.keys(all).length > tagsPerResourceMax) throw tooManyTags();
  return all;
}

/** Tags without those of the given keys. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
