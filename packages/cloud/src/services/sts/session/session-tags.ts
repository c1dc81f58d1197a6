/** Session tags of a role session: their limits, and what a role chain passes on. */
import type { Tag } from "@casemate/wire/sts";
import type { Principal, Tags } from "../../../kit/index.ts";
import { invalidSessionTag } from "../faults.ts";

/** Session tags that one session may have. */
export const sessionTagsMax = 50;
/** Characters of a session tag key. */
export const sessionTagKeyLengthMax = 128;
/** Characters of a session tag value. */
export const sessionTagValueLengthMax = 256;

/** The tags of the request. @throws invalidSessionTag */
export function readSessionTags(wire: readonly Tag[] | undefined): Tags {
  const tags: Record<string, string> = {};
  const seen = new Set<string>();
  for (const { Key: key, Value: value } of wire ?? []) {
    if (key === "" || key.length > sessionTagKeyLengthMax || value.length > sessionTagValueLengthMax) {
      throw invalidSessionTag("A session tag key has 1 to 128 characters and its value at most 256.");
    }
    if (/^aws:/i.test(key)) throw invalidSessionTag("Tag keys starting with 'aws:' are reserved.");
    if (seen.has(key.toLowerCase())) {
      throw invalidSessionTag("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    seen.add(key.toLowerCase());
    Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if (seen.size > sessionTagsMax) throw invalidSessionTag(`A session has at most ${sessionTagsMax} tags.`);
  return tags;
}

/**
 * The tags and transitive keys of the new session. @throws invalidSessionTag when a tag would override an
 * inherited one
 */
export function sessionTagsFor(
  principal: Principal,
  asked: Tags,
  transitiveKeys: readonly string[],
): { readonly tags: Tags; readonly transitiveTagKeys: readonly string[] } {
  const inherited = inheritedTags(principal);
  const askedKeys = new Set(Object.keys(asked).map((key) => key.toLowerCase()));
  for (const key of Object.keys(inherited)) {
    if (askedKeys.has(key.toLowerCase())) {
      throw invalidSessionTag(`The transitive tag ${key} of the calling session cannot be overridden.`);
    }
  }
  const count = askedKeys.size + Object.keys(inherited).length;
  if (count > sessionTagsMax) throw invalidSessionTag(`A session has at most ${sessionTagsMax} tags.`);
  for (const key of transitiveKeys) {
    if (!askedKeys.has(key.toLowerCase())) {
      throw invalidSessionTag(`The transitive tag key ${key} is not among the tags of the request.`);
    }
  }
  return {
    tags: { ...asked, ...inherited },
    transitiveTagKeys: [...new Set([...Object.keys(inherited), ...transitiveKeys])],
  };
}

/** What the calling session passes on. */
export function inheritedTags(principal: Principal): Tags {
  const { session } = principal;
  if (session === undefined) return {};
  const passing = new Set(session.transitiveTagKeys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(session.tags).filter(([key]) => passing.has(key.toLowerCase())));
}
